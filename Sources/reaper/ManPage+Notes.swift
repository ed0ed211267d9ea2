extension ManPage {
    /// Advice for operators, in short; docs/acceptance.md has all of it under the same headings.
    static let notes = [
        (
            "Ask first, kill last",
            "reaper stop and clean ask, wait for the grace, kill who is left, and exit 0 only when all "
                + "of it is proven gone. --force skips the grace: what a node or a database had not "
                + "written is lost. Give long tasks a longer grace (--timeout 60) rather than force. "
                + "Stop before you edit, rebuild, deploy or reboot, in a maintenance window where "
                + "users notice."
        ),
        (
            "After a crash",
            "reaper scan says what is left and why, reaper clean --dry-run what would be done. Run "
                + "reaper clean --yes from a timer or before the next start (ExecStartPre=), and "
                + "reaper scan --since FILE at the end of a job. To save names, or to choose by a "
                + "condition of your own, take reaper list --json; cron or a timer does the rest."
        ),
        (
            "What reaper leaves to others",
            "Containers are their engine's; stop them by their label. Logs, artifacts and databases "
                + "are yours and never touched. GPU memory and cameras are free when their process is; "
                + "if they are not, reaper explain /dev/video0 says who has them."
        ),
    ]
}
