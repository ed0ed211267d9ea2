extension InstanceCatalog {
    /// One instance where a file and marks of one system tell of the same name.
    ///
    /// The file proves the identity of one process whose environment may say nothing any more, and
    /// the marks tell who else belongs to it.
    func joined(_ files: [Instance], _ marked: [Instance]) -> [Instance] {
        var places: [InstanceKey: Int] = [:]
        var instances = marked
        for (place, instance) in marked.enumerated() { places[instance.key] = place }
        for file in files {
            guard let place = places[file.key], file.state != .recycled,
                file.id != InstanceMark.nameless.id
            else {
                instances.append(file)
                continue
            }
            // Whoever may write a file must not choose whom a mark of somebody else's leads to, nor
            // make its name ambiguous.
            guard isTrusted(file) else { continue }
            guard instances[place].file == nil else {
                instances.append(file)
                continue
            }
            instances[place].file = file.file
            instances[place].evidence += file.evidence
            if let pid = file.process?.pid { instances[place].pid = pid }
            guard let process = file.process,
                !instances[place].members.contains(where: { $0.identity == process }),
                let record = record(process), !record.isZombie
            else { continue }
            instances[place].members.append(
                InstanceMember(
                    identity: process,
                    name: record.name,
                    rule: instances[place].rule
                )
            )
        }
        return instances
    }

    /// Whether a file proves its process, and may have that one stopped; or, where it is gone, is
    /// root's word or the caller's own.
    private func isTrusted(_ instance: Instance) -> Bool {
        let user = view.snapshot.host.effectiveUser
        guard let file = view.snapshot.instanceFiles.first(where: { $0.path == instance.file })
        else { return false }
        guard let process = record(instance.process) else { return file.isBelieved(by: user) }
        return instance.isProven && file.mayActOn(process, for: user) == .granted
    }
}
