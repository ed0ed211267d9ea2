import Glibc

/// Where the name at the end of a path lies, links in its place followed as ``DirectoryHandle``
/// follows those on the way.
struct FollowedPath: ~Copyable {
    /// The directory that the file is in.
    let directory: DirectoryHandle
    /// The file's name there.
    let name: ByteString
    /// What it is; `nil` where there is none.
    let facts: FileFacts?
    /// Which directory on the way lets somebody other than root put another file in its place, and
    /// whose it is, such as `user 1001 owns the directory /builds`; `nil` where none does.
    let exposure: String?

    private init(
        _ directory: consuming DirectoryHandle,
        _ name: ByteString,
        _ facts: FileFacts?,
        _ exposure: String?
    ) {
        self.directory = directory
        self.name = name
        self.facts = facts
        self.exposure = exposure
    }

    /// Follows a path as somebody typed it, which may be relative to the current directory.
    ///
    /// - Throws: `EISDIR` where it ends in no name, `ELOOP` for more than 40 links, and why a
    ///   directory cannot be opened.
    static func follow(_ path: String) throws(SystemError) -> FollowedPath {
        var next = try absolute(path)
        var exposure: String?
        for _ in 0..<40 {
            guard let (directoryPath, name) = next.splitAtLastComponent else {
                throw SystemError(call: "openat", subject: path, code: EISDIR)
            }
            let directory = try DirectoryHandle(opening: directoryPath)
            if exposure == nil, directory.trust.canBeSwapped(byOthersThan: 0) {
                exposure = self.exposure(of: directoryPath)
            }
            var facts: FileFacts?
            do throws(SystemError) {
                facts = try FileFacts(of: name, in: directory.descriptor.raw)
            } catch {
                guard error.code == ENOENT else { throw error }
            }
            guard let link = facts, link.kind == .symbolicLink,
                directory.trust.acceptsLink(ownedBy: link.owner)
            else { return FollowedPath(directory, name, facts, exposure) }
            let target = try linkTarget(of: name, in: directory.descriptor.raw)
            let isAbsolute = target.bytes.first == UInt8(ascii: "/")
            next = isAbsolute ? target : directoryPath.appending(component: target)
        }
        throw SystemError(call: "openat", subject: path, code: ELOOP)
    }

    /// The path from the root; a relative one begins where reaper was started.
    static func absolute(_ path: String) throws(SystemError) -> ByteString {
        if path.hasPrefix("/") { return ByteString(path) }
        return try linkTarget(of: "/proc/self/cwd", in: AT_FDCWD)
            .appending(component: ByteString(path))
    }

    /// Names the first directory on the way from which on the path is not root's alone.
    private static func exposure(of path: ByteString) -> String {
        var reached: ByteString = "/"
        for name in [nil] + path.components.map(Optional.some) {
            if let name { reached = reached.appending(component: name) }
            guard let directory = try? DirectoryHandle(opening: reached) else { break }
            guard directory.trust.canBeSwapped(byOthersThan: 0) else { continue }
            guard let facts = try? FileFacts(of: directory.descriptor, subject: reached) else {
                break
            }
            if facts.owner != 0 { return "user \(facts.owner) owns the directory \(reached.text)" }
            let who =
                facts.permissions & 0o002 != 0
                ? "every user" : facts.permissions & 0o020 != 0 ? "its group" : "another user"
            return who == "another user"
                // A link on the way leads through a directory of somebody's.
                ? "another user can replace the directory \(reached.text)"
                : "\(who) can write the directory \(reached.text)"
        }
        return "another user can replace a directory on its path"
    }
}
