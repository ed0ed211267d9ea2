import Glibc
import ReaperKit

/// `reaper clean`: stop and remove it.
enum CleanCommand {
    static func run(_ options: Options) -> ExitStatus {
        do throws(Outputs.Failure) {
            let output = try Outputs(opening: options.output)
            return clean(options, output)
        } catch {
            Diagnostics.report(error.message)
            return .usage
        }
    }

    private static func clean(_ options: Options, _ output: consuming Outputs) -> ExitStatus {
        do throws(ScanSession.Failure) {
            var session = try ScanSession(options)
            if let file = options.action.planFile {
                return try execute(planIn: file, session, options, output)
            }
            guard options.procDirectory == nil || options.action.isDryRun else {
                Diagnostics.report(
                    "--proc: nothing can be stopped through another procfs; use --dry-run, or run "
                        + "reaper where its processes are"
                )
                return .usage
            }
            session.mayAct = !options.action.isDryRun
            // A signal that ended reaper now would leave the kernel telling births to nobody, so
            // before they are told signals are counted; not while a person is asked.
            var interrupts: InterruptCounter?
            if session.mayAct, !Consent.mayAsk(options) {
                interrupts = InterruptCounter()
                session.scanner.followBirths()
            }
            session.scanner.isDescribing = options.showsPlan
            var result = try session.look()
            let named = session.checkPids(in: result)
            let planner = options.planning
            var plan = makePlan(&result, &session, planner)
            if options.procDirectory == nil, options.action.isDryRun || !options.action.assumesYes {
                plan.lookForOthers(planner, session.request.rules)
            }
            plan.ports = options.selection.ports
            plan.removals += plan.companions(of: result.findings, session.request.rules)
            var report = session.report("clean", result)
            report.plan = plan
            if options.action.isDryRun { return finish(report, options, output, named) }
            switch Consent.answer(to: report, options) {
            case .refused(let refusal): return decline(refusal, report, options, output)
            case .given: break
            case .asked:
                // The answer took its time: only what is still so is done.
                interrupts = InterruptCounter()
                session.scanner.followBirths()
                result = try session.look()
                plan = makePlan(&result, &session, planner).restricted(to: plan)
                report = session.report("clean", result)
                report.plan = plan
            }
            let counter = interrupts ?? InterruptCounter()
            counter.collect()
            if counter.count > 0 {
                counter.conclude()
                Diagnostics.report("interrupted: nothing was done")
                return finish(report, options, output, .leftOver)
            }
            let progress = ProgressLines(
                options.output,
                plan,
                deadline: options.action.effectiveDeadline
            )
            var outcome = session.execute(plan, in: result.snapshot, options, counter) {
                progress.show($0)
            }
            // What it shows is taken away again, before anything else is.
            progress.end()
            outcome.doubt(report.snapshot.unreadable)
            report.outcome = outcome
            return finish(report, options, output, named)
        } catch {
            Diagnostics.report(error.message)
            return error.status
        }
    }

    private static func makePlan(
        _ result: inout ScanResult,
        _ session: inout ScanSession,
        _ planning: PlanningOptions
    ) -> ShutdownPlan {
        session.scanner.plan(for: &result, options: planning)
    }

    // MARK: - An earlier plan

    /// Does exactly what an earlier dry run planned.
    static func execute(
        planIn file: String,
        _ session: consuming ScanSession,
        _ options: Options,
        _ output: consuming Outputs,
        as command: String = "clean"
    ) throws(ScanSession.Failure) -> ExitStatus {
        let planFile: PlanFile
        do throws(InputFile.Objection) {
            let bytes = try InputFile.authority(of: file, limit: 64 << 20)
            do throws(JSONError) {
                planFile = try PlanFile(parsing: bytes)
            } catch {
                Diagnostics.report("--plan: \(file.escapedForTerminal):\(error)")
                return .usage
            }
        } catch {
            Diagnostics.report("--plan: \(error.message)")
            return .usage
        }
        if let objection = planFile.objection(on: session.scanner.host) {
            Diagnostics.report("--plan: \(file.escapedForTerminal): \(objection); nothing was done")
            return .usage
        }
        let listing: [ProcessRecord]
        do throws(SystemError) { listing = try session.scanner.listing().records } catch {
            throw .system(error)
        }
        var snapshot = Snapshot(host: session.scanner.host, processes: listing)
        let others = planFile.plan.sweeps.flatMap { $0.others?.targets ?? [] }
        let named = (planFile.plan.targets + others).map(\.identity)
        session.scanner.identify(named, in: &snapshot)
        let planner = ShutdownPlanner(
            snapshot,
            rules: session.request.rules,
            options: options.planning
        )
        var plan = planner.hold(planFile.plan)
        session.scanner.foresee(&plan, in: snapshot)
        var report = session.report(command, ScanResult(snapshot: snapshot, findings: []))
        report.plan = plan
        // Nobody looked for anything but what the plan names.
        report.checks = []
        if options.action.isDryRun || plan.isNothingToDo { return finish(report, options, output) }
        if case .refused(let refusal) = Consent.answer(to: report, options) {
            return decline(refusal, report, options, output)
        }
        if command == "stop" {
            let grace = options.longestGrace(of: plan)
            let progress = StopProgress(plan, options.output, longestGrace: grace)
            defer { progress.end() }
            report.outcome = session.execute(plan, in: snapshot, options, InterruptCounter()) {
                progress.show($0)
            }
        } else {
            let progress = ProgressLines(
                options.output,
                plan,
                deadline: options.action.effectiveDeadline
            )
            report.outcome = session.execute(plan, in: snapshot, options, InterruptCounter()) {
                progress.show($0)
            }
            progress.end()
        }
        return finish(report, options, output)
    }

    // MARK: - Ending

    private static func finish(
        _ report: Report,
        _ options: Options,
        _ output: consuming Outputs,
        _ named: ExitStatus = .clean
    ) -> ExitStatus {
        let done = report.cleanStatus(
            failingOn: options.output.failureThreshold,
            requiresMatch: options.output.requiresMatch
        )
        return output.finish(report, .worst([done, named]))
    }

    private static func decline(
        _ refusal: Consent.Refusal,
        _ report: Report,
        _ options: Options,
        _ output: consuming Outputs
    ) -> ExitStatus {
        Diagnostics.report(refusal.message)
        return output.finish(report, refusal.status)
    }
}
