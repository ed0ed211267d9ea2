/// Files that a rule wants gone together with its processes, such as a socket beside a pid file.
public struct CompanionFiles {
    private let mounts: MountTable

    /// Creates a reader; mounts are listed once.
    public init() throws(SystemError) { mounts = try MountTable.current() }

    /// What the rule's `remove` globs find now, with the inode that removal is held to.
    ///
    /// Sockets come last. Directories and devices are left alone: only what can lie in a quarantine
    /// is removed.
    public func files(of rule: Rule) -> [FileRemoval] {
        var walk = GlobWalk(mounts: mounts)
        var found: [FileRemoval] = []
        var sockets: [FileRemoval] = []
        for glob in rule.remove {
            walk.walk(glob, excluding: []) { directory, name in
                guard let facts = try? FileFacts(of: name, in: directory.descriptor.raw),
                    [.regular, .socket, .symbolicLink].contains(facts.kind)
                else { return }
                var removal = FileRemoval(
                    path: directory.path.appending(component: name),
                    file: facts.identity,
                    rule: rule.id,
                    reason: "rule \(rule.id) removes it together with its processes"
                )
                removal.isCompanion = true
                if facts.kind == .socket { sockets.append(removal) } else { found.append(removal) }
            }
        }
        return found.sorted { $0.path < $1.path } + sockets.sorted { $0.path < $1.path }
    }
}

extension Rule {
    /// Whether `path` is one that this rule may have removed at all.
    func mayRemove(_ path: ByteString, asCompanion: Bool) -> Bool {
        if asCompanion { return remove.contains { $0.matches(path) } }
        guard let instance, !keep else { return false }
        return instance.files.contains { $0.matches(path) }
            && !instance.exclude.contains { $0.matches(path) }
    }
}
