import Foundation
import ReaperKit
import TestSupport
import Testing

private let schemaFile = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "schema/report.schema.json")

private struct Rendering: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var report: Report
}

private let renderings = [
    Rendering(testDescription: "findings", report: SampleReport.report()),
    Rendering(testDescription: "nothing found", report: SampleReport.report([])),
    Rendering(testDescription: "incomplete", report: incomplete()),
    Rendering(testDescription: "a plan", report: SampleReport.report(plan: SampleReport.plan)),
    Rendering(
        testDescription: "an outcome",
        report: SampleReport.report(plan: SampleReport.plan, outcome: SampleReport.outcome)
    ),
    Rendering(testDescription: "an unknown machine", report: unknownMachine()),
]

private func incomplete() -> Report {
    var report = SampleReport.report([], isComplete: false)
    report.snapshot.unreadable.add(pid: 7, fact: "fd", reason: "Permission denied")
    report.snapshot.unreadable.notes = ["/proc hides other users' processes (hidepid=2)"]
    return report
}

private func unknownMachine() -> Report {
    var report = SampleReport.report()
    report.snapshot = Snapshot(host: HostFacts())
    return report
}

@Suite("JSON report")
struct JSONReportTests {
    @Test("every rendering keeps to the schema", arguments: renderings)
    private func schema(_ rendering: Rendering) throws {
        let schema = try JSONSchema(Data(contentsOf: schemaFile))
        let text = Data(JSONReport.render(rendering.report, style: ReportStyle()))
        #expect(try schema.violations(in: text) == [])
    }

    @Test(
        "an independent validator agrees",
        .enabled("python3 has no jsonschema module here") { hasPythonValidator() },
        arguments: renderings
    )
    private func independent(_ rendering: Rendering) throws {
        let text = Data(JSONReport.render(rendering.report, style: ReportStyle()))
        let file = FileManager.default.temporaryDirectory
            .appending(path: "report-\(UUID().uuidString).json")
        try text.write(to: file)
        defer { _ = try? FileManager.default.removeItem(at: file) }
        #expect(python(["-m", "jsonschema", "-i", file.path(), schemaFile.path()]) == 0)
    }

    @Test("facts that are not known are absent")
    func absent() throws {
        let json = try object(unknownMachine())
        #expect((json["host"] as? [String: Any])?.isEmpty == true)
        let findings = try #require(json["findings"] as? [[String: Any]])
        let process = try #require(findings[1]["process"] as? [String: Any])
        #expect(Set(process.keys) == ["identity", "pid", "start_ticks"])
    }

    @Test("a process is the one of the finding, not the one that has its number now")
    func recycled() throws {
        var report = SampleReport.report()
        let later = ProcessIdentity(pid: 4127, startTime: 99_999)
        report.snapshot.processes[0] = ProcessRecord(identity: later, name: "other", parent: 1)
        let findings = try #require(try object(report)["findings"] as? [[String: Any]])
        let process = try #require(findings[1]["process"] as? [String: Any])
        #expect(process["name"] == nil)
        #expect(process["identity"] as? String == "4127@88213")
    }

    @Test("a process carries its facts, decoded and masked")
    func process() throws {
        let report = try object(SampleReport.report())
        let findings = try #require(report["findings"] as? [[String: Any]])
        let process = try #require(findings[1]["process"] as? [String: Any])
        #expect(process["command"] as? [String] == ["http", "--token", "***", "--port", "8080"])
        #expect(process["cwd"] as? String == "/\u{fffd}\n")
        #expect(process["cwd_b64"] as? String == "L/8K")
        #expect(process["tty"] as? String == "pts/3")
        #expect(process["cgroup"] as? String == "/user.slice/x:y")
        #expect(process["started_at"] as? String == "2026-11-21T03:39:38Z")
        let ports = try #require(process["ports"] as? [[String: Any]])
        #expect(ports.map { $0["port"] as? Int } == [8080])
        #expect(ports[0]["address"] as? String == "0.0.0.0")
        let zombie = try #require(findings[2]["process"] as? [String: Any])
        #expect(zombie["uid"] == nil)
        #expect(zombie["ports"] == nil)
    }

    @Test("secrets are shown only when asked for")
    func secrets() {
        func text(showsSecrets: Bool) -> String {
            var style = ReportStyle()
            style.showsSecrets = showsSecrets
            let bytes = JSONReport.render(SampleReport.report(), style: style)
            return String(decoding: bytes, as: UTF8.self)
        }
        #expect(!text(showsSecrets: false).contains("hunter2"))
        #expect(text(showsSecrets: true).contains("hunter2"))
    }

    @Test("a stream has one line per finding, each with the host")
    func lines() throws {
        let text = JSONReport.renderLines(SampleReport.report(), style: ReportStyle())
        let lines = text.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 3)
        let whole = try object(SampleReport.report())
        let findings = try #require(whole["findings"] as? [NSDictionary])
        for (line, finding) in zip(lines, findings) {
            let json = try JSONSerialization.jsonObject(with: Data(line))
            var object = try #require(json as? [String: Any])
            #expect(object.removeValue(forKey: "schema") as? String == "reaper.finding/1")
            for key in ["command", "version", "host", "started_at", "complete"] {
                let repeated = object.removeValue(forKey: key) as? NSObject
                #expect(repeated?.isEqual(whole[key]) == true)
            }
            #expect(finding.isEqual(to: object))
        }
    }

    private func object(_ report: Report) throws -> [String: Any] {
        let text = Data(JSONReport.render(report, style: ReportStyle()))
        return try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
    }
}

private func hasPythonValidator() -> Bool { python(["-c", "import jsonschema"]) == 0 }

private func python(_ arguments: [String]) -> Int32? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return nil }
    process.waitUntilExit()
    return process.terminationStatus
}
