import ReaperKit

/// The manual pages of section 1, from the same tables as parsing and help.
///
/// The repository holds these texts below `man`; `reaper help man-page PAGE` writes one.
struct ManPage: Sendable {
    /// The file's name, such as `reaper-scan.1`.
    var file: String
    var text: String

    /// When the tables were last described anew; mdoc(7) wants a date.
    static let date = "November 28, 2026"

    /// Commands that have a page; `help` is in reaper(1).
    static var commands: [Subcommand] { Subcommand.all.filter { $0.name != .help } }

    /// Every page, reaper(1) first.
    static var all: [ManPage] { [overview] + commands.map { ManPage(of: $0) } }

    /// The page of a file's name.
    static func named(_ file: String) -> ManPage? {
        if file == "reaper.1" { return overview }
        return commands.first { "reaper-\($0.name.rawValue).1" == file }.map { ManPage(of: $0) }
    }

    /// reaper(1): the commands, and what holds for all of them.
    static var overview: ManPage {
        var page = MdocText(
            name: "reaper",
            section: 1,
            summary: "find what a crash left behind, and remove it safely"
        )
        page.section("SYNOPSIS")
        page.raw(".Nm\n.Ar COMMAND\n.Op Ar SELECTOR...\n.Op Ar OPTION...")
        page.raw(".Nm\n.Cm help\n.Op Ar COMMAND\n.Nm\n.Fl \\-version")
        page.section("DESCRIPTION")
        page.prose(description)
        page.section("COMMANDS")
        page.raw("Each has a page of its own.")
        page.raw(".Bl -tag -width Ds")
        for command in Subcommand.all {
            page.raw(
                command.name == .help ? ".It Cm help" : ".It Xr reaper-\(command.name.rawValue) 1"
            )
            page.raw(MdocText.escaped(sentence(command.summary)))
        }
        page.raw(".El")
        page.section("ENVIRONMENT")
        page.list(environment.map { ("Ev \($0)", $1) })
        page.section("FILES")
        page.list(files.map { ("Pa \(MdocText.argument($0))", $1) })
        page.section("EXIT STATUS")
        page.raw("The same for all commands.\nWhen several apply the worst wins: 2, 124, 1, 3, 0.")
        page.list(Help.statuses.map { ("\($0.rawValue)", $0.meaning) })
        page.section("EXAMPLES")
        page.raw("One of each command; its page has more.")
        page.list(
            commands.compactMap(\.examples.first).map {
                ("Ic \(MdocText.argument($0.command))", sentence($0.meaning))
            }
        )
        page.references(
            commands.map { ("reaper-\($0.name.rawValue)", 1) } + formats
                + [
                    ("proc", 5), ("pidfd_open", 2), ("sock_diag", 7), ("kill", 1), ("ss", 8),
                    ("fuser", 1),
                ]
        )
        page.section("NOTES")
        for (title, paragraph) in notes {
            page.subsection(title)
            page.prose([paragraph])
        }
        return ManPage(file: "reaper.1", text: page.text)
    }

    /// The pages of file formats.
    static let formats: [(name: String, section: Int)] = [
        ("reaper-report", 5), ("reaper-rules", 5), ("reaper-services", 5),
        ("reaper-snapshot", 5),
    ]

    private static let description = [
        "reaper finds processes, ports and files that outlived whoever was responsible for them, "
            + "explains each with facts that can be checked, and stops or removes them without "
            + "touching anything else.",
        "A process is named by its number and start time, such as 4127@88213, in reports and on the "
            + "command line: the number alone may belong to another process by the time it is typed.",
        "A duration is a number with ms, s, m, h or d; a bare number is seconds. A glob knows * ? "
            + "[a-z] {a,b} and **; in paths only ** crosses slashes. Quote globs from the shell.",
    ]

    private static let files = [
        ("/etc/reaper/rules.d/*.json5", "Rules of this machine, added to those in the binary."),
        (
            "$XDG_CONFIG_HOME/reaper/rules.d/*.json5",
            "Rules of this user; a file of the same name replaces one of the machine or the binary."
        ),
        ("/etc/passwd, /etc/services", "Names of users and ports. Others go by number."),
    ]

    private static let environment = [
        ("REAPER_RULES", "More rule files and directories, separated by colons."),
        (
            "REAPER_KEEP",
            "No rule takes a process that was started with REAPER_KEEP=1 for an orphan, and reaper "
                + "stop --all keeps its instance; a selector or a name still stops it."
        ),
        (
            "REAPER_STATE_DIR",
            "The state directory of up and of those who talk to it; --state-dir beats it."
        ),
        (
            "REAPER_STOP_TIMEOUT",
            "The grace of reaper stop, as --timeout says it, at most 30s; --timeout beats it."
        ),
        (
            "REAPER_FORCE_STOP",
            "true makes reaper stop kill at once, as --force does; --timeout and --signal beat it."
        ),
        (
            "REAPER_CONFIRM_STOP",
            "true makes reaper stop ask even about one instance, as --interactive does; false makes "
                + "it never ask, as --yes does. Either flag beats it."
        ),
        (
            "GITHUB_STEP_SUMMARY",
            "The file that --format github, or --report github=FILE, adds a job summary to."
        ),
        ("NO_COLOR", "Any value but the empty one turns color off; --color beats it."),
        ("COLUMNS", "The width of tables on a terminal, instead of the terminal's own."),
        ("TERM", "\"dumb\" turns color off."),
    ]

    /// A summary as a sentence.
    static func sentence(_ summary: String) -> String {
        summary.prefix(1).uppercased() + summary.dropFirst() + "."
    }
}
