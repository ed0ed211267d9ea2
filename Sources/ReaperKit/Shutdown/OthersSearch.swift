import Glibc

/// Looks for who has what a final sweep wants nobody to have.
///
/// It looks as for a person who gave the ports and the names as selectors, and plans as for that
/// person, so that every veto holds. As it is a rule that asks, `REAPER_KEEP=1` is one, too.
public struct OthersSearch: Sendable {
    /// What is looked for.
    public let sweep: FinalSweep
    /// The rules in force; those that protect count.
    public let rules: [Rule]
    /// Which end of a tree is asked first, where the command line says so.
    public let order: StopOrder?
    /// Who is nobody else: they are stopped, or were, for their own sake.
    public let known: Set<ProcessIdentity>

    /// When a look that is not through is given up, in monotonic time; `nil`: never.
    public let end: Duration?

    /// Prepares a search.
    public init(
        _ sweep: FinalSweep,
        rules: [Rule],
        order: StopOrder? = nil,
        besides known: Set<ProcessIdentity> = [],
        until end: Duration? = nil
    ) {
        self.sweep = sweep
        self.rules = rules
        self.order = order
        self.known = known
        self.end = end
    }

    /// Looks now: roots and their trees as a plan has them, who is refused, and what is unknown.
    public func run() -> OthersAnswer {
        var answer = OthersAnswer()
        if sweep.ports != nil { addHolders(to: &answer) }
        if !sweep.names.isEmpty { addNamesakes(to: &answer) }
        return answer
    }

    private func addHolders(to answer: inout OthersAnswer) {
        var selection = Selection()
        selection.ports = sweep.ports
        do throws(SystemError) {
            var scanner = try scanner(for: selection)
            var result = try scanner.scan()
            let holders = Set(result.findings.compactMap(\.process?.pid))
            scanner.read(
                Set(holders.map { FactRequest(pid: $0, kind: .arguments) }),
                into: &result.snapshot
            )
            for index in result.findings.indices {
                let identity = result.findings[index].process
                if identity == nil { answer.doubt(result.findings[index].summary) }
                let process = identity.flatMap { result.snapshot.process($0.pid) }
                let command = process?.shortCommand.map { " (its command line: \($0))" } ?? ""
                result.findings[index].summary += ", which \(sweep.owner) wants free" + command
            }
            add(&result, &scanner, to: &answer)
            // Whom `/proc` hides does not matter here: a port that they hold is told as held.
            let limits = scanner.procfs.limits(for: scanner.host)
            for note in result.snapshot.unreadable.notes where !limits.contains(note) {
                answer.doubt(note)
            }
        } catch {
            answer.doubt("who holds its ports is unknown: \(reason(for: error))")
        }
    }

    private func addNamesakes(to answer: inout OthersAnswer) {
        var selection = Selection()
        selection.process.names = sweep.names
        do throws(SystemError) {
            var scanner = try scanner(for: selection)
            var result = try scanner.scan()
            for index in result.findings.indices {
                let process = result.findings[index].process.flatMap {
                    result.snapshot.process($0.pid)
                }
                let name = process?.name(among: sweep.names) ?? "it"
                result.findings[index].summary =
                    "is called \(name.text), which \(sweep.owner) wants nobody to be"
            }
            add(&result, &scanner, to: &answer)
            refuseUnselectable(in: result, &scanner, &answer)
            if let sentence = result.snapshot.unreadable.sentence {
                answer.doubt("whether anybody else has such a name is unknown: \(sentence)")
            }
        } catch {
            answer.doubt("who has such a name is unknown: \(reason(for: error))")
        }
    }

    private func scanner(for selection: Selection) throws(SystemError) -> Scanner {
        var scanner = try Scanner(ScanRequest(selection: selection, rules: rules))
        scanner.patience = end
        return scanner
    }

    private func reason(for error: SystemError) -> String {
        error.code == ETIMEDOUT ? "the deadline passed during the look" : error.description
    }

    /// Plans for what was found, asks the rules that need more than a plan knows, and takes it in.
    private func add(
        _ result: inout ScanResult,
        _ scanner: inout Scanner,
        to answer: inout OthersAnswer
    ) {
        result.findings.removeAll { finding in
            finding.process.map { known.contains($0) || answer.names($0) } ?? true
        }
        var options = PlanningOptions()
        options.isSelected = true
        options.signal = sweep.signal
        options.timeout = sweep.timeout
        options.order = order
        let plan = scanner.plan(for: &result, options: options)
        // Whoever acts on it pins them anew: members of the shutdown need the descriptors.
        scanner.held = [:]
        let summaries = Dictionary(
            result.findings.compactMap { finding in
                finding.process.map { ($0, finding.summary) }
            }
        ) { first, _ in first }
        func refuse(_ identity: ProcessIdentity, _ reason: String) {
            guard !known.contains(identity), !answer.names(identity) else { return }
            let what = summaries[identity].map { "\($0), and is left alone: " } ?? ""
            answer.refused.append(Refusal(identity, reason: what + reason))
        }
        for refusal in plan.refused {
            if let identity = refusal.identity { refuse(identity, refusal.reason) }
        }
        var spared: Set<ProcessIdentity> = []
        for root in plan.targets where root.depth == 0 {
            guard let reason = scanner.objection(to: root.identity) else { continue }
            spared.insert(root.identity)
            refuse(root.identity, reason)
        }
        for target in plan.targets where spared.contains(target.root) {
            guard target.depth > 0, summaries[target.identity] != nil else { continue }
            refuse(target.identity, "it \(target.reason), which is left alone")
        }
        answer.targets += plan.targets.filter { target in
            !spared.contains(target.root) && !known.contains(target.identity)
                && !answer.targets.contains { $0.identity == target.identity }
        }
    }

    /// PID 1 and kernel threads are never selected by a name; that they have it is told.
    private func refuseUnselectable(
        in result: ScanResult,
        _ scanner: inout Scanner,
        _ answer: inout OthersAnswer
    ) {
        let planner = ShutdownPlanner(
            result.snapshot,
            rules: rules,
            options: PlanningOptions()
        )
        for var process in result.snapshot.processes
        where process.pid == 1 || process.isKernelThread {
            if !process.isKernelThread {
                let place = ProcessPlace(pid: process.pid)
                scanner.read(.executable, of: &process, at: place)
                scanner.read(.arguments, of: &process, at: place)
            }
            guard let name = process.name(among: sweep.names), !answer.names(process.identity),
                let reason = planner.refusal(of: process)
            else { continue }
            answer.refused.append(
                Refusal(
                    process.identity,
                    reason: "is called \(name.text), which \(sweep.owner) wants nobody to be,"
                        + " and is left alone: \(reason)"
                )
            )
        }
    }
}

extension OthersAnswer {
    /// Whether it says anything of this process.
    fileprivate func names(_ identity: ProcessIdentity) -> Bool {
        targets.contains { $0.identity == identity } || refused.contains { $0.identity == identity }
    }

    /// Adds a reason why these may not be all.
    fileprivate mutating func doubt(_ reason: String) {
        unknown = unknown.map { "\($0); \(reason)" } ?? reason
    }
}

extension Scanner {
    /// Why a process is not stopped for its name or port, by what is read through a handle.
    fileprivate mutating func objection(to identity: ProcessIdentity) -> String? {
        guard
            let handle = try? ProcessHandle(
                opening: identity.pid,
                startTime: identity.startTime,
                in: &procfs
            )
        else { return nil }
        return protection(of: handle) ?? optOut(of: handle)
    }
}

extension ProcessRecord {
    /// How it was started, secrets masked, or the beginning of that; `nil` where it was not read.
    fileprivate var shortCommand: String? {
        guard let words = arguments?.known, !words.isEmpty else { return nil }
        let text = SecretMask.masked(arguments: words).map(\.text).joined(separator: " ")
        return text.count > 120 ? text.prefix(117) + "..." : text
    }

    /// Which of its names one of the globs matches, of those that were read.
    fileprivate func name(among globs: [Glob]) -> ByteString? {
        var names = [name]
        if let path = executable?.known?.path { names.append(path.baseName) }
        if let first = arguments?.known?.first { names.append(first.baseName) }
        return names.first { name in globs.contains { $0.matches(name) } }
    }
}

extension Unreadable {
    /// What could not be read, in one sentence without an end; `nil` when everything was.
    fileprivate var sentence: String? {
        guard !isEmpty else { return nil }
        let counted = reasons.sorted { $0.key < $1.key }.map { reason, count in
            "\(reason) (\(count) times)"
        }
        return (counted + notes).joined(separator: "; ")
    }
}
