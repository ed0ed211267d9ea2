extension Subcommand {
    /// The row of `report`.
    static let report = Subcommand(
        name: .report,
        synopsis: "FILE... [OPTION...]",
        summary: "show JSON reports of several hosts as one",
        details: [
            "FILE is what scan, clean, stop or run wrote with --json, or with --format ndjson; also "
                + "several of these one after another, and what report itself wrote as JSON. A "
                + "directory stands for every .json and .ndjson file in it, - for standard input.",
            "The status is the worst that the reports tell of: 1 where something is left over or a "
                + "command leaked, 3 where a view was incomplete, 124 where a deadline passed, 2 "
                + "where nothing was done. A file that cannot be read, or is no such report, is named "
                + "as FILE:LINE:COLUMN; the others are shown all the same, and the status is 2.",
            "Two reports of one host are both shown, and both count: only the very same report, "
                + "read twice, counts once. In openmetrics the one that began later stands for its "
                + "host and command.",
            "A report can come from a host that somebody else has taken over, and says of itself "
                + "what it likes. Its texts are escaped, secrets masked, and the commands that it "
                + "advises are not shown; the name of the file says where it came from.",
        ],
        operands: "FILE",
        examples: [
            Example(command: "reaper report reports/*.json", meaning: "one table of all hosts"),
            Example(
                command: "clush -a --outdir=reports reaper scan --json; reaper report reports/*",
                meaning: "collect them with ClusterShell first"
            ),
            Example(
                command: "reaper report reports --report junit=all.xml --fail-on error",
                meaning: "a whole directory, for CI"
            ),
        ],
        run: ReportCommand.run
    )
}
