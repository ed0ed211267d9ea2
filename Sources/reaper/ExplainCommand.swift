import ReaperKit

/// `reaper explain`: why it runs, who holds it, whether it is stale.
enum ExplainCommand {
    static func run(_ options: Options) -> ExitStatus {
        do throws(SystemError) {
            let output = try Output(opening: options.output.file)
            return explain(options, to: output)
        } catch {
            Diagnostics.report(error.description.escapedForTerminal)
            return .usage
        }
    }

    private static func explain(_ options: Options, to output: consuming Output) -> ExitStatus {
        let targets: [(text: String, target: ExplanationTarget)]
        do throws(UsageError) {
            targets = try parse(options.operands)
        } catch {
            return CommandLineTool.refuse(error)
        }
        do throws(ScanSession.Failure) {
            let session = try ScanSession(options)
            var reader = ExplanationReader(
                rules: session.request.rules,
                ruleFlags: session.ruleFlags
            )
            var explanations: [Explanation] = []
            for (text, target) in targets {
                do throws(SystemError) {
                    explanations += try reader.explain(target, typed: text)
                } catch {
                    throw .system(error)
                }
            }
            let report = ExplanationReport(
                startedAt: session.startedAt,
                duration: Clock.monotonic() - session.began,
                host: session.scanner.host,
                explanations: explanations,
                notes: reader.notes
            )
            return output.finish(bytes(of: report, options.output), report.status)
        } catch {
            Diagnostics.report(error.message)
            return error.status
        }
    }

    private static func parse(
        _ operands: [String]
    ) throws(UsageError) -> [(text: String, target: ExplanationTarget)] {
        guard !operands.isEmpty else {
            throw UsageError(
                argument: "TARGET",
                message:
                    "is missing: expected PID, PID@START, :PORT, a path with a slash, or a name",
                page: "reaper help explain"
            )
        }
        var targets: [(text: String, target: ExplanationTarget)] = []
        for text in operands {
            do throws(ValueError) {
                let target = try ExplanationTarget(
                    parsing: text,
                    services: ParsingContext.system.services()
                )
                targets.append((text, target))
            } catch {
                throw UsageError(
                    argument: "TARGET",
                    message: error.description,
                    page: "reaper help explain"
                )
            }
        }
        return targets
    }

    private static func bytes(
        of report: ExplanationReport,
        _ options: OutputOptions
    ) -> [UInt8] {
        let style = options.style
        return switch options.format {
        case .table, .tree, .junit, .github, .openmetrics, .html, .dot:
            // Those were refused with the command line.
            ExplanationText.render(report, style: style)
        case .json: ExplanationJSON.render(report, style: style)
        case .ndjson: ExplanationJSON.renderLines(report, style: style)
        }
    }
}
