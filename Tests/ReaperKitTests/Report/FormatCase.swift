import ReaperKit
import Testing

/// A report that every format must be able to write.
struct FormatCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var report: Report

    static let all: [FormatCase] = [
        FormatCase(testDescription: "findings", report: SampleReport.report()),
        FormatCase(testDescription: "nothing found", report: empty),
        FormatCase(testDescription: "incomplete", report: incomplete),
        FormatCase(
            testDescription: "a plan",
            report: SampleReport.report(plan: SampleReport.plan)
        ),
        FormatCase(testDescription: "an outcome", report: acted),
        FormatCase(testDescription: "an unknown machine", report: unknownMachine),
        FormatCase(testDescription: "nothing was done", report: refused),
        FormatCase(testDescription: "hostile names", report: hostile),
        FormatCase(testDescription: "a comparison", report: comparison),
    ]

    /// Rules and detectors that looked.
    static let checks: [ReportCheck] = [
        .rule("manta.node", title: "Node"), .rule("wasmcloud.provider", title: "Provider <1>"),
        .rule("dora.node", title: "Nobody"), .kind(.zombie), .kind(.deletedExecutable),
    ]

    static var empty: Report {
        var report = SampleReport.report([])
        report.checks = checks
        return report
    }

    static var incomplete: Report {
        var report = SampleReport.report([], isComplete: false)
        report.checks = checks
        report.snapshot.unreadable.add(pid: 7, fact: "fd", reason: "Permission denied")
        report.snapshot.unreadable.notes = ["/proc hides other users' processes (hidepid=2)"]
        return report
    }

    /// What came since a snapshot, and what was expected of it.
    static var comparison: Report {
        func finding(_ kind: FindingKind, _ summary: String) -> Finding {
            Finding(
                kind: kind,
                severity: .warning,
                verdict: .confirmed,
                summary: summary,
                evidence: [Evidence("it is not in the snapshot", source: "--since")],
                remedy: Remedy(.none, command: "reaper explain :80/tcp")
            )
        }
        var port = finding(.leakedPort, "port 80/tcp on every address was not held before")
        port.port = "80/tcp"
        port.holders = [SampleReport.orphan]
        var file = finding(.leakedFile, "/run/<a>.pid: was not there before")
        file.file = "/run/<a>.pid"
        var process = finding(.leakedProcess, "was not there before")
        process.process = SampleReport.orphan
        var report = SampleReport.report([port, file])
        report.checks = [.kind(.leakedProcess), .kind(.leakedPort), .kind(.leakedFile)]
        report.ignored = [
            IgnoredFinding(process, by: "name=<x>|`\u{1b}[2J"),
            IgnoredFinding(port, by: "port=80"), IgnoredFinding(file, by: "live.*"),
        ]
        return report
    }

    static var acted: Report {
        var report = SampleReport.report(plan: SampleReport.plan, outcome: SampleReport.outcome)
        report.checks = checks
        return report
    }

    private static var unknownMachine: Report {
        var report = SampleReport.report()
        report.snapshot = Snapshot(host: HostFacts())
        return report
    }

    private static var refused: Report {
        var report = SampleReport.report([])
        report.error = "'prod' fits several instances"
        return report
    }

    // MARK: - Hostile names

    /// What names may hold that one of the formats, or its readers, takes for its own.
    static let nasty: [ByteString] = [
        "]]><script>alert(1)</script>", "-->&lt;![CDATA[", "x\n::error::forged",
        "a\r\n%0A::error::",
        "##[error]forged", "::set-output name=a::b", "\"quoted\" 'so' \\", "\"\u{301}accent\\N",
        "| a | b |", "```\n# heading", "[link](javascript:x) <img src=x> www.example.org",
        "https://example.org/ @octocat :bomb: $x$", "\u{1b}[2J\u{7}\t\u{202e}evil",
        "\u{fffe}\u{feff}",
        "\u{2028}line\u{85}", "} -> x; digraph {", "日本語 🦀",
        ByteString([0xff, 0xc0, 0x80, 0x00, 0x41]),
    ]

    /// All of them as name, argument, path, fact, rule, host and reason.
    static var hostile: Report {
        var report = SampleReport.report([])
        let all = ByteString(nasty.map(\.bytes).joined(separator: [0x20]))
        report.snapshot.host.name = all.text
        report.snapshot.processes = nasty.enumerated().map { index, name in
            var process = ProcessRecord(identity: identity(index), name: name, parent: 1)
            process.arguments = .value([name, "--password", "hunter2"])
            return process
        }
        for (index, name) in nasty.enumerated() {
            let evidence = [Evidence("a fact: \(name.text)", source: name.text, value: name)]
            var finding = Finding(
                kind: .orphan,
                process: identity(index),
                rule: "hostile.\(name.text)",
                severity: .error,
                verdict: .confirmed,
                summary: name.text,
                evidence: evidence,
                remedy: Remedy(.stop, command: "reaper clean --name '\(name.text)'")
            )
            report.findings.append(finding)
            finding.kind = .staleSocket
            finding.process = nil
            finding.file = ByteString(Array("/run/".utf8) + name.bytes)
            finding.severity = .warning
            report.findings.append(finding)
        }
        var plan = SampleReport.plan
        plan.refused = nasty.map { Refusal(path: $0, reason: $0.text) }
        plan.waves = [
            nasty.enumerated().map { index, name in
                ShutdownTarget(identity: identity(index), reason: name.text, name: name)
            }
        ]
        report.plan = plan
        report.isComplete = false
        report.snapshot.unreadable.notes = nasty.map(\.text)
        return report
    }

    private static func identity(_ index: Int) -> ProcessIdentity {
        ProcessIdentity(pid: Int32(100 + index), startTime: 5000)
    }

    // MARK: - Many

    /// As many findings as a bad day brings, each with a process.
    static func many(_ count: Int = 5000) -> Report {
        var report = SampleReport.report([])
        report.checks = checks
        let identities = (0..<count).map {
            ProcessIdentity(pid: Int32($0 + 2), startTime: 1000 + UInt64($0))
        }
        report.snapshot.processes =
            [
                ProcessRecord(
                    identity: ProcessIdentity(pid: 1, startTime: 1),
                    name: "init",
                    parent: 0
                )
            ]
            + identities.map { identity in
                var process = ProcessRecord(identity: identity, name: "node", parent: 1)
                process.arguments = .value(["node", "--id", ByteString("\(identity)")])
                return process
            }
        report.findings = identities.map { identity in
            Finding(
                kind: .orphan,
                process: identity,
                rule: "dora.node",
                severity: .error,
                verdict: .confirmed,
                summary: "outlived its daemon",
                evidence: [Evidence("a tag", source: "/proc/\(identity.pid)/environ")],
                remedy: Remedy(.stop, command: "reaper clean --pid \(identity)")
            )
        }
        return report
    }
}

extension FormatCase {
    /// The same, all of them stopped.
    static func manyStopped() -> Report {
        var report = many()
        var plan = ShutdownPlan()
        var outcome = ShutdownOutcome()
        let identities = report.findings.compactMap(\.process)
        plan.waves = [identities.map { ShutdownTarget(identity: $0, reason: "", name: "node") }]
        outcome.targets = identities.map {
            TargetOutcome(identity: $0, name: "node", result: .exited)
        }
        outcome.proof = .tree
        report.plan = plan
        report.outcome = outcome
        return report
    }
}

extension [UInt8] {
    /// As text; what is not UTF-8 would be a failure of every format.
    func utf8Text() throws -> String { try #require(String(validating: self, as: UTF8.self)) }
}
