/// Which findings make a command fail, `--fail-on`.
public enum FailureThreshold: String, Sendable, CaseIterable {
    /// Only errors.
    case error
    /// Errors and warnings.
    case warning
    /// Every finding.
    case info
    /// None: the status says only whether the view was complete.
    case never

    /// Whether a finding of this severity counts.
    public func counts(_ severity: Severity) -> Bool {
        switch self {
        case .error: severity >= .error
        case .warning: severity >= .warning
        case .info: true
        case .never: false
        }
    }
}

extension Report {
    /// What `scan`, or any command that only looks, returns for this report.
    ///
    /// - Parameters:
    ///   - threshold: which findings count.
    ///   - requiresMatch: whether finding nothing is a failure too, `--require-match`.
    /// - Returns: the worst of what applies.
    public func scanStatus(
        failingOn threshold: FailureThreshold = .warning,
        requiresMatch: Bool = false
    ) -> ExitStatus {
        var statuses: [ExitStatus] = isComplete ? [] : [.incomplete]
        if findings.contains(where: { threshold.counts($0.severity) }) {
            statuses.append(.leftOver)
        }
        if requiresMatch, findings.isEmpty { statuses.append(.leftOver) }
        return .worst(statuses)
    }

    /// What `clean`, or any command that acts, returns for this report.
    ///
    /// Without an outcome (`--dry-run`) it is the status of a scan, and 1 if anything would be done
    /// or refused: it is still left over. With one, every target, file and port that was asked for
    /// must be gone, and a finding that nobody acted on is left over as in a scan.
    ///
    /// - Parameters:
    ///   - threshold: which findings count that were not acted on.
    ///   - requiresMatch: whether having nothing to do is a failure too, `--require-match`.
    /// - Returns: the worst of what applies.
    public func cleanStatus(
        failingOn threshold: FailureThreshold = .warning,
        requiresMatch: Bool = false
    ) -> ExitStatus {
        let planIsEmpty = plan?.isEmpty ?? true
        guard let outcome else {
            let looked = scanStatus(failingOn: threshold, requiresMatch: requiresMatch)
            return .worst([looked, planIsEmpty ? .clean : .leftOver])
        }
        var statuses = outcome.statuses
        if !isComplete { statuses.append(.incomplete) }
        if let plan, !plan.refused.isEmpty { statuses.append(.leftOver) }
        if requiresMatch, findings.isEmpty, planIsEmpty { statuses.append(.leftOver) }
        let isSettled = outcome.settles
        if findings.contains(where: { threshold.counts($0.severity) && !isSettled($0) }) {
            statuses.append(.leftOver)
        }
        return .worst(statuses)
    }
}

extension ShutdownOutcome {
    fileprivate var statuses: [ExitStatus] {
        var statuses: [ExitStatus] = []
        let isAllGone = targets.allSatisfy(\.result.isGone)
        if !isAllGone || !kept.isEmpty || ports.contains(where: { !$0.isFree }) {
            statuses.append(.leftOver)
        }
        if deadlinePassed { statuses.append(.deadline) }
        if !portNotes.isEmpty { statuses.append(.incomplete) }
        // Files that were removed are their own proof; processes and ports need one.
        if proof == .none, !targets.isEmpty || !ports.isEmpty || unproven != nil {
            statuses.append(.incomplete)
        }
        return statuses
    }

    /// Tells whether what a finding is about is gone: all of its process and file that was acted on.
    var settles: (Finding) -> Bool {
        let gone = Set(targets.filter(\.result.isGone).map(\.identity))
        let files = Set(removed)
        return { finding in
            if let file = finding.file, files.contains(file) { return true }
            return finding.process.map(gone.contains) ?? false
        }
    }
}

extension TargetResult {
    /// Whether the target is not there any more.
    public var isGone: Bool {
        switch self {
        case .exited, .killed, .alreadyGone: true
        case .survived, .denied, .refused: false
        }
    }
}
