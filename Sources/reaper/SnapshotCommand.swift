import ReaperKit

/// `reaper snapshot`: what is there now, for `--since` later.
enum SnapshotCommand {
    static func run(_ options: Options) -> ExitStatus {
        do throws(SystemError) {
            if let file = options.output.file,
                let objection = try InputFile.objection(toKeepingAt: file)
            {
                Diagnostics.report(refusal(of: file, objection).escapedForTerminal)
                return .usage
            }
            // Root does not believe what a group can write, whatever the umask says.
            let output = try Output(opening: options.output.file, permissions: 0o644)
            return write(options, to: output)
        } catch {
            Diagnostics.report(error.description.escapedForTerminal)
            return .usage
        }
    }

    /// Says why root writes no snapshot there, and where it would.
    private static func refusal(of file: String, _ objection: String) -> String {
        "-o \(file): refused for root: \(objection), and 'scan --since' would refuse what lies there: "
            + "use a directory of root's own, such as one that 'mktemp -d' makes, or /run/reaper"
    }

    private static func write(_ options: Options, to output: consuming Output) -> ExitStatus {
        do throws(ScanSession.Failure) {
            var session = try ScanSession(options)
            let (snapshot, gaps) = try session.inventory()
            let bytes = BaselineFile.render(
                snapshot,
                gaps: gaps,
                takenAt: session.startedAt,
                // The processes of another procfs may have begun by another clock.
                beginning: session.scanner.isOwnNamespace ? session.beginning : nil
            )
            tell(gaps, options)
            // One that is not there is not one that is incomplete.
            return output.finish(
                bytes,
                gaps.isMerelyOfDirectories ? .clean : .incomplete,
                orElse: .usage
            )
        } catch {
            Diagnostics.report(error.message)
            return error.status
        }
    }

    /// Says what is not in it, and what follows.
    private static func tell(_ gaps: Baseline.Gaps, _ options: Options) {
        guard !gaps.isEmpty, !options.output.isQuiet else { return }
        for sentence in gaps.sentences { Diagnostics.report(sentence.escapedForTerminal) }
        let what =
            gaps.isMerelyOfDirectories
            ? "a file in such a directory" : "what may have been there unseen"
        Diagnostics.report(
            "the snapshot is incomplete: 'scan --since' cannot know whether \(what) is new, and "
                + "shows it as a suspect only"
        )
    }
}
