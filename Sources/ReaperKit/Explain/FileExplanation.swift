extension Explanation {
    /// Explains a path.
    ///
    /// - Parameters:
    ///   - account: What was read about it.
    ///   - target: What was typed.
    public init(_ account: FileAccount, target: String) {
        self.init(target: target, kind: .file, summary: FileSummary.text(of: account))
        path = account.path
        if let refusal = account.refusal { unknown.append("what is there: \(refusal)") }
        guard account.facts != nil || !account.users.isEmpty else {
            answer = account.refusal == nil ? .notFound : .incomplete
            return
        }
        add(.file, FileSection.statements(of: account) + FileSection.distrust(of: account))
        if let judgment = account.judgment, let file = account.instance {
            add(.staleness, StalenessSection.statements(of: judgment, file))
        }
        add(.users, FileUserSection.statements(of: account))
        add(.rules, FileRuleSection.statements(of: account))
        let forecast = FileForecast(account)
        add(.cleaning, forecast.statements)
        advice = forecast.advice
        if case .denied(let code) = account.instance?.contents {
            unknown.append("what it says: \(reasonText(code))")
        }
        if case .oversized(let bytes, _) = account.instance?.contents {
            unknown.append("what it says: it holds \(bytes) bytes, which are too many to be read")
        }
        if account.judgment?.isUndecided == true {
            unknown.append("whether it is stale: \(account.judgment?.whole.reason ?? "")")
        }
        if !account.hiddenUsers.isEmpty, account.users.isEmpty, account.needsUsers {
            let host = account.snapshot.host
            unknown.append("who uses it: " + account.hiddenUsers.sentence(on: host))
        }
        if !unknown.isEmpty { answer = .incomplete }
    }
}

extension InstanceFileJudgment {
    /// Whether a fact was missing, as opposed to one that leaves it to a person.
    fileprivate var isUndecided: Bool {
        whole.answer == .report && whole.questions.last == .existence
    }
}

extension FileAccount {
    /// Whether only its users tell anything about it.
    fileprivate var needsUsers: Bool { judgment == nil }

    /// Whether it is a program.
    var isProgram: Bool {
        guard let facts, facts.kind == .regular else { return false }
        return facts.permissions & 0o111 != 0 && instance == nil
    }
}

/// One sentence about a path.
enum FileSummary {
    static func text(of account: FileAccount) -> String {
        let path = account.path.text
        guard let facts = account.facts else {
            if let refusal = account.refusal { return "\(path) cannot be looked at: \(refusal)" }
            return account.users.isEmpty
                ? "\(path): there is no such file"
                : "\(path) is not there any more, and \(users(of: account))"
        }
        if let judgment = account.judgment {
            let left = FileSurvivors(of: account).phrase
            if let reason = account.instance?.misunderstanding {
                return "\(path) cannot be understood: \(reason)"
            }
            return "\(path) \(verdict(judgment.whole, facts))"
                + (left.map { ", but of the session or group that it led \($0)" } ?? "")
        }
        if facts.kind == .directory { return "\(path) is a directory; \(users(of: account))" }
        return "\(path) is \(facts.kind.name); \(users(of: account))"
    }

    private static func verdict(_ judgment: StalenessJudgment, _ facts: FileFacts) -> String {
        let doubt = judgment.certainty == .confirmed ? "" : "probably "
        return switch judgment.answer {
        case .stale: "is \(doubt)stale: \(judgment.reason)"
        case .recycled: "is \(doubt)stale, its number has been reused: \(judgment.reason)"
        case .keep: "is in use: \(judgment.reason)"
        case .settling: "is too young to be judged: \(judgment.reason)"
        case .report: "cannot be judged: \(judgment.reason)"
        }
    }

    private static func users(of account: FileAccount) -> String {
        let pids = Set(account.users.map(\.process))
        guard !pids.isEmpty else {
            return account.hiddenUsers.isEmpty
                ? "no process uses it" : "nobody was seen that uses it"
        }
        return "\(counted(pids.count, "process uses", "processes use")) it"
    }
}

extension InstanceFile {
    /// Why nothing of it can be understood; `nil` where something can.
    fileprivate var misunderstanding: String? {
        switch contents {
        case .malformed(let reason): return reason
        case .entries(let entries):
            let flaws = entries.compactMap(\.flaw)
            return flaws.isEmpty || flaws.count < entries.count
                ? nil : InstanceText.account(of: flaws)
        case .unsafe, .oversized, .denied, .socket: return nil
        }
    }
}

/// What is at a path, and what it says.
enum FileSection {
    /// That what it records may not have anybody stopped, and why; nothing where it may.
    static func distrust(of account: FileAccount) -> [Statement] {
        guard let file = account.instance, let judgment = account.judgment else { return [] }
        let processes = judgment.entries.filter { $0.answer == .keep }
            .compactMap { $0.process.flatMap { account.snapshot.process($0.pid) } }
        let host = account.snapshot.host
        let reasons = processes.compactMap { process -> String? in
            // A listing has only whose directory in /proc it is.
            guard process.status?.known == nil, let user = process.owner else {
                guard case .refused(let reason) = file.mayActOn(process, for: host.effectiveUser)
                else { return nil }
                return reason
            }
            guard file.owner != 0, user != file.owner else { return nil }
            return "it belongs to user \(file.owner), process \(process.pid) to user \(user)"
        }
        return reasons.prefix(1).map { reason in
            Statement(
                "what it records has nobody stopped: \(reason)",
                label: "distrusted",
                source: "statx(\(account.path.text))",
                mark: .odd
            )
        }
    }

    static func statements(of account: FileAccount) -> [Statement] {
        guard let facts = account.facts else { return [] }
        let host = account.snapshot.host
        let source = "statx(\(account.path.text))"
        var list = [
            Statement(kind(of: account, facts), label: "kind", source: source),
            Statement(
                "\(host.userText(facts.owner)), mode \(String(facts.permissions, radix: 8))",
                label: "owner",
                source: source
            ),
            Statement(
                "\(facts.modified.timeText), \((host.wallClock - facts.modified).roughText) ago",
                label: "written",
                source: source
            ),
            Statement(
                "device \(facts.identity.device), inode \(facts.identity.inode)",
                label: "inode",
                source: source,
                isDetail: true
            ),
        ]
        if let target = account.linkTarget {
            list.append(
                Statement(target.text, label: "target", source: "readlink(\(account.path.text))")
            )
        }
        if let file = account.instance { list += contents(of: file, account) }
        if account.instance?.isWritableByOthers == true {
            list.append(
                Statement(
                    "users other than its owner can write or replace it: it may have nobody "
                        + "stopped",
                    label: "trust",
                    source: source,
                    mark: .odd
                )
            )
        }
        return list
    }

    private static func kind(of account: FileAccount, _ facts: FileFacts) -> String {
        let size = facts.kind == .regular ? " of \(counted(Int(clamping: facts.size), "byte"))" : ""
        return facts.kind.name + size + (account.isProgram ? ", a program" : "")
    }

    private static func contents(
        of file: InstanceFile,
        _ account: FileAccount
    ) -> [Statement] {
        guard case .entries(let entries) = file.contents else { return [] }
        return entries.prefix(16).compactMap { entry in
            guard let pid = entry.pid else { return nil }
            var text = "process \(pid)"
            if let id = entry.id { text += ", \(id)" }
            if let alias = entry.alias, alias != entry.id { text += " (\(alias))" }
            if let ticks = entry.startTicks { text += ", started at \(ticks)" }
            if let started = entry.started { text += ", started \(started.text)" }
            if let host = entry.host { text += ", on host \(host)" }
            // Who has the number now, whether or not it is the one that was meant.
            let now = account.snapshot.process(pid)
            if let now { text += "; that number is \(now.label) now" }
            return Statement(
                text,
                label: "records",
                source: file.path.text,
                process: now?.identity
            )
        }
    }
}
