import ReaperKit

/// Which instances a command line of `stop`, or of `wait`, means.
struct StopChoice {
    /// What they are named for.
    enum Purpose {
        case stop
        case wait

        /// What is not done where a name fits several.
        fileprivate var omission: String {
            self == .stop ? "nothing was stopped" : "nobody is waited for"
        }

        fileprivate var object: String { self == .stop ? "whom to stop" : "whom to wait for" }
    }

    private let purpose: Purpose
    /// Those that it means, each once.
    private(set) var instances: [Instance] = []
    /// The names that nobody has.
    private(set) var unknown: [String] = []
    /// The names that fit several, and whom they fit.
    private(set) var ambiguous: [(name: String, candidates: [Instance])] = []
    /// The names that were not the instance's own, and whom they led to.
    private(set) var found: [Instance] = []

    /// Without a name it means everybody that can be stopped.
    init(
        _ names: [String],
        in listing: InstanceListing,
        rules: [Rule],
        for purpose: Purpose = .stop
    ) {
        self.purpose = purpose
        if names.isEmpty { add(StopChoice.withoutTwins(listing.instances, rules)) }
        for name in names {
            switch InstancePattern(name).resolve(in: listing, rules: rules) {
            case .none: unknown.append(name)
            case .one(let instances): for instance in instances { find(instance, by: name) }
            case .over(let instances): add(instances)
            case .ambiguous(let candidates): ambiguous.append((name, candidates))
            }
        }
    }

    /// Each of several instances once, whichever of its files says how to stop it.
    private static func withoutTwins(_ instances: [Instance], _ rules: [Rule]) -> [Instance] {
        let groups = Dictionary(grouping: instances) { $0.process }
        return instances.filter { instance in
            guard let process = instance.process else { return true }
            let group = (groups[process] ?? []).filter { $0.key == instance.key }
            return group.count == 1 || Instance.twins(group, rules)?.contains(instance) ?? true
        }
    }

    private mutating func find(_ instance: Instance, by name: String) {
        if instance.id != name, !instances.contains(instance) { found.append(instance) }
        add([instance])
    }

    private mutating func add(_ more: [Instance]) {
        for instance in more where !instances.contains(instance) { instances.append(instance) }
    }

    /// That names fit several, in a sentence; `nil` where none does.
    var error: String? {
        ambiguous.isEmpty
            ? nil : ambiguous.map { ambiguity(of: $0.name) }.joined(separator: "; ")
    }

    private func ambiguity(of name: String) -> String {
        "'\(name.escapedForTerminal)' is ambiguous, \(purpose.omission)"
    }

    /// Says which names mean nobody or too many, and who there is.
    func explain(among listing: InstanceListing) {
        let isWhole = listing.snapshot.unreadable.isEmpty
        let instances = listing.instances
        for (name, candidates) in ambiguous {
            let isOver = candidates.allSatisfy(\.isOver)
            Diagnostics.report(
                ambiguity(of: name) + "; it fits "
                    + (isOver ? "\(candidates.count) instances, none of which runs:" : "these:")
            )
            for candidate in candidates {
                let file = candidate.file.map { ", \($0.text.escapedForTerminal)" } ?? ""
                let doubt = candidate.isUndeciphered ? ": \(candidate.doubt)" : ""
                Diagnostics.write("  - \(candidate.line)\(file)\(doubt)\n")
            }
            if let intact = candidates.first(where: { !$0.isUndeciphered && $0.file != nil }),
                candidates.contains(where: \.isUndeciphered)
            {
                let file = (intact.file?.text ?? "").quotedForShell.escapedForTerminal
                Diagnostics.write("A file is a name, too: \(file) means that one only.\n")
            }
        }
        guard !unknown.isEmpty else { return }
        for name in unknown {
            let why = reason(name, among: listing)
            Diagnostics.report("instance '\(name.escapedForTerminal)' not found: \(why)")
        }
        let rest = instances.filter { !$0.isOver }
        let running = rest.filter { $0.state != .unknown }
        let none = isWhole ? "No instance is running.\n" : "No running instance could be seen.\n"
        Diagnostics.write(running.isEmpty ? none : "Running instances:\n")
        for instance in running { Diagnostics.write("  - \(instance.line)\n") }
        // Whatever they are, their names were not asked for.
        let others = rest.count - running.count
        guard others > 0 else { return }
        Diagnostics.write(
            "Of \(others) \(others == 1 ? "other it" : "others it") is not known whether "
                + "\(others == 1 ? "it runs" : "they run"): 'reaper list -v' tells why\n"
        )
    }

    /// Why nobody has a name, as far as that can be told.
    private func reason(_ name: String, among listing: InstanceListing) -> String {
        if let condition = try? PidCondition(parsing: name) {
            return reason(condition, among: listing)
        }
        if listing.instances.contains(where: { InstancePattern(name).shows($0) }) {
            return "names and prefixes say \(purpose.object), globs do not: 'reaper list' with it "
                + "shows whom it fits"
        }
        return "it may have stopped already, belong to another user, or be of a system that no "
            + "rule knows; \(InstancePattern(name).explanationCommand)"
    }

    /// Why no instance is called by a number, and who has it.
    private func reason(_ condition: PidCondition, among listing: InstanceListing) -> String {
        guard let process = listing.snapshot.process(condition.pid) else {
            return "there is no process \(condition.pid)"
        }
        let label = process.label.escapedForTerminal
        if let start = condition.startTime, start != process.identity.startTime {
            return "that process is gone: number \(condition.pid) names \(label) now"
        }
        let owner = listing.instances.first { $0.processes.contains(process.identity) }
        guard let owner else {
            return "it is the number of \(label), which is no instance: "
                + "'reaper clean --pid \(process.identity)' stops that process"
        }
        return "it is the number of \(label) of \(owner.label): "
            + "'reaper stop \(process.identity)' stops that"
    }
}

extension Instance {
    /// Why it may be the one that was meant, or not.
    fileprivate var doubt: String {
        "only its file is called so, whom it records is not known: \(reason)".escapedForTerminal
    }
}

extension Instance {
    /// Who it is in a list: its names, its process, its system, and how it is unless it runs.
    var line: String {
        let names = alias.map { $0 == id ? id : "\(id) (\($0))" } ?? id
        let state = self.state == .running ? "" : ", \(self.state.rawValue)"
        let trust = distrust.map { ", distrusted: \($0)" } ?? ""
        return "\(names), \(who)\(system)\(state)\(trust)".escapedForTerminal
    }

    private var who: String {
        let heads = members.filter { !$0.isInherited }
        if heads.count > 1 { return "\(heads.count) processes, " }
        if holders.count > 1 { return "\(holders.count) processes, " }
        guard let pid = processes.first?.pid ?? pid ?? holders.first?.pid else { return "" }
        return "PID \(pid), "
    }

    /// How sentences name it: `'prod' (PID 4127)`, escaped.
    var label: String {
        let name = "'\(self.name)'"
        let number = processes.first?.pid ?? pid ?? (holders.count == 1 ? holders[0].pid : nil)
        guard processes.count == 1 || members.isEmpty, let pid = number else {
            return name.escapedForTerminal
        }
        return "\(name) (PID \(pid))".escapedForTerminal
    }
}
