/// Reads back what reaper has written as JSON: a report, the lines of a stream, many of them.
///
/// A file may come from a machine that somebody else has taken over, so every value that is used
/// must be what a report has there, and texts stay foreign texts. Members that are not known are
/// let be: a newer reaper may write more.
public enum ReportFile {
    /// Longest file, in bytes: some ten thousand findings with all their evidence.
    public static let maximumSize = 32 << 20
    /// The name of the format of one finding and line.
    private static let lineSchemas = ["reaper.finding/1", "reaper.action/1"]

    /// Reads every report in a file: one after another, in arrays, or merged before.
    ///
    /// - Parameters:
    ///   - bytes: all of the file.
    ///   - name: what to call it in what is written.
    /// - Returns: The reports in their order.
    /// - Throws: The place of the first value that is missing or not what a report has there;
    ///   nothing of the file counts then.
    public static func read(
        _ bytes: [UInt8],
        named name: String
    ) throws(JSONError) -> MergedReport {
        do throws(JSONError) {
            return try reports(in: bytes, name)
        } catch {
            // It may quote a text of any length.
            throw JSONError(error.message.truncated(to: 500), at: error.position)
        }
    }

    private static func reports(
        in bytes: [UInt8],
        _ name: String
    ) throws(JSONError) -> MergedReport {
        let values = try JSON5Reader.sequence(bytes, as: .json)
        guard !values.isEmpty else {
            throw JSONError(
                "expected a report, found nothing; of a host where nothing is left over only --json "
                    + "tells, and not ndjson",
                at: .start
            )
        }
        var merged = MergedReport()
        var lines = ReportLines()
        for value in values { try add(value, to: &merged, &lines, name) }
        for report in lines.reports { try merged.add(report, from: name, isWhole: false) }
        return merged
    }

    private static func add(
        _ value: JSONValue,
        to merged: inout MergedReport,
        _ lines: inout ReportLines,
        _ name: String
    ) throws(JSONError) {
        if let values = value.array {
            for value in values { try add(value, to: &merged, &lines, name) }
            return
        }
        let schema = try schema(of: value)
        switch schema.text {
        case JSONReport.schema: try merged.add(value, from: name, isWhole: true)
        case _ where lineSchemas.contains(schema.text): try lines.add(value)
        case MergedReport.schema:
            for entry in try value.list("reports") {
                let report = try entry.required("report")
                let isWhole = report["schema"] != nil
                guard !isWhole || report["schema"]?.string == JSONReport.schema else {
                    throw unknown(try self.schema(of: report), in: report)
                }
                try merged.add(report, from: name, isWhole: isWhole)
            }
            for entry in try value.list("unread") {
                let file = try entry.required("file").text(for: "file").text
                let reason = try entry.required("reason").text(for: "reason").text
                merged.unread.append(UnreadReport(file: "\(name): \(file)", reason: reason))
            }
        default: throw unknown(schema, in: value)
        }
    }

    private static func schema(of value: JSONValue) throws(JSONError) -> PlacedText {
        guard case .object = value.kind, let schema = value["schema"] else {
            throw JSONError(
                "expected a report of reaper, with schema \(JSONReport.schema), found "
                    + value.kindName,
                at: value.position
            )
        }
        return try schema.text(for: "schema")
    }

    private static func unknown(_ schema: PlacedText, in value: JSONValue) -> JSONError {
        let version = value["version"]?.string.map { ", of reaper \(shortened($0))" } ?? ""
        let hint =
            switch schema.text {
            case "reaper.instances/1", "reaper.instance/1": ", which 'reaper list' writes"
            case BaselineFile.schema: ", which 'reaper snapshot' writes"
            default: version
            }
        return JSONError(
            "expected a report of scan, clean, stop or run, with schema \(JSONReport.schema), "
                + "found '\(shortened(schema.text))'\(hint)",
            at: schema.position
        )
    }

    private static func shortened(_ text: String) -> String {
        text.escapedForTerminal.truncated(to: 60)
    }
}

/// Lines of a stream, put together to the reports that they came from.
private struct ReportLines {
    private struct Part {
        var head: [JSONMember]
        var complete: JSONMember
        var position: TextPosition
        var findings: [JSONValue] = []
        var action: [JSONMember] = []
    }

    private static let headNames = ["command", "version", "host", "started_at"]
    private var parts: [Part] = []
    /// Where the part is whose lines have this head.
    private var places: [[UInt8]: Int] = [:]

    mutating func add(_ line: JSONValue) throws(JSONError) {
        guard case .object(let members) = line.kind else { return }
        let place = try place(of: line, members)
        guard line["schema"]?.string == "reaper.action/1" else {
            let known = ReportLines.headNames + ["schema", "complete"]
            let rest = members.filter { !known.contains($0.name) }
            parts[place].findings.append(JSONValue(.object(rest), at: line.position))
            return
        }
        guard parts[place].action.isEmpty else {
            throw JSONError("expected one line with an outcome per report", at: line.position)
        }
        parts[place].action = members.filter { JSONReport.actionMembers.contains($0.name) }
    }

    /// The part that a line belongs to; a new one for a head that was not there before.
    private mutating func place(
        of line: JSONValue,
        _ members: [JSONMember]
    ) throws(JSONError) -> Int {
        let value = try line.required("complete")
        let complete = JSONMember(name: "complete", position: value.position, value: value)
        let head = members.filter { ReportLines.headNames.contains($0.name) }
        var json = JSONWriter(.compact)
        json.element(JSONValue(.object(head), at: line.position))
        if let place = places[json.bytes] {
            if try !line.flag("complete") { parts[place].complete = complete }
            return place
        }
        places[json.bytes] = parts.count
        parts.append(Part(head: head, complete: complete, position: line.position))
        return parts.count - 1
    }

    /// Each report as it would have been written whole, as far as lines tell.
    var reports: [JSONValue] {
        parts.map { part in
            let findings = JSONMember(
                name: "findings",
                position: part.position,
                value: JSONValue(.array(part.findings), at: part.position)
            )
            let members = part.head + [part.complete, findings] + part.action
            return JSONValue(.object(members), at: part.position)
        }
    }
}
