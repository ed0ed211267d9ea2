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
            for finding in result.findings where finding.process == nil {
                answer.doubt(finding.summary)
            }
            result.say { finding, process in
                let command = process?.shortCommand.map { " (its command line: \($0))" } ?? ""
                return "\(finding.summary), which \(sweep.owner) wants free\(command)"
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
            result.say { _, process in
                let name = process?.name(among: sweep.names) ?? "it"
                return "is called \(name.text), which \(sweep.owner) wants nobody to be"
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
        // Half of the time finds them, the other half asks whether they may be stopped.
        let now = Clock.monotonic()
        scanner.patience = end.map { now + max($0 - now, .zero) / 2 }
        // A part of them is better than nobody: those who are left are told by name.
        scanner.keepsParts = true
        return scanner
    }

    private func reason(for error: SystemError) -> String {
        error.code == ETIMEDOUT ? "there was no time left for the look" : error.description
    }

    /// Plans for what was found, asks the rules that need more than a plan knows, and takes it in.
    private func add(
        _ result: inout ScanResult,
        _ scanner: inout Scanner,
        to answer: inout OthersAnswer
    ) {
        var named = answer.named
        result.findings.removeAll { finding in
            finding.process.map { known.contains($0) || named.contains($0) } ?? true
        }
        var options = PlanningOptions()
        options.isSelected = true
        options.signal = sweep.signal
        options.timeout = sweep.timeout
        options.order = order
        let plan = scanner.plan(for: &result, options: options)
        scanner.patience = end
        // Whoever acts on it pins them anew: members of the shutdown need the descriptors.
        scanner.held = [:]
        let summaries = Dictionary(
            result.findings.compactMap { finding in
                finding.process.map { ($0, finding.summary) }
            }
        ) { first, _ in first }
        func leave(_ identity: ProcessIdentity, _ what: String) {
            guard !known.contains(identity), named.insert(identity).inserted else { return }
            answer.unreached.append(Refusal(identity, reason: what))
        }
        func refuse(_ identity: ProcessIdentity, _ reason: String) {
            guard !known.contains(identity), named.insert(identity).inserted else { return }
            let what = summaries[identity].map { "\($0), and is left alone: " } ?? ""
            answer.refused.append(Refusal(identity, reason: what + reason))
        }
        for refusal in plan.refused {
            if let identity = refusal.identity { refuse(identity, refusal.reason) }
        }
        var spared: Set<ProcessIdentity> = []
        var late: Set<ProcessIdentity> = []
        for root in plan.targets where root.depth == 0 {
            // Whether it may be stopped at all was not asked in time.
            if scanner.isLate {
                late.insert(root.identity)
                leave(root.identity, root.reason)
                continue
            }
            guard let reason = scanner.objection(to: root.identity) else { continue }
            spared.insert(root.identity)
            refuse(root.identity, reason)
        }
        for target in plan.targets where target.depth > 0 {
            guard let summary = summaries[target.identity] else { continue }
            if spared.contains(target.root) {
                refuse(target.identity, "it \(target.reason), which is left alone")
            } else if late.contains(target.root) {
                leave(target.identity, summary)
            }
        }
        answer.targets += plan.targets.filter { target in
            !spared.contains(target.root) && !late.contains(target.root)
                && !known.contains(target.identity) && named.insert(target.identity).inserted
        }
        for finding in result.unreached {
            if let identity = finding.process { leave(identity, finding.summary) }
        }
        if !answer.unreached.isEmpty {
            let whom = counted(answer.unreached.count, "process was", "processes were")
            answer.doubt("\(whom) not looked at, for want of time")
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
        let named = answer.named
        for var process in result.snapshot.processes
        where process.pid == 1 || process.isKernelThread {
            if !process.isKernelThread {
                let place = ProcessPlace(pid: process.pid)
                scanner.read(.executable, of: &process, at: place)
                scanner.read(.arguments, of: &process, at: place)
            }
            guard let name = process.name(among: sweep.names), !named.contains(process.identity),
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
    /// Of whom it says anything.
    fileprivate var named: Set<ProcessIdentity> {
        Set(targets.map(\.identity) + (refused + unreached).compactMap(\.identity))
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

extension ScanResult {
    /// Says of each finding why it matters, of those who were not looked at again, too.
    fileprivate mutating func say(_ what: (Finding, ProcessRecord?) -> String) {
        func say(_ findings: inout [Finding]) {
            for index in findings.indices {
                let process = findings[index].process.flatMap { snapshot.process($0.pid) }
                findings[index].summary = what(findings[index], process)
            }
        }
        var (found, late) = (findings, unreached)
        say(&found)
        say(&late)
        (findings, unreached) = (found, late)
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
