/// Several reports as JSON, for programs: `reaper.merged/1`.
///
/// Each report stays whole, as it was written; the schemas are `schema/merged.schema.json` and, of
/// each report, `schema/report.schema.json`. Secrets are masked once more: who wrote a report with
/// `--show-secrets` did not say that for everybody who reads all of them.
enum MergedJSON {
    /// One object, over many lines, for `--json`.
    static func render(_ merged: MergedReport, style: ReportStyle) -> [UInt8] {
        let threshold = style.failureThreshold
        var json = JSONWriter(.pretty)
        json.object { json in
            json.member("schema", MergedReport.schema)
            json.member("version", ReaperVersion.current)
            json.member("status", merged.status(failingOn: threshold).rawValue)
            json.member("complete", merged.isComplete)
            json.object("counts") { json in
                json.member("hosts", merged.hostCount)
                json.member("reports", merged.reports.count)
                json.member("unread", merged.unread.count)
                json.member("incomplete", merged.reports.count { !$0.report.isComplete })
                write(merged.reports.flatMap(\.report.findings), to: &json)
            }
            json.array("unread") { json in
                for file in merged.unread {
                    json.object { json in
                        json.member("file", file.file)
                        json.member("reason", file.reason)
                    }
                }
            }
            json.array("reports") { json in
                for report in merged.reports {
                    json.object { json in
                        json.member("file", report.file)
                        json.member("status", report.status(failingOn: threshold).rawValue)
                        json.object("counts") { write(report.report.findings, to: &$0) }
                        json.member("report", report.value.masked())
                    }
                }
            }
        }
        json.endLine()
        return json.bytes
    }

    /// The lines of every report, one after another, as each would have written them.
    static func renderLines(_ merged: MergedReport) -> [UInt8] {
        var json = JSONWriter(.compact)
        for report in merged.reports {
            let value = report.value.masked()
            for finding in value["findings"]?.array ?? [] {
                json.object { json in
                    writeHead(of: value, "reaper.finding/1", to: &json)
                    guard case .object(let members) = finding.kind else { return }
                    for member in members { json.member(member.name, member.value) }
                }
                json.endLine()
            }
            // As where a report is written: who did nothing has no such line.
            guard ["error", "plan", "outcome"].contains(where: { value[$0] != nil }) else {
                continue
            }
            json.object { json in
                writeHead(of: value, "reaper.action/1", to: &json)
                for name in JSONReport.actionMembers { json.member(name, value[name]) }
            }
            json.endLine()
        }
        return json.bytes
    }

    private static func writeHead(
        of value: JSONValue,
        _ schema: String,
        to json: inout JSONWriter
    ) {
        json.member("schema", schema)
        for name in ["command", "version", "host", "started_at", "complete"] {
            json.member(name, value[name])
        }
    }

    private static func write(_ findings: [Finding], to json: inout JSONWriter) {
        json.member("findings", findings.count)
        for severity in Severity.allCases {
            json.member(severity.rawValue, findings.count { $0.severity == severity })
        }
    }
}

extension JSONValue {
    /// Members that may hold a secret wherever they stand in a report; others never did.
    private static let guarded: Set<String> = [
        "summary", "fact", "value", "reason", "note", "unproven", "holder", "unknown", "error",
    ]

    /// The same, with secrets masked as in any report.
    fileprivate func masked(as name: String = "") -> JSONValue {
        switch kind {
        case .null, .bool, .integer, .number: return self
        case .string(let text):
            guard JSONValue.guarded.contains(name) else { return self }
            return JSONValue(.string(SecretMask.masked(text: text)), at: position)
        case .array(let values):
            let words = values.compactMap { $0.string.map { ByteString($0) } }
            guard name == "command", words.count == values.count else {
                return JSONValue(.array(values.map { $0.masked(as: name) }), at: position)
            }
            let masked = zip(values, SecretMask.masked(arguments: words)).map { value, word in
                JSONValue(.string(word.text), at: value.position)
            }
            return JSONValue(.array(masked), at: position)
        case .object(let members):
            let masked = members.map { member in
                var member = member
                member.value = member.value.masked(as: member.name)
                return member
            }
            // Bytes say the same as their text: they go where that had something to hide.
            let changed = Set(zip(members, masked).filter { $0.value != $1.value }.map(\.0.name))
            let rest = masked.filter { member in
                !member.name.hasSuffix("_b64") || !changed.contains(String(member.name.dropLast(4)))
            }
            return JSONValue(.object(rest), at: position)
        }
    }
}
