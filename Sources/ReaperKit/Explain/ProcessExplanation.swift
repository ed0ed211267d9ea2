extension Explanation {
    /// Explains a process.
    ///
    /// - Parameters:
    ///   - account: What was read about it.
    ///   - target: What was typed.
    public init(_ account: ProcessAccount, target: String) {
        let process = account.process
        self.init(
            target: target,
            kind: .process,
            summary: ProcessSummary.text(of: account)
        )
        self.process = process.identity
        snapshot = account.subjectSnapshot
        add(.identity, ProcessIdentitySection.statements(of: account))
        add(.parents, ParentSection.statements(of: account))
        add(.origin, OriginSection.statements(of: account))
        let odd = Oddity.all(of: account)
        add(.odd, odd)
        add(.rules, RuleSection.statements(of: account.rules))
        let forecast = CleanForecast(account)
        add(.cleaning, forecast.statements)
        advice = forecast.advice
        unknown = account.unknownFacts
        if !unknown.isEmpty { answer = .incomplete }
    }
}

/// One sentence about a process.
enum ProcessSummary {
    static func text(of account: ProcessAccount) -> String {
        let process = account.process
        let host = account.snapshot.host
        let age = host.age(of: process.identity).roughText
        if process.isKernelThread { return "\(process.label) is a kernel thread" }
        let user = process.status?.known.map { " of user \(host.userText($0.realUser))" } ?? ""
        if process.isZombie {
            let parent = account.snapshot.process(process.parent)?.label
            return "\(process.label)\(user) has exited; its parent, "
                + "\(parent ?? "process \(process.parent)"), has not waited for it"
        }
        var text = "\(process.label)\(user) has run for \(age)"
        if let origin = account.origins.first { text += ", \(origin.phrase)" }
        let odd = Oddity.all(of: account).count
        if odd > 0 { text += "; \(odd == 1 ? "one thing is" : "\(odd) things are") odd" }
        return text
    }
}

extension Origin {
    /// How a sentence goes on: `in container ...`, `as systemd unit ...`, `under runsv (812@90)`.
    var phrase: String {
        switch kind {
        case .container: process == nil ? "in \(name)" : "under \(name)"
        case .unit: "as \(name)"
        case .ci, .batch, .tool: process == nil ? "for \(name)" : "under \(name)"
        case .session, .terminal, .multiplexer, .ssh, .editor, .agent, .supervisor, .scheduler,
            .shell, .hostUnit:
            "under \(name)"
        }
    }
}

extension ProcessAccount {
    /// The machine, the process and its sockets: what a format needs that shows all of it.
    var subjectSnapshot: Snapshot {
        Snapshot(
            host: snapshot.host,
            processes: [process],
            sockets: snapshot.sockets(of: process)
        )
    }

    /// Facts that the kernel refused and that could change the answer, one sentence each.
    var unknownFacts: [String] {
        if process.isKernelThread || process.isZombie { return [] }
        return FactKind.allCases.compactMap { kind in
            guard case .refused(let code) = process.state(of: kind) else { return nil }
            let advice = snapshot.host.effectiveUser == 0 ? "" : "; run as root to see it"
            return "\(kind.noun) (\(process.source(kind.fileName))): \(reasonText(code))\(advice)"
        }
    }
}

extension FactKind {
    /// What people call it.
    var noun: String {
        switch self {
        case .executable: "its executable"
        case .arguments: "its arguments"
        case .workingDirectory: "its working directory"
        case .status: "its owner and signals"
        case .cgroups: "its control group"
        case .namespaces: "its namespaces"
        case .environment: "its environment"
        case .sockets: "its ports"
        }
    }
}
