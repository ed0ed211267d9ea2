import Glibc
import ReaperKit

/// Every place where the report of one run goes: what `--format` and `-o` say, each `--report`, and
/// the job summary of GitHub Actions.
///
/// All are opened before anything is done, and written at the end.
struct Outputs: ~Copyable {
    private let main: Output
    private let reports: [ReportFile]
    private let summary: StepSummary?
    private let options: OutputOptions

    /// Why a place cannot be written.
    enum Failure: Error {
        case system(SystemError)
        /// Two of them are the same file: what was typed second, and first.
        case twice(String, String)
        /// `GITHUB_STEP_SUMMARY` names what must not be written.
        case summary(String)

        var message: String {
            switch self {
            case .system(let error): error.description.escapedForTerminal
            case .twice(let name, let other):
                "\(name.escapedForTerminal): is the same file as \(other.escapedForTerminal)"
            case .summary(let message): message.escapedForTerminal
            }
        }
    }

    /// Opens them.
    ///
    /// - Parameters:
    ///   - options: What was asked for.
    ///   - isTold: Whether nothing goes where the main report would: `run` tells it on standard error.
    /// - Throws: Which of them cannot be written, and why.
    init(opening options: OutputOptions, told isTold: Bool = false) throws(Failure) {
        self.options = options
        let main: Output
        do { main = try Output(opening: options.file) } catch { throw .system(error) }
        var places = isTold ? [] : [(place: main.place, name: main.name)]
        var reports: [ReportFile] = []
        for destination in options.reports {
            let report: ReportFile
            do throws(SystemError) {
                report = try ReportFile(destination)
            } catch {
                throw .system(error)
            }
            // Two names may lead to one file, and the report written last would be the only one.
            let (place, name) = (report.place, destination.text)
            if let place, let other = places.first(where: { $0.place == place }) {
                throw .twice(name, other.name)
            }
            places.append((place: place, name: name))
            reports.append(report)
        }
        let isForGitHub =
            options.format == .github || options.reports.contains { $0.format == .github }
        summary = isForGitHub ? try StepSummary.opened() : nil
        self.main = main
        self.reports = reports
    }

    /// Writes the report everywhere, in the format and style that were asked for.
    ///
    /// - Returns: `status`, or the worse one of an output that could not be written.
    consuming func finish(_ report: some RenderableReport, _ status: ExitStatus) -> ExitStatus {
        finish(report, shown: report, status)
    }

    /// Writes it so, but only what is `shown` where a person asked for a table.
    consuming func finish<Shown: RenderableReport>(
        _ report: Shown,
        shown: Shown?,
        _ status: ExitStatus
    ) -> ExitStatus {
        var statuses = [status]
        for file in reports { statuses.append(file.finish(report, options, status)) }
        if let summary { statuses.append(summary.finish(report, options)) }
        let style = options.style(in: options.file, endingWith: status)
        let bytes = shown?.rendered(as: options.format, style: style) ?? []
        statuses.append(main.finish(bytes, .clean))
        return .worst(statuses)
    }
}

/// One `--report`, open; an object because an array cannot hold what cannot be copied.
private final class ReportFile {
    private let destination: ReportDestination
    private var output: Output?
    let place: Output.Place?

    init(_ destination: ReportDestination) throws(SystemError) {
        self.destination = destination
        let output = try Output(
            opening: destination.file,
            as: "--report \(destination.format.rawValue)="
        )
        place = output.place
        self.output = consume output
    }

    func finish(
        _ report: some RenderableReport,
        _ options: OutputOptions,
        _ status: ExitStatus
    ) -> ExitStatus {
        guard let output = output.take() else { return .clean }
        let style = options.style(in: destination.file, endingWith: status)
        return output.finish(report.rendered(as: destination.format, style: style), .clean)
    }
}

extension OutputOptions {
    /// How to write what a command has to say in the end, for a format that also tells how it was
    /// asked and what it returns.
    fileprivate func style(in file: String?, endingWith status: ExitStatus) -> ReportStyle {
        var style = style(in: file)
        style.request = ["reaper"] + ProgramArguments.all()
        style.status = status
        return style
    }
}
