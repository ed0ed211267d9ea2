/// What `clean` would do to a process, and what to do instead where it would not.
struct CleanForecast {
    private(set) var statements: [Statement] = []
    private(set) var advice: Advice?

    private let account: ProcessAccount
    private var identity: ProcessIdentity { account.process.identity }

    init(_ account: ProcessAccount) {
        self.account = account
        statements =
            withoutSelector() + account.standings.map { StopForecast($0).statement } + withNumber()
        advice = makeAdvice()
    }

    /// What rules find about it.
    private var orphan: Finding? {
        account.findings.first { $0.process == identity && $0.kind == .orphan }
    }

    // MARK: - clean alone

    private func withoutSelector() -> [Statement] {
        guard let finding = orphan else {
            return [
                Statement(
                    "leaves it alone: \(innocence)",
                    label: "clean",
                    source: "reaper scan"
                )
            ]
        }
        let rule = finding.rule.map { "rule \($0)" } ?? "reaper"
        let found = "\(rule) finds it: \(finding.summary) (\(finding.verdict.rawValue))"
        let text =
            switch (finding.verdict, finding.remedy.action) {
            case (.confirmed, .stop): "stops it and its tree\(settling): \(found)"
            case (.probable, .stop): "reports it; with --include-probable it stops it: \(found)"
            default: "reports it and leaves it alone: \(found)"
            }
        return [
            Statement(
                text,
                label: "clean",
                source: "reaper scan",
                mark: .decisive
            )
        ]
    }

    /// What only a rule found is looked at again when it is older.
    private var settling: String {
        account.snapshot.host.age(of: identity) < .seconds(2) ? ", once it is 2 s old" : ""
    }

    /// Why no rule has it stopped.
    private var innocence: String {
        let rules = account.rules
        if let trace = rules.first(where: { $0.match == .holds && !$0.isOfFiles }) {
            return trace.effect == .protect
                ? "rule \(trace.rule) protects it"
                : "rule \(trace.rule) describes it, but \(trace.reason)"
        }
        if let trace = rules.first(where: \.isRecorded) {
            return "a file of rule \(trace.rule) records it, but \(trace.reason)"
        }
        if let trace = rules.first(where: { !$0.files.isEmpty }) { return trace.reason }
        let unknown = rules.count { $0.match.isUnreadable }
        guard unknown == 0 else {
            return "whether \(counted(unknown, "rule describes", "rules describe")) it is unknown"
        }
        return "no rule describes it"
    }

    // MARK: - clean --pid

    /// What `clean --pid` would do, for whoever tells the rest elsewhere.
    func withNumber() -> [Statement] {
        let label = "clean --pid"
        let plan = account.plan
        let source = "reaper clean --dry-run --pid \(identity)"
        if let reason = refusal {
            return [
                Statement("refuses: \(reason)", label: label, source: source, mark: .decisive)
            ]
        }
        if let zombie = plan.zombies.first(where: { $0.identity == identity }) {
            let first = zombie.isParentStopped ? "continues its parent and then asks" : "asks"
            let parent = account.snapshot.process(zombie.parent.pid)?.label ?? "\(zombie.parent)"
            return [
                Statement(
                    "\(first) \(parent) to wait for it (SIGCHLD)",
                    label: label,
                    source: source
                )
            ]
        }
        guard !plan.targets.isEmpty else {
            return [Statement("does nothing", label: label, source: source)]
        }
        let count = plan.targets.count
        let head = Statement(
            count == 1 ? "stops it" : "stops \(count) processes, in this order",
            label: label,
            source: source
        )
        let steps = PlanSteps(plan: plan) { identity in
            account.snapshot.process(identity.pid)?.label ?? "\(identity)"
        }
        return [head] + steps.statements(source: source)
    }

    private var refusal: String? {
        account.plan.refused.first { $0.identity == identity }?.reason
    }

    // MARK: - What to do

    /// The instance that is to be stopped rather than the process alone.
    var standing: InstanceStanding? { account.standings.first(where: \.isStoppable) }

    private func makeAdvice() -> Advice? {
        let process = account.process
        if process.isKernelThread || process.pid == 1 {
            return Advice(.none, reason: refusal ?? "it is never stopped")
        }
        let origins = account.origins
        let command = "reaper clean --pid \(identity)"
        if let reason = refusal {
            let container = origins.first { $0.kind == .container }?.stopCommand
            if container == nil, let outside = namespaceMaker {
                return Advice(
                    .stop,
                    ["reaper clean --pid \(outside.identity)"],
                    reason: "\(outside.label) is the nearest parent outside that namespace, and is "
                        + "stopped with all that is below it"
                )
            }
            return Advice(
                .none,
                container.map { [$0] } ?? [],
                reason: container == nil ? reason : "\(reason): stop the container"
            )
        }
        if process.isZombie { return zombieAdvice() }
        guard !account.plan.targets.isEmpty else { return nil }
        if let advice = stopAdvice(origins, alone: command) { return advice }
        if let advice = ownAdvice(alone: command) { return advice }
        if let keeper = origins.first(where: { $0.restarts || $0.kind == .container }),
            let stop = keeper.stopCommand
        {
            var why =
                keeper.kind == .container
                ? "it belongs to \(keeper.name)"
                : "\(keeper.name) may start it again; '\(command)' stops this one alone"
            if let list = keeper.nameCommand { why += "; '\(list)' shows NAME" }
            return Advice(.none, [stop], reason: ([why] + optOut).joined(separator: "; "))
        }
        if let advice = ownerAdvice(alone: command) { return advice }
        if let keeper = origins.first(where: { $0.restarts && $0.kind == .supervisor }) {
            return Advice(
                .stop,
                [command],
                reason: (["\(keeper.name), may start it again: stop that first"] + cautions)
                    .joined(separator: "; ")
            )
        }
        let reason = [orphan?.hint, cautions.joined(separator: "; ")].compactMap(\.self)
            .filter { !$0.isEmpty }.joined(separator: " ")
        return Advice(.stop, [command], reason: reason.isEmpty ? nil : reason)
    }

    /// To stop the instance that it belongs to, unless something outside would start that again.
    private func stopAdvice(_ origins: [Origin], alone: String) -> Advice? {
        let isKept = origins.contains {
            $0.stopCommand != nil && ($0.restarts || $0.kind == .container)
        }
        guard let standing, let stop = standing.command,
            !isKept || !standing.supervisors.isEmpty
        else { return nil }
        var reasons = ["it belongs to \(standing.label); '\(alone)' stops this process alone"]
        if let caution = StopForecast(standing).caution {
            reasons.append(caution)
        } else if standing.supervisors.isEmpty,
            let keeper = origins.first(where: { $0.restarts && $0.kind == .supervisor })
        {
            reasons.append("\(keeper.name), may start it again: stop that first")
        }
        return Advice(.stop, [stop], reason: (reasons + cautions).joined(separator: "; "))
    }

    /// To have its own system stop it, where a rule only reports it or somebody looks after the
    /// instance that it is.
    private func ownAdvice(alone: String) -> Advice? {
        if let standing = account.standings.first(where: { $0.ownCommand != nil }),
            let own = standing.ownCommand
        {
            let why =
                "it belongs to \(standing.label), which \(standing.objection ?? "has an owner")"
            return Advice(.none, [own], reason: ([why] + optOut).joined(separator: "; "))
        }
        guard let finding = orphan, finding.remedy.action == .none,
            let own = finding.remedy.command,
            !own.hasPrefix("reaper ")
        else { return nil }
        let reasons = [finding.hint, "'\(alone)' stops this process alone"].compactMap(\.self)
        return Advice(.none, [own], reason: (reasons + optOut).joined(separator: " "))
    }

    /// Of what a rule describes and whose living owner starts it again: that ending it alone is in
    /// vain, and who ends it for good.
    private func ownerAdvice(alone: String) -> Advice? {
        for trace in account.rules where trace.match == .holds && !trace.isOfFiles {
            guard let owner = trace.owner?.alive,
                account.origins.contains(where: { $0.restarts && $0.process == owner.process })
            else { continue }
            let name = "\(owner.name.text) (\(owner.process))"
            let why = "it is no orphan: \(name) looks after it, and starts another one when it ends"
            let how = trace.advice.map { "'\($0)' has that end it" } ?? "have that end it"
            let alone = "'\(alone)' ends this one only"
            return Advice(
                .none,
                [trace.advice ?? "reaper explain \(owner.process)"],
                reason: ([why, how, alone] + optOut).joined(separator: "; ")
            )
        }
        return nil
    }

    /// What whoever stops it has to know.
    var cautions: [String] { optOut + [foreignOwner].compactMap(\.self) }

    /// That it asks to be left alone, which whoever names it overrules.
    private var optOut: [String] {
        guard account.process.isKept else { return [] }
        return [
            "\(account.process.label) asks to be left alone (REAPER_KEEP=1): naming it, as here, "
                + "overrules that"
        ]
    }

    /// What to say of a process that reaper may not signal, kill(2).
    private var foreignOwner: String? {
        let host = account.snapshot.host
        guard host.effectiveUser != 0, let user = account.process.status?.known?.realUser,
            user != host.effectiveUser
        else { return nil }
        return "it belongs to user \(host.userText(user)): run this as that user, or with sudo"
    }

    /// The nearest parent outside the process's own pid namespace, if it is one that may be stopped.
    private var namespaceMaker: ProcessRecord? {
        let host = account.snapshot.host
        guard account.process.isInOtherPids(than: host) else { return nil }
        let outside = account.chain.ancestors.first { !$0.isInOtherPids(than: host) }
        guard let outside, outside.pid > 1, !host.ownChain.contains(outside.identity) else {
            return nil
        }
        return outside
    }

    private func zombieAdvice() -> Advice {
        let parent = account.snapshot.process(account.process.parent)
        guard let parent, parent.pid > 1 else {
            return Advice(.none, reason: "PID 1 will wait for it; nothing needs to be done")
        }
        guard !account.snapshot.host.ownChain.contains(parent.identity) else {
            return Advice(
                .none,
                reason: "\(parent.label), who called reaper, can wait for it when reaper has ended"
            )
        }
        return Advice(
            .signalParent,
            ["reaper clean --zombies --pid \(identity)"],
            reason: "if \(parent.label) does not wait for it even then, only its end helps: "
                + "reaper explain \(parent.identity)"
        )
    }
}
