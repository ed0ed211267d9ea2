/// What `reaper rules` prints: as tables for people, and for programs as `reaper.rules/1`.
///
/// The schema is `schema/rules-report.schema.json`.
public enum RulesReport {
    /// The name of the format; the number changes when a program that reads it would break.
    public static let schema = "reaper.rules/1"

    /// One object with the members that every answer begins with.
    static func json(_ command: String, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter(.pretty)
        json.object { json in
            json.member("schema", schema)
            json.member("command", "rules \(command)")
            json.member("version", ReaperVersion.current)
            body(&json)
        }
        json.endLine()
        return json.bytes
    }

    /// Lines of text as bytes.
    static func bytes(of lines: [String]) -> [UInt8] {
        lines.flatMap { Array($0.utf8) + [UInt8(ascii: "\n")] }
    }
}

extension RuleWarning {
    func write(to json: inout JSONWriter) {
        json.member("line", position.line)
        json.member("column", position.column)
        json.member("message", message)
    }
}

extension RuleError {
    func write(to json: inout JSONWriter) {
        json.member("file", file)
        json.member("line", position?.line)
        json.member("column", position?.column)
        json.member("message", message)
    }
}
