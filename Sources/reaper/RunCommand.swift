import Glibc
import ReaperKit

/// `reaper run`: run a command, and see that it leaves nothing behind.
enum RunCommand {
    /// Runs it and ends reaper with what came of it: a command's code can be any.
    static func run(_ options: Options) -> Never {
        if CommandRun.needsProcessOfItsOwn() { exit(runInChild()) }
        exit(code(options))
    }

    /// Has another reaper do it, which has no other children than the command's.
    private static func runInChild() -> Int32 {
        let words = ["/proc/self/exe"] + ProgramArguments.all()
        do throws(CommandFailure) {
            return finish(try CommandRun(words, tag: nil).wait(), isOnTerminal: true).code
        } catch {
            Diagnostics.report(error.error.description.escapedForTerminal)
            return ExitStatus.failed.rawValue
        }
    }

    /// Ends as Ctrl-C has ended the command.
    private static func finish(_ ending: CommandEnding, isOnTerminal: Bool) -> CommandEnding {
        if isOnTerminal, case .signaled(let number) = ending, number == SIGINT || number == SIGQUIT
        {
            CommandRun.endAsInterrupted(by: number)
        }
        return ending
    }

    private static func code(_ options: Options) -> Int32 {
        do throws(Outputs.Failure) {
            let output = try Outputs(opening: options.output, told: options.output.isTold)
            if !options.selection.ignoredRules.isEmpty, let refusal = refusal(of: options) {
                return refusal
            }
            return run(options, output)
        } catch {
            Diagnostics.report(error.message)
            return ExitStatus.failed.rawValue
        }
    }

    private static func run(_ options: Options, _ output: consuming Outputs) -> Int32 {
        // Nobody may be reading what is said while there is something to pass on or to stop.
        Diagnostics.beginDeferring()
        defer { Diagnostics.endDeferring() }
        let words = ProgramArguments.last(options.operands.count)
        let baseline = RunBaseline(watching: options.run.watched, ports: options.run.ports)
        let (startedAt, began) = (Clock.wall(), Clock.monotonic())
        let run: CommandRun
        do throws(CommandFailure) {
            run = try CommandRun(words, tag: RunTag.make())
        } catch {
            Diagnostics.report(error.error.description.escapedForTerminal)
            return error.status.rawValue
        }
        let lease = record(run, options)
        let ending = run.wait()
        let ended = Clock.monotonic()
        let isClean = run.settle(until: Clock.monotonic() + options.run.settle)
        var status = ExitStatus.clean.rawValue
        if !isClean || options.wantsRunReport || baseline?.changes().isEmpty == false {
            let facts = RunFacts(
                command: words,
                tag: run.tag,
                ending: ending,
                startedAt: startedAt,
                duration: ended - began
            )
            var leaks = LeakSearch(run, facts, since: baseline, options)
            status = leaks.finish(isClean, output)
        }
        lease?.remove()
        guard ending.code != 0 else { return status }
        Diagnostics.endDeferring()
        return finish(ending, isOnTerminal: run.isOnTerminal).code
    }
}

extension RunCommand {
    /// Says what is wrong with the rules that are named, before anything is run.
    private static func refusal(of options: Options) -> Int32? {
        do throws(ScanSession.Failure) {
            _ = try ScanSession(options).startedAt
            return nil
        } catch {
            Diagnostics.report(error.message)
            return error.status.rawValue
        }
    }

    /// Leaves a record for whoever comes after a reaper that is killed.
    private static func record(
        _ run: CommandRun,
        _ options: Options
    ) -> RunLease? {
        do throws(SystemError) {
            return try RunLease(
                of: run.pid,
                pidfdInode: run.pidfdInode,
                tag: run.tag,
                leads: run.leads
            )
        } catch {
            if options.output.isVerbose {
                Diagnostics.report("no record of the run: \(error.description.escapedForTerminal)")
            }
            return nil
        }
    }
}

extension Options {
    /// Whether a report is asked for even of a command that leaves nothing behind.
    var wantsRunReport: Bool {
        output.format != .table || output.file != nil || !output.reports.isEmpty
    }
}
