extension RulesReport {
    /// The places, files and rules, for people; of the rules those given, which are all unless
    /// somebody filtered them: then files are not shown unasked.
    public static func list(
        _ inventory: RuleInventory,
        rules: [Rule],
        isFiltered: Bool,
        style: ReportStyle
    ) -> [UInt8] {
        var lines: [String] = []
        if style.isVerbose || (!style.isQuiet && !isFiltered) {
            lines += fileLines(inventory, style)
            if style.isVerbose { lines += placeLines(inventory, style) }
            if !lines.isEmpty, !rules.isEmpty { lines.append("") }
        }
        return bytes(of: lines + ruleLines(rules, style))
    }

    /// The same for programs.
    public static func listJSON(_ inventory: RuleInventory, rules: [Rule]) -> [UInt8] {
        json("list") { json in
            json.array("places") { json in
                for place in inventory.places { json.object { place.write(to: &$0) } }
            }
            json.array("files") { json in
                for file in inventory.files { json.object { file.write(to: &$0) } }
            }
            json.array("rules") { json in
                for rule in rules { json.object { rule.writeSummary(to: &$0) } }
            }
            json.array("errors") { json in
                for error in inventory.errors { json.object { error.write(to: &$0) } }
            }
        }
    }

    private static func fileLines(_ inventory: RuleInventory, _ style: ReportStyle) -> [String] {
        var table = TableLayout(columns: [
            .init(title: "FILE", minimum: 24),
            .init(title: "FROM"),
            .init(title: "STATE"),
            .init(title: "RULES", isRightAligned: true),
            .init(title: "WHY", minimum: 16),
        ])
        table.rows = inventory.files.map { file in
            [
                .init(file.source.escapedForTerminal, keeping: .tail),
                .init(file.place.origin),
                .init(file.state.word, file.state.paint),
                .init(file.state.loaded.map { "\($0.rules.count)" } ?? ""),
                .init(file.state.explanation.escapedForTerminal),
            ]
        }
        return table.lines(style)
    }

    private static func placeLines(_ inventory: RuleInventory, _ style: ReportStyle) -> [String] {
        inventory.places.compactMap { place in
            switch place.state {
            case .read, .failed: nil
            case .missing: "not there: \(place.place.path.escapedForTerminal)"
            case .skipped(let reason):
                "not read: \(place.place.path.escapedForTerminal): \(reason)"
            }
        }
    }

    private static func ruleLines(_ rules: [Rule], _ style: ReportStyle) -> [String] {
        var table = TableLayout(columns: [
            .init(title: "RULE"),
            .init(title: "SEVERITY"),
            .init(title: "DOES"),
            .init(title: "TITLE", minimum: 24),
            .init(title: "SOURCE", minimum: 16),
        ])
        table.rows = rules.map { rule in
            [
                .init(rule.id),
                .init(rule.severity.rawValue, rule.severity.paint),
                .init(rule.does),
                .init(rule.title.escapedForTerminal),
                .init(rule.source.escapedForTerminal, .dim, keeping: .tail),
            ]
        }
        return table.lines(style)
    }
}

extension Rule {
    /// What it is there for, for people.
    fileprivate var does: String {
        roles.map { $0 == .files && keep ? "files (kept)" : $0.rawValue }.joined(separator: ", ")
    }

    fileprivate func writeSummary(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("system", system)
        json.member("severity", severity.rawValue)
        json.member("title", title)
        json.member("hint", hint)
        json.array("does") { json in for role in roles { json.element(role.rawValue) } }
        json.member("keep", keep)
        json.member("source", source)
    }
}

extension RuleInventory.Place {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("path", place.path)
        json.member("origin", place.origin)
        switch state {
        case .read: json.member("state", "read")
        case .missing: json.member("state", "missing")
        case .skipped(let reason):
            json.member("state", "skipped")
            json.member("reason", reason)
        case .failed(let error):
            json.member("state", "failed")
            json.member("reason", error.message)
        }
    }
}

extension RuleInventory.File {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("source", source)
        json.member("origin", place.origin)
        json.member("state", state.word)
        switch state {
        case .loaded(let file):
            json.member("system", file.name)
            json.member("title", file.title)
            json.member("homepage", file.homepage)
            json.member("rules", file.rules.count)
            json.array("warnings") { json in
                for warning in file.warnings { json.object { warning.write(to: &$0) } }
            }
        case .replaced(let other): json.member("replaced_by", other)
        case .skipped(let reason): json.member("reason", reason)
        case .failed(let error): json.member("reason", error.message)
        }
    }
}

extension RuleInventory.File.State {
    fileprivate var word: String {
        switch self {
        case .loaded: "loaded"
        case .replaced: "replaced"
        case .skipped: "skipped"
        case .failed: "failed"
        }
    }

    fileprivate var paint: Paint {
        switch self {
        case .loaded: .plain
        case .replaced, .skipped: .dim
        case .failed: .red
        }
    }

    fileprivate var loaded: RuleFile? { if case .loaded(let file) = self { file } else { nil } }

    fileprivate var explanation: String {
        switch self {
        case .loaded(let file):
            file.warnings.isEmpty
                ? "" : "\(counted(file.warnings.count, "warning")): see 'reaper rules check'"
        case .replaced(let other): "by \(other)"
        case .skipped(let reason): reason
        case .failed(let error): error.description
        }
    }
}
