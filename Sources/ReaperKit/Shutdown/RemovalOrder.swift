extension Snapshot {
    /// Removals in the order in which they are done: sockets after all other files, and else as
    /// they are.
    ///
    /// Whoever reads an instance file expects its socket to be there. The other way round, a socket
    /// that is left when reaper is cut short misleads nobody: connect(2) says that nobody serves it.
    func socketsLast(_ removals: [FileRemoval]) -> [FileRemoval] {
        let sockets = Set(instanceFiles.filter(\.isSocket).map(\.path))
        return removals.filter { !sockets.contains($0.path) }
            + removals.filter { sockets.contains($0.path) }
    }
}

extension InstanceFile {
    fileprivate var isSocket: Bool {
        if case .socket = contents { return true }
        return format == .socket
    }
}
