/// The parents of a process, as far as they can be believed.
enum ParentSection {
    static func statements(of account: ProcessAccount) -> [Statement] {
        let chain = account.chain
        let host = account.snapshot.host
        if account.process.pid == 1 || account.process.isKernelThread { return [] }
        var list: [Statement] = []
        var child = account.process
        for link in chain.links {
            let parent = link.parent
            var text = parent.label
            let age = host.age(of: parent.identity).roughText
            text += ", started \(age) ago at \(host.startedAt(parent.identity).timeText)"
            if let user = parent.status?.known?.realUser,
                user != child.status?.known?.realUser
            {
                text += ", of user \(host.userText(user))"
            }
            var mark = Statement.Mark.plain
            switch link.bond {
            case .started: break
            case .startedOrAdopted where link.parent.pid == 1:
                text += "; PID 1 adopts whatever loses its parent"
            case .startedOrAdopted: text += "; it adopts whatever loses its parent"
            case .adopted(let reason):
                text += "; it adopted \(child.label): \(reason)"
                mark = .odd
            }
            list.append(
                Statement(
                    text,
                    source: child.source("stat"),
                    mark: mark,
                    process: parent.identity
                )
            )
            child = parent
        }
        return list + end(of: chain, child)
    }

    private static func end(
        of chain: ParentChain,
        _ last: ProcessRecord
    ) -> [Statement] {
        let source = last.source("stat")
        switch chain.end {
        case .first: return []
        case .outside:
            return [
                Statement(
                    "the parent of \(last.label) is outside this pid namespace",
                    source: source
                )
            ]
        case .recycled(let parent):
            return [
                Statement(
                    "the number \(parent.pid) was reused: \(parent.label) started after "
                        + "\(last.label) and cannot be its parent; the real parent is unknown",
                    source: source,
                    mark: .odd,
                    process: parent.identity
                )
            ]
        case .unseen(let pid):
            return [
                Statement(
                    "process \(pid), the parent of \(last.label), was not seen: it is hidden, or "
                        + "ended while reaper looked",
                    source: source,
                    mark: .unknown
                )
            ]
        }
    }
}

/// Who started a process or keeps it running.
enum OriginSection {
    static func statements(of account: ProcessAccount) -> [Statement] {
        guard !account.process.isKernelThread, account.process.pid != 1 else { return [] }
        let origins = account.origins
        guard !origins.isEmpty else {
            return [Statement("nothing tells who started it", source: "/proc", mark: .unknown)]
        }
        return origins.flatMap { origin in
            var name = origin.name
            if origin.restarts { name += "; it may start again what is stopped" }
            let head = Statement(
                name,
                label: origin.kind.noun,
                source: origin.evidence.first?.source,
                process: origin.process
            )
            let facts = origin.evidence.map { Statement($0, depth: 1) }
            // The name says it all where the ancestor itself is the evidence.
            return [head] + (origin.process != nil && facts.count == 1 ? [] : facts)
        }
    }
}

extension Origin.Kind {
    /// A word for it.
    var noun: String {
        switch self {
        case .container: "container"
        case .supervisor: "supervisor"
        case .ci: "CI job"
        case .batch: "batch job"
        case .scheduler: "scheduler"
        case .unit, .hostUnit: "unit"
        case .agent: "agent"
        case .editor: "editor"
        case .multiplexer: "multiplexer"
        case .ssh: "ssh"
        case .terminal: "terminal"
        case .session: "session"
        case .tool: "script"
        case .shell: "shell"
        }
    }
}
