import ReaperKit

extension Flag {
    /// How the report is written, and what makes the command fail.
    static let outputs: [Flag] = [
        Flag(
            long: "format",
            topic: .output,
            commands: [.scan, .clean, .explain, .list, .stop, .rules, .run, .report],
            summary:
                "as table, json or ndjson, findings also as tree, junit, github, openmetrics, html, "
                + "dot [table]",
            details: "ndjson has one finding, or instance, per line, each with the host's fields. "
                + "scan, clean, stop and run also write tree (who started whom, with the findings "
                + "in place, ports, ages, and in which order a plan stops them), junit (a test case per rule and detector that "
                + "looked, XML for Jenkins or GitLab), github (annotations of GitHub Actions, and a "
                + "job summary where GITHUB_STEP_SUMMARY names its file), openmetrics (for "
                + "Prometheus or node_exporter's textfile collector), html (one page that loads "
                + "nothing, with evidence, tree, plan and timeline) and dot (for Graphviz). report "
                + "writes all of them but tree and dot.",
            argument: .value("FORMAT") { (options, text, _) throws(ValueError) in
                options.output.format = try choice(text, "a format")
            }
        ),
        Flag(
            long: "json",
            topic: .output,
            commands: [
                .scan, .clean, .explain, .list, .stop, .rules, .run, .report, .status,
            ],
            summary: "short for --format json",
            argument: .none { $0.output.format = .json }
        ),
        Flag(
            long: "output",
            short: "o",
            topic: .output,
            commands: [
                .scan, .clean, .explain, .list, .stop, .snapshot, .rules, .run, .report,
            ],
            summary: "write to FILE, which is replaced only when all is written",
            argument: .value("FILE") { (options, text, _) throws(ValueError) in
                options.output.file = text == "-" ? nil : text
            }
        ),
        Flag(
            long: "report",
            topic: .output,
            commands: [.scan, .clean, .stop, .run, .report],
            summary: "write to FILE in FORMAT, too; may be repeated",
            details: "Beside what --format and --output say. All files are opened before anything "
                + "is done, and each is replaced only when all of it is written; - is stdout.",
            argument: .value("FORMAT=FILE") { (options, text, _) throws(ValueError) in
                options.output.reports.append(try ReportDestination(parsing: text))
            }
        ),
        Flag(
            long: "quiet",
            short: "q",
            topic: .output,
            commands: [
                .scan, .clean, .explain, .list, .stop, .wait, .rules, .run, .snapshot, .report,
            ],
            summary: "only the findings, without headlines and advice",
            argument: .none {
                $0.output.isQuiet = true
                $0.output.isVerbose = false
            }
        ),
        Flag(
            long: "verbose",
            short: "v",
            topic: .output,
            commands: [.scan, .clean, .explain, .list, .stop, .wait, .rules, .run, .report],
            summary: "every fact behind every finding, and where it was read",
            argument: .none {
                $0.output.isVerbose = true
                $0.output.isQuiet = false
            }
        ),
        Flag(
            long: "color",
            aliases: ["colour"],
            topic: .output,
            commands: [.scan, .clean, .explain, .list, .stop, .rules, .run, .report],
            summary: "when to use color: auto, always or never [auto]",
            argument: .value("WHEN") { (options, text, _) throws(ValueError) in
                options.output.color = try choice(text, "a time for color")
            }
        ),
        Flag(
            long: "show-secrets",
            topic: .output,
            commands: [.scan, .clean, .explain, .list, .stop, .rules, .run],
            summary: "do not mask passwords and tokens in command lines",
            argument: .none { $0.output.showsSecrets = true }
        ),
        Flag(
            long: "fail-on",
            topic: .output,
            commands: [.scan, .clean, .report],
            summary: "findings that make it exit 1: error, warning, info or never [warning]",
            details: "Each includes those before it. An incomplete view exits 3 all the same.",
            argument: .value("SEVERITY") { (options, text, _) throws(ValueError) in
                options.output.failureThreshold = try choice(text, "a severity")
            }
        ),
        Flag(
            long: "require-match",
            topic: .output,
            commands: [.scan, .clean, .list, .rules],
            summary: "exit 1 if nothing was found",
            argument: .none { $0.output.requiresMatch = true }
        ),
    ]

    /// What is read.
    static let sources: [Flag] = [
        Flag(
            long: "rules",
            topic: .sources,
            commands: [.scan, .clean, .explain, .list, .stop, .wait, .snapshot, .rules, .run],
            summary: "rule file, or directory of rule files; may be repeated",
            argument: .value("PATH") { (options, text, _) throws(ValueError) in
                options.rules.paths.append(text)
            }
        ),
        Flag(
            long: "no-default-rules",
            topic: .sources,
            commands: [.scan, .clean, .explain, .list, .stop, .wait, .snapshot, .rules, .run],
            summary: "only the rules named by --rules and REAPER_RULES",
            argument: .none { $0.rules.usesDefaults = false }
        ),
        Flag(
            long: "proc",
            topic: .sources,
            commands: [.scan, .clean, .list, .snapshot],
            summary: "read another procfs, such as a host's mounted in a container",
            details: "clean refuses it unless it shows reaper's own pid namespace.",
            argument: .value("DIR") { (options, text, _) throws(ValueError) in
                options.procDirectory = text
            }
        ),
    ]
}
