import ReaperKit

/// The texts of `reaper help`, `--help` and `-h`, from the tables of subcommands and flags.
enum Help {
    /// Columns of a help text: every terminal has these.
    static let width = 80
    /// Where the second column begins.
    private static let indent = 29

    /// What the commands of this version return.
    static let statuses: [ExitStatus] = [
        .clean, .leftOver, .usage, .incomplete, .leaked, .deadline, .failed, .notExecutable,
        .notFound,
    ]
    /// Those that only `run` returns.
    private static let runStatuses: Set<ExitStatus> = [
        .leaked, .failed, .notExecutable, .notFound,
    ]

    /// What `reaper` can do, for those who know no command yet.
    static var overview: String {
        var lines = [
            "reaper finds what a crash left behind, says why, and removes it safely.",
            "",
            "usage: reaper COMMAND [SELECTOR...] [OPTION...]",
            "",
            "Commands:",
        ]
        for command in Subcommand.all {
            lines += row("  \(command.name.rawValue)", command.summary)
        }
        lines += ["", "'reaper help COMMAND' explains a command and its flags."]
        return text(lines)
    }

    /// All about one subcommand.
    static func page(of command: Subcommand) -> String {
        var lines = ["usage: reaper \(command.name.rawValue) \(command.synopsis)", ""]
        for paragraph in command.details { lines += wrapped(paragraph, to: width) + [""] }
        for topic in Flag.Topic.allCases {
            let flags = command.flags.filter { $0.topic == topic }
            guard !flags.isEmpty else { continue }
            lines.append("\(topic.rawValue):")
            for flag in flags { lines += row("  " + form(of: flag), flag.summary) }
            lines.append("")
        }
        if !command.examples.isEmpty {
            lines.append("Examples:")
            for example in command.examples {
                lines += ["  \(example.command)", "      \(example.meaning)"]
            }
            lines.append("")
        }
        if command.name != .help {
            lines.append("Exit status:")
            for (status, meaning) in statuses(of: command) {
                lines += row("  \(status.rawValue)", meaning, indent: 8)
            }
        }
        while lines.last == "" { lines.removeLast() }
        return text(lines)
    }

    /// What a command may return, and what that means.
    static func statuses(of command: Subcommand) -> [(ExitStatus, String)] {
        guard command.statuses.isEmpty else { return command.statuses }
        let mayRunOut: [Subcommand.Name] = [.clean, .stop, .wait, .run, .report]
        return statuses.filter { status in
            (status != .deadline || mayRunOut.contains(command.name))
                && (command.name == .run || !runStatuses.contains(status))
        }
        .map { ($0, $0.meaning) }
    }

    /// `-t, --timeout DURATION`.
    private static func form(of flag: Flag) -> String {
        let short = flag.short.map { "-\($0), " } ?? "    "
        return short + "--\(flag.long)" + (flag.placeholder.map { " \($0)" } ?? "")
    }

    private static func row(_ left: String, _ right: String, indent: Int = indent) -> [String] {
        let lines = wrapped(right, to: width - indent)
        let blank = String(repeating: " ", count: indent)
        let isTooLong = left.count + 1 >= indent
        let head = isTooLong ? [left] : []
        return head
            + lines.enumerated().map { index, line in
                let fill = String(repeating: " ", count: max(0, indent - left.count))
                return (index == 0 && !isTooLong ? left + fill : blank) + line
            }
    }

    /// The words of `text` in lines of at most `width` columns.
    static func wrapped(_ text: String, to width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    private static func text(_ lines: [String]) -> String {
        lines.map { $0 + "\n" }.joined()
    }
}
