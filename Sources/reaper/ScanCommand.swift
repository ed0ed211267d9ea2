import ReaperKit

/// `reaper scan`: what is left over.
enum ScanCommand {
    static func run(_ options: Options) -> ExitStatus {
        do throws(Outputs.Failure) {
            let output = try Outputs(opening: options.output)
            return report(options, to: output)
        } catch {
            Diagnostics.report(error.message)
            return .usage
        }
    }

    private static func report(_ options: Options, to output: consuming Outputs) -> ExitStatus {
        do throws(ScanSession.Failure) {
            var session = try ScanSession(options)
            let result =
                if let time = options.settlingTime {
                    try session.look(settlingFor: time)
                } else {
                    try session.look()
                }
            let report = session.report("scan", result)
            let looked = report.scanStatus(
                failingOn: options.output.failureThreshold,
                requiresMatch: options.output.requiresMatch
            )
            let status = ExitStatus.worst([looked, session.checkPids(in: result)])
            // The process is about to end, and the kernel takes its memory back at once: to free
            // thousands of records one by one was a tenth of what a scan does outside the kernel.
            _ = unsafe Unmanaged.passRetained(Kept(report))
            return output.finish(report, status)
        } catch {
            Diagnostics.report(error.message)
            return error.status
        }
    }

    /// A report that lives until the process ends.
    private final class Kept {
        private let report: Report

        init(_ report: Report) { self.report = report }
    }
}
