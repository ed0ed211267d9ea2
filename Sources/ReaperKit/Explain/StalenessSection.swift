/// The questions that decide whether a file is stale, in order, and the one that decided.
enum StalenessSection {
    static func statements(
        of judgment: InstanceFileJudgment,
        _ file: InstanceFile
    ) -> [Statement] {
        guard judgment.entries.count > 1, case .entries(let entries) = file.contents else {
            return statements(of: judgment.whole, file)
        }
        // A file is stale only if every entry is: each is asked about.
        var list: [Statement] = []
        for (index, one) in judgment.entries.prefix(16).enumerated() {
            let pid = index < entries.count ? entries[index].pid : nil
            list.append(
                Statement(
                    "entry \(index + 1)" + (pid.map { ", process \($0)" } ?? ""),
                    source: file.path.text
                )
            )
            list += statements(of: one, file).map { statement in
                var statement = statement
                statement.depth += 1
                return statement
            }
        }
        list.append(
            Statement(
                "the file: \(judgment.whole.reason)",
                source: file.path.text,
                mark: .decisive
            )
        )
        return list
    }

    private static func statements(
        of judgment: StalenessJudgment,
        _ file: InstanceFile
    ) -> [Statement] {
        let questions = StalenessQuestion.asked(of: file.format)
        // The last fact decided, unless it only says that it is too early to decide.
        let decisive =
            judgment.questions.last { $0 != .settling } ?? judgment.questions.last ?? .contents
        let end = questions.firstIndex(of: decisive) ?? questions.count
        return questions.enumerated().flatMap { index, question in
            let facts = zip(judgment.questions, judgment.evidence)
                .filter { $0.0 == question }.map(\.1)
            let label = "\(index + 1). \(question.title)"
            if index > end, facts.isEmpty {
                let isAsked = question == .settling && judgment.isDead
                return [
                    Statement(
                        isAsked ? "yes" : "not asked any more",
                        label: label,
                        mark: isAsked ? .plain : .skipped
                    )
                ]
            }
            guard !facts.isEmpty else {
                return [Statement(question.silence(for: file), label: label)]
            }
            // The last one answers, those before it lead there.
            return facts.reversed().enumerated().map { position, fact in
                var statement = Statement(fact)
                guard position == 0 else {
                    statement.depth = 1
                    return statement
                }
                statement.label = label
                if question == decisive || question == .settling { statement.mark = .decisive }
                return statement
            }
        }
    }
}

extension StalenessQuestion {
    /// The question in a few words.
    var title: String {
        switch self {
        case .contents: "safe to open, and understood?"
        case .host: "of this host alone?"
        case .boot: "of this boot?"
        case .lock: "locked?"
        case .namespace: "of this pid namespace?"
        case .existence: "does its process exist?"
        case .unreaped: "has that exited unreaped?"
        case .identity: "is it the recorded one?"
        case .listener: "is a socket bound to it?"
        case .settling: "old enough to judge?"
        }
    }

    /// What it means that no fact answers it.
    func silence(for file: InstanceFile) -> String {
        switch self {
        case .contents: "yes"
        case .host: "it records no host, and its file system is this host's own"
        case .boot: "it records no boot"
        case .lock: file.format == .symlink ? "a link cannot be locked" : "no"
        case .namespace: "it records none, and nobody in a nested one has its number"
        case .existence: "yes"
        case .unreaped: "no"
        case .identity: "yes"
        case .listener: "no"
        case .settling: "yes"
        }
    }
}
