import Glibc
import ReaperKit

/// Finds what a command left running, says so, and stops it.
struct LeakSearch {
    let run: CommandRun
    let facts: RunFacts
    let baseline: RunBaseline?
    var options: Options
    /// What has been found and done so far; `nil` before the first look.
    var report: Report?
    /// When to give up.
    private let end: Duration
    var statuses: [ExitStatus] = []
    /// What runs on purpose.
    var expected: [IgnoredFinding] = []

    /// Who was gone before it could be looked at, one per look.
    private var fleeting: [ProcessIdentity] = []
    /// How much longer whoever has executed no program yet is given to do so.
    private var patienceForExec = Duration.milliseconds(100)
    /// Who is there, and could not be looked at.
    var unseen = UnseenLeaks()

    /// Who is left in the end.
    private enum Rest {
        /// Nobody, which is proven.
        case nobody
        /// Only who is expected to be.
        case expected
        /// Somebody who is not.
        case others
    }

    init(_ run: CommandRun, _ facts: RunFacts, since baseline: RunBaseline?, _ options: Options) {
        self.run = run
        self.facts = facts
        self.baseline = baseline
        self.options = options
        self.options.action.isOfDescendants = true
        // Where reaper itself has it, so has whatever it starts.
        if ProgramArguments.variable("REAPER_KEEP") != "1" {
            self.options.selection.exemptions.append(.optOut)
        }
        end = Clock.monotonic() + options.action.effectiveDeadline
    }

    /// Stops what is left, as often as it takes, looks for what else is, and reports.
    ///
    /// - Parameters:
    ///   - isChildless: Whether it is proven already that no process is left.
    ///   - output: Where the report goes.
    /// - Returns: The code for a command that succeeded.
    mutating func finish(_ isChildless: Bool, _ output: consuming Outputs) -> Int32 {
        var report: Report
        do throws(ScanSession.Failure) {
            report = try account(isChildless)
        } catch {
            Diagnostics.report(error.message)
            // Whoever reads only the report must not take silence for a proof.
            report = self.report ?? Report(of: facts)
            unseen.notes.append(error.message)
        }
        tell(report, about: unseen.hiddenFindings)
        if unseen.add(to: &report) { statuses.append(.incomplete) }
        report.ignored = expected
        report.run = facts
        // Whoever is gone needs no command.
        let gone = Set(report.outcome?.targets.filter(\.result.isGone).map(\.identity) ?? [])
        for index in report.findings.indices {
            guard let identity = report.findings[index].process, gone.contains(identity)
            else { continue }
            report.findings[index].remedy.command = nil
        }
        report.startedAt = facts.startedAt
        report.duration = Clock.wall() - facts.startedAt
        return write(report, output)
    }

    /// Does it, and says what came of it.
    private mutating func account(_ isChildless: Bool) throws(ScanSession.Failure) -> Report {
        let rest = try isChildless ? .nobody : stopAll()
        try lookAround()
        var report = try reportSoFar()
        if report.findings.isEmpty {
            report.findings = fleetingFindings
            tell(report, about: report.findings)
        }
        if rest == .nobody, !options.run.keeps || report.findings.isEmpty {
            report.outcome = proven(report.outcome ?? ShutdownOutcome())
        } else if rest == .expected, report.outcome != nil {
            report.outcome?.proof = .none
            report.outcome?.unproven = "what is ignored still runs"
        }
        return report
    }

    // MARK: - Processes

    /// Stops whoever is left, as often as it takes.
    private mutating func stopAll() throws(ScanSession.Failure) -> Rest {
        var fruitless = 0
        looks: repeat {
            let left = try descendants()
            guard !left.unexpected.isEmpty else {
                // Whoever exited since is waited for here.
                if run.settle(until: Clock.monotonic() + .milliseconds(20)) { return .nobody }
                if left.isComplete, !expected.isEmpty, try descendants().isOnlyExpected {
                    return .expected
                }
                fruitless += 1
                guard fruitless < LeakSearch.patience else {
                    unseen.note(hidden: left.hidden, isSettled: left.isComplete)
                    for note in unseen.notes { Diagnostics.report(note) }
                    return .others
                }
                continue
            }
            let round = try stopOnce(left.unexpected)
            if run.settle(until: Clock.monotonic()) { return .nobody }
            switch round {
            case .hasActed: break
            case .isOver: break looks
            case .sawNobody where unseen.isBlind:
                // Who cannot be looked at now may be later, or ends.
                if run.wasInterrupted { break looks }
                let pause = Clock.monotonic() + .milliseconds(100)
                if run.settle(until: min(pause, end)) { return .nobody }
            case .sawNobody: break
            }
        } while Clock.monotonic() < end
        let last = try descendants()
        if last.isOnlyExpected, !expected.isEmpty { return .expected }
        if !last.hidden.isEmpty { unseen.note(hidden: last.hidden, isSettled: true) }
        guard !options.run.keeps else { return .others }
        statuses.append(.worst([report?.cleanStatus(failingOn: .never) ?? .incomplete, .leftOver]))
        if Clock.monotonic() >= end { statuses.append(.deadline) }
        return .others
    }

    /// How many looks in a row may show nobody although somebody is left.
    private static let patience = 25

    /// Who descends from reaper, as far as it can be seen.
    private struct Left {
        var unexpected: [ProcessIdentity]
        var hidden: [Int32]
        var isComplete: Bool

        var isOnlyExpected: Bool { unexpected.isEmpty && isComplete }
    }

    private func descendants() throws(ScanSession.Failure) -> Left {
        let known = Set(expected.compactMap(\.finding.process))
        do throws(SystemError) {
            let all = try Descendants.now()
            return Left(
                unexpected: all.identities.filter { !known.contains($0) },
                hidden: all.hidden,
                isComplete: all.isComplete
            )
        } catch {
            throw .system(error)
        }
    }

    /// What came of one look.
    private enum Round {
        /// Somebody new was found, or has ended: there may be more.
        case hasActed
        /// Nobody who was to be looked at could be.
        case sawNobody
        /// To do the same once more is no use.
        case isOver
    }

    /// Looks at these, tells about them, and stops them.
    private mutating func stopOnce(
        _ left: [ProcessIdentity]
    ) throws(ScanSession.Failure) -> Round {
        awaitExec(of: left)
        options.selection.process.pids = left.map {
            PidCondition(pid: $0.pid, startTime: $0.startTime)
        }
        let known = Set(report?.findings.compactMap(\.process) ?? [])
        var session = try ScanSession(options)
        let interrupts = InterruptCounter()
        session.mayAct = !options.run.keeps
        if session.mayAct { session.scanner.followBirths() }
        var result = try session.look()
        var plan = session.scanner.plan(for: &result, options: options.planning)
        session.scanner.describeLeaks(in: &result, tag: run.tag)
        expected += result.ignored
        var next = session.report("run", result)
        let seen = (result.findings + result.ignored.map(\.finding)).compactMap(\.process)
        tell(next, about: unseen.note(left, besides: known.union(seen)))
        if result.findings.isEmpty {
            noteFleeting(left, besides: result.ignored)
            return .sawNobody
        }
        next.findings.removeAll { $0.process.map(known.contains) ?? false }
        tell(next, about: next.findings)
        guard !options.run.keeps else {
            report = next
            return .isOver
        }
        plan.refused.removeAll { refusal in
            report?.plan?.refused.contains { $0.identity == refusal.identity } ?? false
        }
        next.plan = plan
        options.action.deadline = max(end - Clock.monotonic(), .milliseconds(1))
        let progress = ProgressLines(
            options.output,
            plan,
            deadline: options.action.effectiveDeadline
        )
        var outcome = session.execute(plan, in: result.snapshot, options, interrupts) {
            // Lines that are lost are better than lines in the midst of a table.
            if Diagnostics.isThrough { progress.show($0) }
        }
        progress.end()
        if run.wasInterrupted { outcome.wasInterrupted = true }
        let isNew = !next.findings.isEmpty
        let hasEnded = outcome.targets.contains { $0.result.isGone }
        next.outcome = outcome
        report = report.map { $0.followed(by: next) } ?? next
        return isNew || hasEnded ? .hasActed : .isOver
    }

    /// Lets whoever is between fork(2) and execve(2) become whom it is to be, all in all for a moment
    /// only: by its parent's name it would be told, and would not be who is expected.
    private mutating func awaitExec(of left: [ProcessIdentity]) {
        while patienceForExec > .zero, Descendants.areBeforeExec(left) {
            let pause = Duration.milliseconds(5)
            patienceForExec -= pause
            if run.settle(until: Clock.monotonic() + pause) || run.wasInterrupted { return }
        }
    }

    /// Remembers who was gone before it could be looked at; a straggler may be that once.
    private mutating func noteFleeting(
        _ left: [ProcessIdentity],
        besides ignored: [IgnoredFinding]
    ) {
        let known = Set(ignored.compactMap(\.finding.process))
        let gone = left.filter { !known.contains($0) }
        // Who is there still, and could not be looked at, is another matter.
        guard let one = gone.first, !fleeting.contains(one), let now = try? Descendants.now(),
            !now.identities.contains(one)
        else { return }
        fleeting.append(one)
    }

    /// What is said of processes that came and went, and never could be looked at.
    var fleetingFindings: [Finding] {
        guard fleeting.count > 1 else { return [] }
        return fleeting.prefix(20).map { identity in
            Finding(
                kind: .leakedProcess,
                process: identity,
                severity: .error,
                verdict: .confirmed,
                summary: "came and went after the command had ended",
                evidence: [
                    Evidence("it descended from the command", source: "/proc/\(identity.pid)/stat")
                ],
                remedy: Remedy(.none)
            )
        }
    }

    private func proven(_ outcome: ShutdownOutcome) -> ShutdownOutcome {
        var outcome = outcome
        outcome.proof = .subreaper
        outcome.unproven = nil
        outcome.deadlinePassed = false
        // Nobody is left, whatever it looked like before.
        for index in outcome.targets.indices where !outcome.targets[index].result.isGone {
            outcome.targets[index].result = .exited
            outcome.targets[index].reason = nil
        }
        return outcome
    }
}
