import Foundation
import TestSupport
import Testing

/// What a JSON report says, as far as live tests look.
struct LiveReport: Decodable {
    struct Finding: Decodable {
        let kind: String
        let rule: String?
        let severity: String
        let summary: String
        let hint: String?
        let verdict: String
        let process: Process?
        let file: File?
        let port: String?
        let holders: [String]?
        let evidence: [Evidence]
        let remedy: Remedy
    }

    struct Process: Decodable {
        let identity: String
        let name: String?
        let command: [String]?
        let ports: [Port]?
    }

    struct Port: Decodable { let port: UInt16 }

    struct Ignored: Decodable {
        let id: String
        let by: String
    }

    struct File: Decodable { let path: String }

    struct Evidence: Decodable {
        let fact: String
        let source: String
        let value: String?
    }

    struct Remedy: Decodable {
        let action: String
        let command: String?
    }

    struct Unreadable: Decodable {
        let processes: Int
        let notes: [String]?
    }

    struct Plan: Decodable {
        struct Target: Decodable {
            let identity: String
            let note: String?
        }

        let waves: [[Target]]
        let remove: [File]
        let refused: [Refusal]
        let leftAlone: [Refusal]?
    }

    struct Refusal: Decodable {
        let identity: String?
        let path: String?
        let reason: String
    }

    struct Outcome: Decodable {
        struct Target: Decodable {
            let identity: String
            let result: String
            let signal: String?
            let reason: String?
        }

        struct Port: Decodable {
            let port: UInt16
            let state: String
            let holder: String?
        }

        let targets: [Target]
        let removed: [File]
        let kept: [Refusal]
        let ports: [Port]
        let proof: String
        let unproven: String?
        let interrupted: Bool
    }

    struct Instance: Decodable {
        let id: String
        let state: String
    }

    let complete: Bool
    let error: String?
    let unreadable: Unreadable
    let findings: [Finding]
    let ignored: [Ignored]?
    let plan: Plan?
    let outcome: Outcome?
    let instances: [Instance]?

    /// The finding about this process, if there is one.
    func finding(about probe: ProcessProbe) -> Finding? {
        findings.first { $0.process?.identity == probe.identity }
    }

    /// The finding about the file at `path`, if there is one.
    func finding(about path: String) -> Finding? { findings.first { $0.file?.path == path } }

    /// How this process ended.
    func target(_ probe: ProcessProbe) -> Outcome.Target? {
        outcome?.targets.first { $0.identity == probe.identity }
    }

    /// Why this process was refused, if it was.
    func refusal(of probe: ProcessProbe) -> String? {
        plan?.refused.first { $0.identity == probe.identity }?.reason
    }

    /// Every identity found, in the report's order.
    var found: [String] { findings.compactMap { $0.process?.identity } }

    /// Processes that are expected.
    var kept: [String] {
        ignored?.compactMap { $0.id.split(separator: ":").last.map(String.init) } ?? []
    }

    /// Every identity planned, in the report's order.
    var planned: [String] { plan?.waves.flatMap { $0 }.map(\.identity) ?? [] }
}

extension Completion {
    /// The report, which is held to the schema on the way.
    func report() throws -> LiveReport {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "schema/report.schema.json")
        let schema = try JSONSchema(Data(contentsOf: file))
        guard let violations = try? schema.violations(in: Data(output)) else {
            throw SupportError("no JSON: \(text.prefix(400)) \(errorText.prefix(400))")
        }
        #expect(violations == [])
        return try decoded(as: LiveReport.self)
    }
}

extension Completion {
    /// Whether all is gone that was asked for, or nothing was there, as far as can be said.
    ///
    /// An ordinary user cannot look at everybody's executables, nor at what others start meanwhile:
    /// where a pattern asks for that, reaper has to say so, and may only then. And a process of
    /// another test that lost its parent meanwhile may have come from the tree. Where such doubts
    /// are the only ones the status is 3.
    func isAllGone() throws -> Bool {
        if code == 0 { return true }
        let report = try report()
        let isHidden = !report.complete && !Machine.isRoot
        let isOtherwiseProven =
            report.outcome.map { outcome in
                outcome.kept.isEmpty
                    && outcome.unproven.map {
                        $0.contains("may have come from here")
                            || (isHidden && $0 == "who could not be read may match")
                            || (isHidden && $0.contains("may not be read, and may belong to it"))
                    } ?? true
            } ?? true
        return code == 3 && isOtherwiseProven && (isHidden || report.outcome?.proof == "none")
    }
}

extension ProcessProbe {
    /// `pid@start`, as reports write it.
    var identity: String { "\(pid)@\(startTime)" }
}

extension Binary {
    /// Scans with these selectors and no rules but `rules`.
    func scan(_ selectors: String..., rules: String? = nil) throws -> Completion {
        try run(["scan", "--json"] + selectors, rules: rules)
    }

    /// Cleans with these selectors and no rules but `rules`.
    func clean(_ selectors: String..., rules: String? = nil) throws -> Completion {
        try run(["clean", "--json"] + selectors, rules: rules)
    }
}
