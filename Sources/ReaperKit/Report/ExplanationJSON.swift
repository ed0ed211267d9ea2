/// Explanations as JSON, for programs: `reaper.explanation/1`.
///
/// What is not known is absent, never 0 or "". The schema is `schema/explanation.schema.json`.
public enum ExplanationJSON {
    /// The name of the format; the number changes when a program that reads it would break.
    public static let schema = "reaper.explanation/1"

    /// One object, over many lines, for `--json`.
    public static func render(_ report: ExplanationReport, style: ReportStyle) -> [UInt8] {
        var json = JSONWriter(.pretty)
        json.object { json in
            json.member("schema", schema)
            writeHead(of: report, to: &json)
            json.member("duration_ms", report.duration.milliseconds)
            json.member("complete", report.isComplete)
            json.array("explanations") { json in
                for explanation in report.explanations {
                    json.object { explanation.write(to: &$0, style: style) }
                }
            }
            guard !report.notes.isEmpty else { return }
            json.array("notes") { json in for note in report.notes { json.element(note) } }
        }
        json.endLine()
        return json.bytes
    }

    /// One line per explanation, each with the host's fields.
    public static func renderLines(_ report: ExplanationReport, style: ReportStyle) -> [UInt8] {
        var json = JSONWriter(.compact)
        for explanation in report.explanations {
            json.object { json in
                json.member("schema", "reaper.explained/1")
                writeHead(of: report, to: &json)
                explanation.write(to: &json, style: style)
            }
            json.endLine()
        }
        return json.bytes
    }

    private static func writeHead(of report: ExplanationReport, to json: inout JSONWriter) {
        json.member("command", "explain")
        json.member("version", ReaperVersion.current)
        json.object("host") { report.host.write(to: &$0) }
        json.member("started_at", report.startedAt.rfc3339(withMilliseconds: true))
    }
}

extension Explanation {
    fileprivate func write(to json: inout JSONWriter, style: ReportStyle) {
        json.member("target", target)
        json.member("kind", kind.rawValue)
        json.member("answer", answer.rawValue)
        json.member("summary", style.shown(summary))
        if let process {
            let snapshot = snapshot ?? Snapshot(host: HostFacts())
            json.object("process") { process.write(to: &$0, from: snapshot, style: style) }
        }
        json.member("port", port)
        json.member("path", path)
        json.array("sections") { json in
            for section in sections {
                json.object { json in
                    json.member("topic", section.topic.rawValue)
                    json.member("title", section.topic.title)
                    json.array("statements") { json in
                        for statement in section.statements {
                            json.object { statement.write(to: &$0, style: style) }
                        }
                    }
                }
            }
        }
        json.array("unknown") { json in
            for sentence in unknown { json.element(style.shown(sentence)) }
        }
        guard let advice else { return }
        json.object("advice") { json in
            json.member("action", advice.action.rawValue)
            json.array("commands") { json in
                for command in advice.commands { json.element(command) }
            }
            json.member("reason", advice.reason.map(style.shown))
        }
    }
}

extension Statement {
    fileprivate func write(to json: inout JSONWriter, style: ReportStyle) {
        json.member("label", label)
        if let arguments {
            let shown = style.showsSecrets ? arguments : SecretMask.masked(arguments: arguments)
            json.member("fact", shown.map(\.text).joined(separator: " "))
        } else {
            json.member("fact", style.shown(text))
        }
        json.member("source", source)
        json.member("value", value.map(style.shown))
        if mark != .plain { json.member("mark", mark.rawValue) }
        if depth > 0 { json.member("depth", depth) }
        json.member("process", process?.description)
    }
}
