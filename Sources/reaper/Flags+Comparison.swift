import ReaperKit

extension Flag {
    /// What `--since` compares with, and how.
    static let comparison: [Flag] = [
        Flag(
            long: "since",
            topic: .selectors,
            summary: "only what is not in this snapshot",
            details: """
                FILE is what 'reaper snapshot -o FILE' wrote. One of another boot, pid namespace or \
                network namespace is refused; and, for root, one that another user owns or can \
                write to: 'chown root FILE', or run reaper as that user. Without --rule or --kind of \
                something else: new processes; ports that are held since by somebody who was there \
                before, or who cannot be seen; and instance files that are new, stale or not, as \
                warnings at least, whatever the severity of their rule. clean removes the stale ones, \
                and says why it leaves others. A new port or file of a new process is shown with \
                that process. With --rule: what such a \
                rule finds, and its new files. Reaper itself, its ancestors and whoever reads what \
                it writes do not count. Other selectors narrow it: of a port to its holder, and no \
                file but by --user.
                """,
            argument: .value("FILE") { (options, text, _) throws(ValueError) in
                options.baselineFile = text
            }
        ),
        Flag(
            long: "ignore",
            topic: .selectors,
            commands: [.scan, .clean, .run],
            summary: "what is expected, by rule or name=GLOB and the like; scan: with --since",
            details: """
                The id of a rule or a glob on ids, such as 'builddaemons.*': whatever it is about. Or one \
                selector: \(IgnoredSelector.list), each with the value of the flag of that name. \
                A port's number excuses the port, and the process that holds it but for its other \
                ports. file=GLOB is a file's path. What is ignored is counted, listed with -v, and \
                not stopped with the tree of something that is.
                """,
            argument: .value("RULE|SELECTOR") { (options, text, context) throws(ValueError) in
                options.selection.exemptions.append(try Exemption(parsing: text, in: context))
            }
        ),
    ]
}
