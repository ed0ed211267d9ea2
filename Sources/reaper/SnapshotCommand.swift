import ReaperKit

/// `reaper snapshot`: what is there now, for `--since` later.
enum SnapshotCommand {
    static func run(_ options: Options) -> ExitStatus {
        do throws(SystemError) {
            let output = try Output(opening: options.output.file)
            return write(options, to: output)
        } catch {
            Diagnostics.report(error.description.escapedForTerminal)
            return .usage
        }
    }

    private static func write(_ options: Options, to output: consuming Output) -> ExitStatus {
        do throws(ScanSession.Failure) {
            var session = try ScanSession(options)
            let snapshot = try session.inventory()
            let bytes = BaselineFile.render(snapshot, takenAt: session.startedAt)
            return output.finish(bytes, snapshot.unreadable.isEmpty ? .clean : .incomplete)
        } catch {
            Diagnostics.report(error.message)
            return error.status
        }
    }
}
