import ReaperKit

extension ScanSession {
    /// A remedy works as told only with the same rules: they say how to stop, and whom not.
    private static func naming(_ flags: String, in findings: [Finding]) -> [Finding] {
        guard !flags.isEmpty else { return findings }
        return findings.map { finding in
            var finding = finding
            finding.remedy.command = finding.remedy.command?.naming(flags)
            return finding
        }
    }

    /// A report of what was found.
    func report(_ command: String, _ result: ScanResult) -> Report {
        var snapshot = result.snapshot
        // Only who was found, or is in a plan, is shown with a user, or whom to ask for instead.
        if !result.findings.isEmpty || command != "scan" || !snapshot.unreadable.isEmpty {
            snapshot.host.userNames = UserNames.read().names
        }
        var report = Report(
            command: command,
            startedAt: startedAt,
            duration: Clock.monotonic() - began,
            snapshot: snapshot,
            findings: snapshot.advising(ScanSession.naming(ruleFlags, in: result.findings)),
            isComplete: snapshot.unreadable.isEmpty
        )
        report.isOfFiles = request.compares(.leakedFile)
        report.ignored = result.ignored
        report.filesLookedAt = filesLookedAt
        report.checks = request.checks
        // Alone, --user would select every process of a user, and not what the rules find of his.
        report.isOfAllUsers =
            request.instances == nil && request.selection.process.users.isEmpty
            && !request.selection.isEmpty
        return report
    }
}
