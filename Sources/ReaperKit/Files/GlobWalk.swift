import Glibc

/// A directory that could hold instance files and could not be read.
public struct DirectoryRefusal: Sendable, Equatable {
    /// What the kernel said.
    public var error: SystemError
    /// The only user, besides root, who can put files into it; `nil` where others can, or where that
    /// is not known.
    public var owner: UInt32?
}

/// Finds the files that path globs name, reading only directories that could hold one.
///
/// A walk begins at a glob's ``Glob/literalPrefix``. Below that no symbolic link is followed, and
/// no other file system entered that a server on the network or a process serves.
struct GlobWalk {
    /// How deep below its beginning a walk goes.
    static let depthLimit = 32
    /// How many sentences about limits are kept; whoever makes a deep tree must not fill a report.
    static let noteLimit = 20
    /// How many names all walks of a scan read.
    static let entryLimit = 200_000

    /// Whether it is noted what could hold a match and is not entered: where it matters more to have
    /// seen every file than what is in them.
    var tellsPassedOver = false
    private let mounts: MountTable
    private var visited: Set<ByteString> = []
    private var budget = GlobWalk.entryLimit
    /// What directories held when they were read: many globs begin in `/tmp` or `/run`.
    private var listings: [FileIdentity: [DirectoryEntry]] = [:]

    /// Directories that could not be read.
    private(set) var refusals: [DirectoryRefusal] = []
    /// What was left out by a limit, one sentence each.
    private(set) var notes: [String] = []
    /// Paths with quarantine names in directories that were read.
    private(set) var quarantined: [ByteString] = []

    init(mounts: MountTable) { self.mounts = mounts }

    /// Calls `visit` once with the directory and name of each match, whatever kind of file it is.
    mutating func walk(
        _ glob: Glob,
        excluding excluded: [Glob],
        visit: (borrowing DirectoryHandle, ByteString) -> Void
    ) {
        let start = glob.literalPrefix
        guard start.bytes.first == UInt8(ascii: "/") else {
            // A glob that matches nothing has no beginning either, and hides nothing.
            if !glob.matchesNothing { note("\(glob): not searched, it may lie anywhere") }
            return
        }
        do throws(SystemError) {
            let directory = try DirectoryHandle(opening: start)
            try descend(directory, glob, excluded, depth: 0, visit)
        } catch {
            note(error, at: start)
        }
    }

    private mutating func descend(
        _ directory: borrowing DirectoryHandle,
        _ glob: Glob,
        _ excluded: [Glob],
        depth: Int,
        _ visit: (borrowing DirectoryHandle, ByteString) -> Void
    ) throws(SystemError) {
        for entry in try entries(of: directory) {
            let path = directory.path.appending(component: entry.name)
            if let name = QuarantineName(entry.name) {
                let original = name.original.map { directory.path.appending(component: $0) }
                // Under a name of ours there may be anything; only the rule's own files count.
                if original.map(glob.matches) ?? true, !quarantined.contains(path) {
                    quarantined.append(path)
                }
                continue
            }
            let goesOn = entry.mayBeDirectory && glob.couldMatch(below: path)
            // A directory that `**` passes through is on the way; any other that matches is shown.
            let isPassage = goesOn && entry.type == UInt8(DT_DIR)
            if !isPassage, glob.matches(path), !excluded.contains(where: { $0.matches(path) }),
                visited.insert(path).inserted
            {
                visit(directory, entry.name)
            }
            if tellsPassedOver, entry.type == UInt8(DT_LNK), glob.couldMatch(below: path),
                let facts = try? FileFacts(of: entry.name, in: directory.descriptor.raw)
            {
                noteLink(path, ownedBy: facts.owner)
            }
            if goesOn {
                enter(entry.name, in: directory, glob, excluded, depth: depth + 1, visit)
            }
        }
    }

    private mutating func entries(
        of directory: borrowing DirectoryHandle
    ) throws(SystemError) -> [DirectoryEntry] {
        let facts = try FileFacts(of: directory.descriptor, subject: directory.path)
        if let known = listings[facts.identity] { return known }
        let entries: [DirectoryEntry]
        do throws(SystemError) {
            entries = try directory.entries(limit: budget)
        } catch {
            let owner = facts.permissions & 0o022 == 0 ? facts.owner : nil
            note(error, at: directory.path, owner: owner)
            return []
        }
        budget -= min(entries.count, budget)
        if budget == 0 {
            note("\(directory.path.text): not all read, more than \(GlobWalk.entryLimit) names")
        }
        listings[facts.identity] = entries
        return entries
    }

    private mutating func enter(
        _ name: ByteString,
        in parent: borrowing DirectoryHandle,
        _ glob: Glob,
        _ excluded: [Glob],
        depth: Int,
        _ visit: (borrowing DirectoryHandle, ByteString) -> Void
    ) {
        guard depth <= GlobWalk.depthLimit else {
            note(
                "\(parent.path.text): not all read, deeper than \(GlobWalk.depthLimit) directories"
            )
            return
        }
        guard budget > 0 else { return }
        do throws(SystemError) {
            // Asked by name first: opening an automount point would mount it.
            let facts = try FileFacts(of: name, in: parent.descriptor.raw)
            let path = parent.path.appending(component: name)
            if facts.kind == .symbolicLink { noteLink(path, ownedBy: facts.owner) }
            guard facts.kind == .directory else { return }
            if let mount = mounts.mount(of: facts), mount.isOffLimits {
                if tellsPassedOver {
                    note("\(path.text): not entered, a server or a program answers for it")
                }
                return
            }
            let directory = try DirectoryHandle(opening: name, in: parent)
            try descend(directory, glob, excluded, depth: depth, visit)
        } catch {
            note(error, at: parent.path.appending(component: name))
        }
    }

    /// Keeps refusals; what is not there, or went away meanwhile, holds no instances.
    ///
    /// They name the directory in full: calls are made with the last component, or with `.`.
    private mutating func note(
        _ error: SystemError,
        at path: ByteString,
        owner: UInt32? = nil
    ) {
        guard error.code != ENOENT, error.code != ENOTDIR else { return }
        let error = SystemError(call: error.call, subject: path.text, code: error.code)
        let refusal = DirectoryRefusal(error: error, owner: owner)
        if !refusals.contains(refusal) { refusals.append(refusal) }
    }

    /// Notes a link that could lead to records; a stranger's leads to none that count.
    private mutating func noteLink(_ path: ByteString, ownedBy owner: UInt32) {
        guard tellsPassedOver, owner == 0 || owner == geteuid() else { return }
        note("\(path.text): a symbolic link, not followed")
    }

    private mutating func note(_ text: String) {
        if notes.count < GlobWalk.noteLimit, !notes.contains(text) { notes.append(text) }
    }
}
