/// What each rule says of a process, those first that have something to say.
enum RuleSection {
    static func statements(of traces: [RuleTrace]) -> [Statement] {
        // What a file is to name looks like many: without such a file that says nothing.
        let described = traces.filter {
            $0.match == .holds && !$0.isOfFiles || !$0.files.isEmpty
        }
        let unknown = traces.filter { !described.contains($0) && $0.isUnreadable }
        let rest = traces.filter { !described.contains($0) && !$0.isUnreadable }
        // Some condition holds, another does not: a reader may have expected it to match. One that
        // holds for nearly everybody leads nobody to expect that.
        let near = rest.filter { trace in
            !trace.isOfFiles
                && trace.conditions.contains { $0.answer == .holds && !$0.holdsForMost }
        }
        let far = rest.filter { !near.contains($0) }
        var list = described.flatMap(full) + near.flatMap(brief) + unreadable(unknown)
        if !far.isEmpty {
            let others = near.isEmpty && described.isEmpty && unknown.isEmpty ? "" : "other "
            list.append(
                Statement(
                    far.count == 1
                        ? "one \(others)rule looked at it: it is not what that describes or has a file about"
                        : "\(far.count) \(others)rules looked at it: it is what none of them "
                            + "describes or has a file about",
                    source: "reaper rules list"
                )
            )
            list += details(far)
        }
        return list
    }

    /// What the kernel refused is the same for many rules.
    private static func unreadable(_ traces: [RuleTrace]) -> [Statement] {
        guard let first = traces.first else { return [] }
        guard traces.count > 1 else { return brief(first) }
        var sources: [String] = []
        for trace in traces {
            for case .unreadable(let kind, _) in [trace.match] {
                let source = "/proc/\(trace.process.pid)/\(kind.fileName)"
                if !sources.contains(source) { sources.append(source) }
            }
        }
        let head = Statement(
            "whether \(traces.count) rules describe it is unknown: what they ask for was refused",
            source: sources.joined(separator: ", "),
            mark: .unknown
        )
        return [head] + details(traces)
    }

    /// The same that ``brief(_:)`` says, for whoever asks for everything.
    private static func details(_ traces: [RuleTrace]) -> [Statement] {
        traces.flatMap(brief).map { statement in
            var statement = statement
            statement.isDetail = true
            statement.depth += 1
            return statement
        }
    }

    /// A rule that describes the process: all that it says for and against.
    private static func full(_ trace: RuleTrace) -> [Statement] {
        var list = [head(trace, mark: trace.effect == .none ? .plain : .decisive)]
        list += trace.conditions.map { condition($0, isDetail: $0.answer == .holds) }
        if let owner = trace.owner?.alive {
            // The reason at the head says the same.
            list[0].process = owner.process
        } else if trace.owner != nil {
            list.append(
                Statement(
                    "no owner that it names is among the parents",
                    source: "/proc/\(trace.process.pid)/stat",
                    depth: 1
                )
            )
        }
        list += trace.ownership.map { Statement($0, depth: 1) }
        list += trace.abandonment.map { Statement($0, depth: 1) }
        list += trace.neighbor.map { [Statement($0, depth: 1)] } ?? []
        list += trace.vetoes.map { Statement($0, mark: .decisive, depth: 1) }
        for file in trace.files {
            list.append(
                Statement(
                    file.account,
                    source: file.path.text,
                    mark: file.relation == .unknown ? .unknown : .plain,
                    depth: 1
                )
            )
        }
        return list
    }

    /// A rule that does not: which condition failed, or could not be said.
    private static func brief(_ trace: RuleTrace) -> [Statement] {
        [head(trace, mark: trace.isUnreadable ? .unknown : .plain)]
            + trace.conditions.map { condition($0, isDetail: $0.answer == .holds) }
    }

    private static func head(_ trace: RuleTrace, mark: Statement.Mark) -> Statement {
        let effect =
            switch trace.effect {
            case .stop: "clean stops it: "
            case .report: "it is reported only: "
            case .protect: "it is protected: "
            case .none: ""
            }
        return Statement(
            effect + trace.reason,
            label: trace.rule,
            source: trace.source,
            mark: mark
        )
    }

    private static func condition(_ condition: TracedCondition, isDetail: Bool) -> Statement {
        let verdict =
            switch condition.answer {
            case .holds: "holds"
            case .fails: "fails"
            case .needs: "was not asked"
            case .unreadable(_, let code): "is unknown (\(reasonText(code)))"
            }
        // Many globs say less than the first few.
        let wanted =
            condition.wanted.prefix(4).joined(separator: ", ")
            + (condition.wanted.count > 4 ? ", ..." : "")
        let actual = condition.actual.prefix(4).map(\.masked.text).joined(separator: ", ")
        return Statement(
            "'\(condition.name)' \(verdict): it asks for \(wanted)",
            source: condition.source,
            value: actual.isEmpty ? nil : ByteString(actual),
            mark: condition.answer.isUnreadable ? .unknown : .plain,
            depth: 1,
            isDetail: isDetail
        )
    }
}

extension TracedCondition {
    /// Variables that login(1), shells, desktops and service managers give to whatever they start;
    /// environ(7), systemd.exec(5).
    private static let commonVariables: Set<String> = [
        "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "EDITOR", "HOME", "HOSTNAME", "INVOCATION_ID",
        "JOURNAL_STREAM", "LANG", "LANGUAGE", "LC_ALL", "LOGNAME", "MAIL", "OLDPWD", "PATH", "PWD",
        "SHELL", "SHLVL", "TERM", "TMPDIR", "TZ", "USER", "XDG_RUNTIME_DIR", "XDG_SESSION_ID", "_",
    ]

    /// Programs that run others: of what one of them runs, its own name says nothing.
    private static let interpreters = [
        "python", "pypy", "ruby", "jruby", "truffleruby", "php", "perl", "node", "bun", "deno",
        "java", "dotnet", "sh", "bash", "dash", "zsh",
    ]

    /// Whether a name is an interpreter's, with or without a version: `python3.12`, `node-22`.
    private static func isInterpreter(_ name: String) -> Bool {
        let letters = name.prefix { !"0123456789.-".contains($0) }
        return interpreters.contains(String(letters))
            && name.dropFirst(letters.count).allSatisfy { "0123456789.-".contains($0) }
    }

    /// Whether it says next to nothing of a process that it holds: whose it is, that it runs, that
    /// an interpreter runs it, or that it has a variable which most have.
    fileprivate var holdsForMost: Bool {
        switch name {
        case "user", "state", "older_than": true
        case "name", "comm": actual.allSatisfy { Self.isInterpreter($0.value.baseName.text) }
        case "exe":
            wanted.allSatisfy { $0.hasPrefix("**/") }
                && actual.allSatisfy { Self.isInterpreter($0.value.baseName.text) }
        case "env":
            actual.allSatisfy { entry in
                Self.commonVariables.contains(String(entry.masked.text.prefix { $0 != "=" }))
            }
        default: false
        }
    }
}

extension RuleTrace {
    /// Whether it could not be said whether the rule describes the process.
    fileprivate var isUnreadable: Bool { match.isUnreadable }
}
