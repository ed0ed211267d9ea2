import CLinux
import Glibc

/// A directory that stays the one that was opened, whatever happens to its path.
struct DirectoryHandle: ~Copyable {
    /// An `O_PATH` descriptor: good for calls relative to it, not for reading.
    let descriptor: FileDescriptor
    /// The path it was asked for by.
    let path: ByteString
    /// Who can change what the path leads to.
    let trust: PathTrust

    /// Opens an absolute path, one component at a time.
    ///
    /// A symbolic link on the way is followed only if root or reaper's own user made it: whoever
    /// can put a link in place of a directory must not choose where root renames and removes.
    ///
    /// - Throws: `ELOOP` for a stranger's link and for more than 40 links, as path_resolution(7).
    init(opening path: ByteString) throws(SystemError) {
        guard path.bytes.first == UInt8(ascii: "/") else {
            throw SystemError(call: "openat", subject: path.text, code: EINVAL)
        }
        var descriptor = try FileDescriptor(opening: "/", flags: DirectoryHandle.flags)
        var trust = PathTrust(root: try FileFacts(of: descriptor, subject: "/"))
        var pending = Array(path.components.reversed())
        var links = 0
        while let name = pending.popLast() {
            if name == "." { continue }
            let facts: FileFacts
            do throws(SystemError) {
                facts = try FileFacts(of: name, in: descriptor.raw)
            } catch {
                throw SystemError(call: error.call, subject: path.text, code: error.code)
            }
            if facts.kind == .symbolicLink {
                links += 1
                guard links <= 40, trust.acceptsLink(ownedBy: facts.owner) else {
                    throw SystemError(call: "openat", subject: path.text, code: ELOOP)
                }
                let target = try linkTarget(of: name, in: descriptor.raw)
                if target.bytes.first == UInt8(ascii: "/") {
                    descriptor = try FileDescriptor(opening: "/", flags: DirectoryHandle.flags)
                }
                pending.append(contentsOf: target.components.reversed())
                continue
            }
            let child = try FileDescriptor(
                opening: name,
                in: descriptor.raw,
                flags: DirectoryHandle.flags
            )
            trust.add(directory: try FileFacts(of: child, subject: path))
            descriptor = child
        }
        self.descriptor = descriptor
        self.path = path
        self.trust = trust
    }

    /// Opens the directory `name` in `parent`, which must not be a symbolic link.
    init(
        opening name: ByteString,
        in parent: borrowing DirectoryHandle
    ) throws(SystemError) {
        let path = parent.path.appending(component: name)
        let child = try FileDescriptor(
            opening: name,
            in: parent.descriptor.raw,
            flags: DirectoryHandle.flags
        )
        var trust = parent.trust
        trust.add(directory: try FileFacts(of: child, subject: path))
        descriptor = child
        self.path = path
        self.trust = trust
    }

    private static let flags = CLINUX_O_PATH | O_DIRECTORY | O_NOFOLLOW
}

/// Who, apart from root, can change what a path leads to; gathered on the way down.
struct PathTrust: Sendable, Equatable {
    /// Owners of the directories passed, root left out.
    private(set) var owners: Set<UInt32> = []
    /// Whether a directory on the way lets its group or everybody rename entries.
    private(set) var isOpen = false
    /// Who owns `/`: 0, or the overflow user where root is not mapped; user_namespaces(7).
    private let systemOwner: UInt32

    init(root: FileFacts) {
        systemOwner = root.owner
        add(directory: root)
    }

    /// Counts a directory that the path passes through, the last one included.
    mutating func add(directory: FileFacts) {
        if directory.owner != 0, directory.owner != systemOwner { owners.insert(directory.owner) }
        // In a sticky directory only an entry's owner can rename it; unlink(2).
        let isSticky = directory.permissions & 0o1000 != 0
        if directory.permissions & 0o022 != 0, !isSticky { isOpen = true }
    }

    /// Whether somebody other than root and `owner` can put another file in place of one here.
    func canBeSwapped(byOthersThan owner: UInt32) -> Bool {
        isOpen || owners.contains { $0 != owner }
    }

    /// Whether a symbolic link of this user may decide where reaper goes.
    func acceptsLink(ownedBy user: UInt32) -> Bool {
        user == 0 || user == systemOwner || user == geteuid()
    }
}
