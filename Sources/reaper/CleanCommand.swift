import Glibc
import ReaperKit

/// `reaper clean`: stop and remove it.
enum CleanCommand {
    static func run(_ options: Options) -> ExitStatus {
        do throws(SystemError) {
            let output = try Output(opening: options.output.file)
            return clean(options, output)
        } catch {
            Diagnostics.report(error.description.escapedForTerminal)
            return .usage
        }
    }

    private static func clean(_ options: Options, _ output: consuming Output) -> ExitStatus {
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
            let planner = planning(options)
            var plan = makePlan(&result, &session, planner)
            if options.procDirectory == nil, options.action.isDryRun || !options.action.assumesYes {
                lookForOthers(of: &plan, planner, session.request.rules)
            }
            plan.ports = options.selection.ports
            plan.removals += companions(of: plan, result, session.request.rules)
            var report = session.report("clean", result)
            report.plan = plan
            if options.action.isDryRun { return finish(report, options, output, named) }
            switch Consent.answer(to: plan, options) {
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
                Diagnostics.report("interrupted: nothing was done")
                return finish(report, options, output, .leftOver)
            }
            var outcome = act(on: plan, in: result.snapshot, session, planner, options, counter)
            if !report.isComplete, outcome.proof == .proofScan {
                outcome.proof = .none
                outcome.unproven = "who could not be read may match"
            }
            report.outcome = outcome
            return finish(report, options, output, named)
        } catch {
            Diagnostics.report(error.message)
            return error.status
        }
    }

    private static func planning(_ options: Options) -> PlanningOptions {
        var planning = PlanningOptions()
        planning.signal = options.action.signal
        planning.timeout = options.action.timeout
        planning.order = options.action.order
        planning.isForced = options.action.isForced
        planning.includesProbable = options.action.includesProbable
        planning.isSelected = options.isSelected
        planning.isSelectedByKind = !options.selection.namesSomething
        planning.remindsParents = options.selection.kinds.contains(.zombie)
        return planning
    }

    private static func makePlan(
        _ result: inout ScanResult,
        _ session: inout ScanSession,
        _ planning: PlanningOptions
    ) -> ShutdownPlan {
        session.scanner.plan(for: &result, options: planning)
    }

    /// Notes who else would be stopped as of now, for whoever reads the plan or agrees to it.
    private static func lookForOthers(
        of plan: inout ShutdownPlan,
        _ planning: PlanningOptions,
        _ rules: [Rule]
    ) {
        let known = Set(plan.targets.map(\.identity) + plan.refused.compactMap(\.identity))
        for index in plan.sweeps.indices {
            plan.sweeps[index].others =
                OthersSearch(
                    plan.sweeps[index],
                    rules: rules,
                    order: planning.order,
                    besides: known
                ).run()
        }
    }

    /// What the rules of the planned processes want gone with them.
    private static func companions(
        of plan: ShutdownPlan,
        _ result: ScanResult,
        _ rules: [Rule]
    ) -> [FileRemoval] {
        let roots = Set(plan.targets.map(\.root))
        let ids = Set(
            result.findings.filter { $0.process.map(roots.contains) ?? false }.compactMap(\.rule)
        )
        let concerned = rules.filter { ids.contains($0.id) && !$0.remove.isEmpty }
        guard !concerned.isEmpty, let reader = try? CompanionFiles() else { return [] }
        return concerned.flatMap { reader.files(of: $0) }
    }

    private static func act(
        on plan: ShutdownPlan,
        in snapshot: Snapshot,
        _ session: consuming ScanSession,
        _ planning: PlanningOptions,
        _ options: Options,
        _ interrupts: InterruptCounter
    ) -> ShutdownOutcome {
        let host = session.scanner.host
        var shutdown = ShutdownOptions()
        shutdown.deadline = options.action.effectiveDeadline
        shutdown.isForced = options.action.isForced
        shutdown.excluded = Set(host.ownChain)
            .union(plan.refused.compactMap(\.identity))
        shutdown.hearsSince = session.scanner.hearsSince
        shutdown.beginning = shutdown.hearsSince ?? session.beginning
        shutdown.hasPattern = plan.follows && session.request.isPattern
        let rules = session.request.rules
        shutdown.adopters = ShutdownPlanner(snapshot, rules: rules, options: planning)
            .adopters(of: plan)
        let files = session.files
        let kernel = LinuxKernel(
            scanner: session.takeScanner(),
            planning: planning,
            followsPattern: shutdown.hasPattern,
            files: files,
            groups: plan.groups,
            interrupts: interrupts
        )
        let progress = ProgressLines(options.output)
        var engine = ShutdownEngine(kernel: kernel, options: shutdown) { progress.show($0) }
        var outcome = engine.run(plan)
        // What was said of the first look need not be said again.
        outcome.portNotes = kernel.portNotes.filter { !snapshot.unreadable.notes.contains($0) }
        return outcome
    }

    // MARK: - An earlier plan

    private static func execute(
        planIn file: String,
        _ session: consuming ScanSession,
        _ options: Options,
        _ output: consuming Output
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
        session.scanner.identify(planFile.plan.targets.map(\.identity), in: &snapshot)
        let planner = ShutdownPlanner(
            snapshot,
            rules: session.request.rules,
            options: planning(options)
        )
        let plan = planner.hold(planFile.plan)
        var report = session.report("clean", ScanResult(snapshot: snapshot, findings: []))
        report.plan = plan
        if options.action.isDryRun || plan.isNothingToDo { return finish(report, options, output) }
        if case .refused(let refusal) = Consent.answer(to: plan, options) {
            return decline(refusal, report, options, output)
        }
        report.outcome = act(
            on: plan,
            in: snapshot,
            session,
            planning(options),
            options,
            InterruptCounter()
        )
        return finish(report, options, output)
    }

    // MARK: - Ending

    private static func finish(
        _ report: Report,
        _ options: Options,
        _ output: consuming Output,
        _ named: ExitStatus = .clean
    ) -> ExitStatus {
        let done = report.cleanStatus(
            failingOn: options.output.failureThreshold,
            requiresMatch: options.output.requiresMatch
        )
        return output.finish(report, options.output, .worst([done, named]))
    }

    private static func decline(
        _ refusal: Consent.Refusal,
        _ report: Report,
        _ options: Options,
        _ output: consuming Output
    ) -> ExitStatus {
        Diagnostics.report(refusal.message)
        return output.finish(report, options.output, refusal.status)
    }
}
