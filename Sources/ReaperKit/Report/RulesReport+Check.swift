extension RulesReport {
    /// More errors of a file than this are only counted: whoever mends these looks again anyway.
    private static let shown = 20

    /// Every error and warning as `FILE:LINE:COLUMN: message`, and a line for each file without errors.
    public static func check(_ checks: [RuleCheck], style: ReportStyle) -> [UInt8] {
        var lines: [String] = []
        for check in checks {
            lines += check.errors.prefix(shown).map(\.description)
            let more = check.errors.count - shown
            if more > 0 {
                let source = check.source.escapedForTerminal
                lines.append("\(source): and \(counted(more, "more error"))")
            }
            for warning in check.warnings {
                let place = "\(warning.file.escapedForTerminal):\(warning.position)"
                lines.append("\(place): warning: \(warning.message)")
            }
            guard let file = check.file, check.errors.isEmpty, !style.isQuiet else { continue }
            let warnings =
                check.warnings.isEmpty ? "" : ", \(counted(check.warnings.count, "warning"))"
            lines.append(
                "\(check.source.escapedForTerminal): \(counted(file.rules.count, "rule"))\(warnings)"
            )
        }
        return bytes(of: lines)
    }

    /// The same for programs.
    public static func checkJSON(_ checks: [RuleCheck]) -> [UInt8] {
        json("check") { json in
            json.array("files") { json in
                for check in checks { json.object { check.write(to: &$0) } }
            }
        }
    }
}

extension RuleCheck {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("source", source)
        json.member("state", errors.isEmpty ? "correct" : "wrong")
        json.member("system", file?.name)
        json.member("rules", file?.rules.count)
        json.array("errors") { json in
            for error in errors { json.object { error.write(to: &$0) } }
        }
        json.array("warnings") { json in
            for warning in warnings { json.object { warning.write(to: &$0) } }
        }
    }
}
