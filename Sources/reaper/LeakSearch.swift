import Glibc
import ReaperKit

/// Finds what a command left running, says so, and stops it.
struct LeakSearch {
    private let run: CommandRun
    let baseline: RunBaseline
    var options: Options
    /// What has been found and done so far; `nil` before the first look.
    var report: Report?
    /// When to give up.
    private let end: Duration
    var statuses: [ExitStatus] = []

    init(_ run: CommandRun, since baseline: RunBaseline, _ options: Options) {
        self.run = run
        self.baseline = baseline
        self.options = options
        end = Clock.monotonic() + options.action.effectiveDeadline
    }

    /// Stops what is left, as often as it takes, looks for what else is, and reports.
    ///
    /// - Parameters:
    ///   - isChildless: Whether it is proven already that no process is left.
    ///   - output: Where the report goes.
    /// - Returns: The code for a command that succeeded.
    mutating func finish(_ isChildless: Bool, _ output: consuming Outputs) -> Int32 {
        do throws(ScanSession.Failure) {
            var isChildless = isChildless
            if !isChildless { isChildless = try stopAll() }
            try lookAround()
            var report = try reportSoFar()
            if isChildless, !options.run.keeps || report.findings.isEmpty {
                report.outcome = proven(report.outcome ?? ShutdownOutcome())
            }
            return write(report, output)
        } catch {
            Diagnostics.report(error.message)
            return ExitStatus.worst(statuses + [.incomplete]).rawValue
        }
    }

    // MARK: - Processes

    /// Stops whoever is left, as often as it takes.
    ///
    /// - Returns: Whether it is proven that nobody is left.
    private mutating func stopAll() throws(ScanSession.Failure) -> Bool {
        var isChildless = false
        repeat {
            let left = try descendants()
            // Whoever exited since is waited for below.
            let hasActed = try left.isEmpty ? true : stopOnce(left)
            let pause = left.isEmpty ? Duration.milliseconds(20) : .zero
            isChildless = run.settle(until: Clock.monotonic() + pause)
            if !hasActed { break }
        } while !isChildless && !options.run.keeps && Clock.monotonic() < end
        guard !options.run.keeps else { return isChildless }
        guard !isChildless else { return true }
        statuses.append(.worst([report?.cleanStatus(failingOn: .never) ?? .incomplete, .leftOver]))
        if Clock.monotonic() >= end { statuses.append(.deadline) }
        return false
    }

    private func descendants() throws(ScanSession.Failure) -> [ProcessIdentity] {
        do throws(SystemError) { return try Descendants.now() } catch { throw .system(error) }
    }

    /// Looks at these, tells about them, and stops them.
    ///
    /// - Returns: Whether it makes sense to look once more.
    private mutating func stopOnce(
        _ left: [ProcessIdentity]
    ) throws(ScanSession.Failure) -> Bool {
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
        if result.findings.isEmpty { return true }
        var next = session.report("run", result)
        next.findings.removeAll { $0.process.map(known.contains) ?? false }
        tell(next, about: next.findings)
        plan.refused.removeAll { refusal in
            report?.plan?.refused.contains { $0.identity == refusal.identity } ?? false
        }
        next.plan = plan
        guard !options.run.keeps else {
            next.plan = nil
            report = next
            return false
        }
        let progress = ProgressLines(options.output)
        defer { progress.end() }
        options.action.deadline = max(end - Clock.monotonic(), .milliseconds(1))
        var outcome = session.execute(plan, in: result.snapshot, options, interrupts) {
            progress.show($0)
        }
        if run.wasInterrupted { outcome.wasInterrupted = true }
        let isNew = !next.findings.isEmpty
        let hasEnded = outcome.targets.contains { $0.result.isGone }
        next.outcome = outcome
        report = report.map { $0.followed(by: next) } ?? next
        return isNew || hasEnded
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
