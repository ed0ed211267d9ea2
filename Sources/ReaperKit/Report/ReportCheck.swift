/// A question that a scan asked of everything it saw: a rule, or what a detector knows by itself.
///
/// "Nothing found" means something only where it is said who looked.
public enum ReportCheck: Sendable, Hashable {
    /// The rule of this id and title.
    case rule(String, title: String)
    /// A detector's own judgment.
    case kind(FindingKind)

    /// What it is called wherever results of several runs are compared.
    public var name: String {
        switch self {
        case .rule(let id, _): id
        case .kind(let kind): kind.rawValue
        }
    }

    /// Whether this is what a finding comes from.
    public func isSource(of finding: Finding) -> Bool {
        switch self {
        case .rule(let id, _): finding.rule == id
        case .kind(let kind): finding.rule == nil && finding.kind == kind
        }
    }
}

extension ScanRequest {
    /// Who looks: the rules in their order, then the detectors.
    ///
    /// What rules find goes under their names, so the kinds that only rules find are left out.
    public var checks: [ReportCheck] {
        guard instances == nil else {
            return rules.filter { !$0.protect && $0.instance != nil }
                .map { .rule($0.id, title: $0.title) }
        }
        if isComparison {
            let process = selection.ports == nil ? FindingKind.leakedProcess : .portHolder
            let leaks: [(FindingKind, FindingKind)] = [
                (.leakedProcess, process), (.leakedPort, .leakedPort), (.leakedFile, .leakedFile),
            ]
            return leaks.filter { compares($0.0) }.map { .kind($0.1) }
        }
        guard isJudged else {
            return [.kind(selection.ports == nil ? .leakedProcess : .portHolder)]
        }
        let wantsFiles = wants(.staleInstance) || wants(.staleSocket)
        var checks: [ReportCheck] = rules.filter { rule in
            guard !rule.protect else { return false }
            return (wants(.orphan) && rule.findsOrphans) || (wantsFiles && rule.instance != nil)
        }.map { .rule($0.id, title: $0.title) }
        let own: [FindingKind] = [.zombie, .deletedExecutable]
        checks += own.filter(wants).map { .kind($0) }
        if selection.ports != nil, selection.kinds.contains(.portHolder) {
            checks.append(.kind(.portHolder))
        }
        return checks
    }
}

extension Report {
    /// Every check with what it found, in order; a finding of none of them makes one of its own.
    var checkedFindings: [(check: ReportCheck, findings: [Finding])] {
        var order = checks
        var found: [String: [Finding]] = [:]
        var known = Set(checks.map(\.name))
        for finding in findings {
            let name = finding.rule ?? finding.kind.rawValue
            found[name, default: []].append(finding)
            guard known.insert(name).inserted else { continue }
            order.append(finding.rule.map { .rule($0, title: "") } ?? .kind(finding.kind))
        }
        return order.map { ($0, found[$0.name] ?? []) }
    }

    /// What makes a check fail: what is still there, and of a command that was run, whatever it left.
    var failingFindings: [Finding] { isOfRun ? findings : remainingFindings }

    /// Whether what was found is wrong even if it is over: a command has leaked it.
    var isOfRun: Bool { command == "run" }

    /// What is still there: everything, or after an action what nobody has put an end to.
    var remainingFindings: [Finding] {
        guard let isSettled = outcome?.settles else { return findings }
        return findings.filter { !isSettled($0) }
    }
}
