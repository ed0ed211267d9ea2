import Glibc
import ReaperKit

/// `reaper stop`: stop instances, and clean up after them.
enum StopCommand {
    static func run(_ given: Options) -> ExitStatus {
        var options = given
        do throws(UsageError) {
            try StopSettings.apply(to: &options)
        } catch {
            return CommandLineTool.refuse(error)
        }
        options.applyStateDirectory()
        if let status = ServiceStop.run(&options) { return status }
        do throws(Outputs.Failure) {
            let output = try Outputs(opening: options.output)
            let status = stop(options, output)
            return options.servedStatus.map { ExitStatus.worst([$0, status]) } ?? status
        } catch {
            Diagnostics.report(error.message)
            return .usage
        }
    }

    private static func stop(_ options: Options, _ output: consuming Outputs) -> ExitStatus {
        do throws(ScanSession.Failure) {
            if let file = options.action.planFile {
                let session = try ScanSession(options)
                return try CleanCommand.execute(planIn: file, session, options, output, as: "stop")
            }
            var session = try session(options)
            // As in clean: signals are counted before births are told, but not while asking.
            var interrupts: InterruptCounter?
            if session.mayAct, !StopConsent.mayAsk(options) {
                interrupts = InterruptCounter()
                session.scanner.followBirths()
            }
            var listing = try session.lookForInstances()
            let rules = session.request.rules
            let choice = StopChoice(options.instanceNames, in: listing, rules: rules)
            choice.explain(among: listing)
            guard choice.ambiguous.isEmpty else {
                let result = ScanResult(snapshot: listing.snapshot, findings: [])
                var report = session.report("stop", result)
                report.error = choice.error
                report.instances = choice.ambiguous.flatMap(\.candidates)
                let isForPeople = options.output.format == .table
                interrupts?.conclude()
                return output.finish(report, shown: isForPeople ? nil : report, .usage)
            }
            let isOfAll = options.instanceNames.isEmpty
            var stop = InstanceStop(
                choice.instances,
                in: listing,
                rules: rules + session.request.witnesses,
                isOfAll: isOfAll
            )
            var plan = makePlan(stop, &listing, &session, options)
            plan.removals += plan.companions(of: stop.findings, stop.endedRules(of: rules))
            var report = makeReport(stop, plan, listing, session, options, choice)
            let notices = StopNotices(options)
            notices.announce(stop, choice, report)
            if options.action.isDryRun {
                plan.lookForOthers(options.planning, rules)
                report.plan = plan
                interrupts?.conclude()
                return finish(report, options, output, choice)
            }
            switch StopConsent.answer(to: stop, plan, options) {
            case .refused(let refusal):
                Diagnostics.report(refusal.message)
                interrupts?.conclude()
                return finish(report, options, output, choice, refusal.status)
            case .given where interrupts != nil || plan.isNothingToDo: break
            case .given, .asked:
                // An answer takes its time: only what is still so is done.
                interrupts = InterruptCounter()
                session.scanner.followBirths()
                let unreadable = listing.snapshot.unreadable
                listing = try session.lookForInstances()
                // This look was for less, and what hid from the first one is still hidden.
                if listing.snapshot.unreadable.isEmpty {
                    listing.snapshot.unreadable = unreadable
                }
                let renewed = stop.renewed(choice.instances, in: listing)
                stop = InstanceStop(
                    renewed,
                    in: listing,
                    rules: rules + session.request.witnesses,
                    isOfAll: isOfAll
                )
                plan = makePlan(stop, &listing, &session, options).restricted(to: plan)
                report = makeReport(stop, plan, listing, session, options, choice)
            }
            guard !plan.isNothingToDo else {
                interrupts?.conclude()
                return finish(report, options, output, choice)
            }
            let counter = interrupts ?? InterruptCounter()
            counter.collect()
            if counter.count > 0 {
                counter.conclude()
                Diagnostics.report("interrupted: nothing was done")
                interrupts?.conclude()
                return finish(report, options, output, choice, .leftOver)
            }
            notices.begin(stop)
            // Nobody but root may stop what is another user's: whom that hides is told once, and
            // leaves no doubt about each look to come.
            if geteuid() != 0, options.selection.process.users.isEmpty {
                session.scanner.confine(to: [geteuid()])
            }
            let progress = StopProgress(
                stop.targets,
                plan,
                options.output,
                longestGrace: options.longestGrace(of: plan)
            )
            defer { progress.end() }
            var outcome = session.execute(plan, in: listing.snapshot, options, counter) {
                progress.show($0)
            }
            outcome.doubt(report.snapshot.unreadable)
            report.outcome = outcome
            report.instances = stop.instances(after: outcome, of: plan)
            notices.conclude(report.instances ?? [], stop)
            interrupts?.conclude()
            return finish(report, options, output, choice)
        } catch {
            Diagnostics.report(error.message)
            return error.status
        }
    }

    private static func session(_ options: Options) throws(ScanSession.Failure) -> ScanSession {
        var query = InstanceQuery()
        query.scope = options.selection.process
        let isForAll = options.instanceNames.isEmpty
        query.heedsOptOut = isForAll
        var session = try ScanSession(options, instances: query) { rule in
            isForAll ? rule.isStoppable : rule.instance != nil
        }
        session.mayAct = !options.action.isDryRun
        session.scanner.isDescribing = options.showsPlan
        return session
    }

    private static func makePlan(
        _ stop: InstanceStop,
        _ listing: inout InstanceListing,
        _ session: inout ScanSession,
        _ options: Options
    ) -> ShutdownPlan {
        // From now on a look shows who of these has been born, and nobody else.
        session.scanner.narrow(to: stop.marks)
        var result = ScanResult(snapshot: listing.snapshot, findings: stop.findings)
        var plan = session.scanner.plan(for: &result, options: options.planning)
        listing.snapshot = result.snapshot
        plan.refused += stop.refusals.filter { !plan.refused.contains($0) }
        plan.removals += stop.removals(with: plan)
        return plan
    }

    private static func makeReport(
        _ stop: InstanceStop,
        _ plan: ShutdownPlan,
        _ listing: InstanceListing,
        _ session: borrowing ScanSession,
        _ options: Options,
        _ choice: StopChoice
    ) -> Report {
        var snapshot = listing.snapshot
        if options.instanceNames.isEmpty || !choice.unknown.isEmpty {
            snapshot.unreadable.notes += session.fileLimits
        } else if stop.marks.isEmpty {
            // Who was named and found needs nobody else to be read.
            snapshot.unreadable = Unreadable()
        }
        var report = session.report("stop", ScanResult(snapshot: snapshot, findings: stop.findings))
        report.isOfAllUsers = options.selection.process.users.isEmpty
        report.plan = plan
        report.instances = stop.targets + stop.rest
        return report
    }

    private static func finish(
        _ report: Report,
        _ options: Options,
        _ output: consuming Outputs,
        _ choice: StopChoice,
        _ refusal: ExitStatus? = nil
    ) -> ExitStatus {
        let found = choice.unknown.isEmpty ? ExitStatus.clean : .leftOver
        let status = refusal ?? .worst([report.cleanStatus(), found])
        guard options.output.format == .table else { return output.finish(report, status) }
        // For people progress has said what happened, and a plan or an outcome says the rest.
        let showsPlan = options.action.isDryRun && report.plan?.isEmpty == false
        guard report.outcome != nil || showsPlan else {
            if !options.output.isQuiet { StopNotices.explainGaps(in: report, options.output) }
            return output.finish(report, shown: nil, status)
        }
        var shown = report
        shown.findings = []
        return output.finish(report, shown: shown, status)
    }
}

extension Rule {
    /// Whether stopping everything concerns it.
    ///
    /// It can be stopped, or tells of what nobody looks after once its owner is gone. Whoever only has
    /// files is for `clean`.
    fileprivate var isStoppable: Bool {
        instance != nil && (stop != nil || owner != nil || system == "reaper")
    }
}
