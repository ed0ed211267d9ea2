import Glibc
import ReaperKit

/// Finds what a command left running, says so, and stops it.
struct LeakSearch {
    private let run: CommandRun
    private var options: Options
    /// What has been found and done so far; `nil` before the first look.
    private var report: Report?
    /// When to give up.
    private let end: Duration
    private var statuses: [ExitStatus] = []

    init(_ run: CommandRun, _ options: Options) {
        self.run = run
        self.options = options
        end = Clock.monotonic() + options.action.effectiveDeadline
    }

    /// Reports that nothing is left, to whoever asked for a report in any case.
    mutating func reportNothing(_ output: consuming Outputs) -> Int32 {
        options.selection.process.pids = [PidCondition(pid: getpid())]
        do throws(ScanSession.Failure) {
            let session = try ScanSession(options)
            let snapshot = Snapshot(host: session.scanner.host)
            var report = session.report("run", ScanResult(snapshot: snapshot, findings: []))
            report.outcome = proven(ShutdownOutcome())
            return finish(report, output, .clean)
        } catch {
            Diagnostics.report(error.message)
            return ExitStatus.incomplete.rawValue
        }
    }

    /// Stops whatever is left, as often as it takes, and reports.
    ///
    /// - Returns: The code for a command that succeeded.
    mutating func stop(_ output: consuming Outputs) -> Int32 {
        var isChildless = false
        do throws(ScanSession.Failure) {
            repeat {
                let left = try descendants()
                // Whoever exited since is waited for below.
                let hasActed = try left.isEmpty ? true : stopOnce(left)
                let pause = left.isEmpty ? Duration.milliseconds(20) : .zero
                isChildless = run.settle(until: Clock.monotonic() + pause)
                if !hasActed { break }
            } while !isChildless && !options.run.keeps && Clock.monotonic() < end
        } catch {
            Diagnostics.report(error.message)
            statuses.append(.incomplete)
        }
        guard var report else {
            // All of them ended by themselves, a moment late.
            if isChildless { return options.wantsRunReport ? reportNothing(output) : 0 }
            return ExitStatus.worst(statuses + [.incomplete]).rawValue
        }
        if isChildless, !options.run.keeps { report.outcome = proven(report.outcome ?? .init()) }
        if !options.run.keeps {
            let ended = report.cleanStatus(failingOn: .never)
            statuses.append(isChildless ? .clean : .worst([ended, .leftOver]))
            if Clock.monotonic() >= end, !isChildless { statuses.append(.deadline) }
        }
        let worst = ExitStatus.worst(statuses)
        return finish(report, output, worst == .clean ? nil : worst)
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
        tell(next)
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

    /// Says at once what is left, before anything is done.
    private func tell(_ report: Report) {
        guard options.output.format == .table, options.output.file == nil,
            !options.output.isVerbose, !report.findings.isEmpty
        else { return }
        var report = report
        if !options.run.keeps {
            for index in report.findings.indices { report.findings[index].remedy.command = nil }
        }
        let count = report.findings.count
        Diagnostics.report(
            "the command has ended and left "
                + (count == 1 ? "a process" : "\(count) processes") + " running:"
        )
        var style = Terminal.standardError().style(for: options.output)
        style.isQuiet = true
        write(report, style)
        guard options.run.keeps, !options.output.isQuiet else { return }
        Diagnostics.write("kept; 'reaper clean --pid PID@START' stops one with its tree\n")
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

    /// Writes the report where it belongs.
    ///
    /// - Parameter failure: What stopping came to; `nil` when all is stopped, or was to be kept.
    private func finish(
        _ report: Report,
        _ output: consuming Outputs,
        _ failure: ExitStatus?
    ) -> Int32 {
        let code = failure?.rawValue ?? options.run.leakCode
        let isForPeople = options.output.format == .table && options.output.file == nil
        if isForPeople, !options.run.keeps || options.output.isVerbose {
            write(report, Terminal.standardError().style(for: options.output))
        }
        let written = output.finish(report, shown: isForPeople ? nil : report, .clean)
        return code == 0 ? written.rawValue : code
    }

    private func write(_ report: Report, _ style: ReportStyle) {
        Diagnostics.write(String(decoding: TableReport.render(report, style: style), as: UTF8.self))
    }
}

extension Report {
    /// This report and that of a later round as one.
    fileprivate func followed(by next: Report) -> Report {
        var whole = next
        whole.startedAt = startedAt
        whole.duration = duration + next.duration
        whole.findings = findings + next.findings
        let seen = Set(next.snapshot.processes.map(\.pid))
        whole.snapshot.processes += snapshot.processes.filter { !seen.contains($0.pid) }
        whole.snapshot.processes.sort { $0.pid < $1.pid }
        whole.isComplete = isComplete && next.isComplete
        if let plan { whole.plan?.waves.insert(contentsOf: plan.waves, at: 0) }
        if let plan { whole.plan?.refused.insert(contentsOf: plan.refused, at: 0) }
        if let outcome {
            let again = Set(next.outcome?.targets.map(\.identity) ?? [])
            let before = outcome.targets.filter { !again.contains($0.identity) }
            whole.outcome?.targets.insert(contentsOf: before, at: 0)
            whole.outcome?.rounds += outcome.rounds
        }
        return whole
    }
}
