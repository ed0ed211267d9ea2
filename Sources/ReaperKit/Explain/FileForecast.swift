/// Who uses a file.
enum FileUserSection {
    /// More than this many are counted.
    private static let limit = 20

    static func statements(of account: FileAccount) -> [Statement] {
        let host = account.snapshot.host
        let survivors = FileSurvivors(of: account)
        var list = account.users.prefix(limit).map { user in
            let label = "\(user.name.text) (\(user.process))"
            return Statement(
                "\(label) \(user.use.verb)",
                source: user.source,
                mark: user.use.isOfEarlierFile ? .odd : .plain,
                process: user.process
            )
        }
        if account.users.count > limit {
            list.append(
                Statement(
                    "\(account.users.count - limit) more use it; 'reaper scan --in' lists those of a "
                        + "directory",
                    source: "/proc"
                )
            )
        }
        // Where the file was judged, a question has said so.
        if account.judgment == nil, case .held(let kind) = account.instance?.lock {
            list.append(
                Statement(
                    "somebody holds a lock on it",
                    source: "flock(2) and fcntl(2) on \(account.path.text)",
                    value: ByteString(kind)
                )
            )
        }
        list += survivors.statements
        if list.isEmpty, account.hiddenUsers.isEmpty {
            list.append(Statement("nobody", source: "/proc/PID/fd, exe, cwd"))
        }
        if !account.hiddenUsers.isEmpty {
            list.append(
                Statement(
                    account.hiddenUsers.sentence(on: host),
                    source: "/proc/PID/fd",
                    mark: .unknown
                )
            )
        }
        return list
    }
}

extension FileAccount.User.Use {
    fileprivate var verb: String {
        switch self {
        case .open: "has it open"
        case .openBefore: "has an earlier file of this path open, which was replaced or removed"
        case .lock(let kind): "holds a lock on it (\(kind))"
        case .executable: "runs it"
        case .workingDirectory: "stands in it"
        case .socket: "has a socket open that is bound to it"
        }
    }

    fileprivate var isOfEarlierFile: Bool {
        if case .openBefore = self { true } else { false }
    }
}

/// Which rules know a file.
enum FileRuleSection {
    static func statements(of account: FileAccount) -> [Statement] {
        var list = account.rules.enumerated().map { index, rule in
            Statement(
                (index == 0 ? "judges it: " : "names it too; the first rule judges it: ")
                    + rule.title + (rule.keep && index == 0 ? " (kept in any case)" : ""),
                label: rule.id,
                source: rule.source,
                mark: index == 0 ? .decisive : .plain
            )
        }
        list += account.companions.map { rule in
            Statement(
                "removes it together with its processes: \(rule.title)",
                label: rule.id,
                source: rule.source
            )
        }
        list += account.describing.map { rule in
            Statement(
                "describes processes that are found here: \(rule.title)",
                label: rule.id,
                source: rule.source
            )
        }
        if list.isEmpty {
            let how = account.judgment == nil ? "" : "; it is judged by what it looks like"
            list.append(Statement("no rule names it" + how, source: "reaper rules list"))
        }
        return list
    }
}

/// What `clean` would do about a file.
struct FileForecast {
    private(set) var statements: [Statement] = []
    private(set) var advice: Advice?

    init(_ account: FileAccount) {
        let path = account.path.text
        let survivors = FileSurvivors(of: account)
        guard let rule = account.rules.first else {
            statements = [
                Statement("leaves it alone: no rule names it", label: "clean", source: path)
            ]
            if let judgment = account.judgment?.whole, judgment.isStale {
                // Not offered as a command: reaper vouches only for what a rule names.
                advice = Advice(
                    .none,
                    survivors.isEmpty ? [] : [survivors.command],
                    reason: "it looks stale (\(judgment.certainty.rawValue)), but only a rule can "
                        + "have it removed: write one, or remove it by hand"
                )
                if !survivors.isEmpty { advice?.action = .stop }
            }
            return
        }
        let command = "reaper clean --stale-files --rule \(rule.id)\(account.ruleFlags)"
        let text: String
        var mark = Statement.Mark.plain
        switch account.judgment?.whole.answer {
        case .stale, .recycled:
            if rule.keep {
                text = "reports it and leaves it alone: its rule keeps its files"
                advice = Advice(.none, reason: rule.hint ?? "its rule keeps its files")
                if !survivors.isEmpty {
                    advice = Advice(
                        .stop,
                        [survivors.command],
                        reason: "that stops what remains; its rule keeps its files"
                    )
                }
            } else if let left = survivors.phrase {
                text = "reports it and leaves it alone: it is only suspect while \(left)"
                advice = Advice(
                    .stop,
                    [survivors.command, command],
                    reason:
                        "the first stops what remains of it, and then the other removes the file"
                )
            } else if account.finding?.verdict == .suspect {
                text = "reports it and leaves it alone: it is only suspect"
            } else if account.finding?.verdict == .probable {
                text = "reports it; with --include-probable it removes it"
                advice = Advice(.remove, [command + " --include-probable"], reason: rule.hint)
            } else {
                text = "removes it, and touches no process"
                mark = .decisive
                advice = Advice(.remove, [command], reason: rule.hint)
            }
        case .settling: text = "looks again when it is 2 s old"
        case .keep: text = "leaves it alone: it is in use"
        case .report, nil:
            text = "reports it and leaves it alone: a person has to look"
            advice = Advice(.none, reason: account.judgment?.whole.reason)
        }
        statements = [Statement(text, label: "clean", source: rule.source, mark: mark)]
    }
}

extension StalenessJudgment {
    fileprivate var isStale: Bool { answer == .stale || answer == .recycled }
}
