import Foundation
import ReaperKit
import TestSupport
import Testing

@Suite("instances in reports")
struct JSONInstancesTests {
    private static func schema(_ name: String) throws -> JSONSchema {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "schema/\(name).schema.json")
        return try JSONSchema(Data(contentsOf: file))
    }

    private static var report: InstanceReport {
        var one = Instance(
            rule: "manta.node",
            id: "prod\u{1b}[2J",
            state: .running,
            reason: "process 4127 runs"
        )
        one.alias = "prod"
        one.pid = 4127
        one.process = SampleReport.orphan
        one.file = ByteString([0x2f, 0xff])
        one.isProven = true
        one.evidence = [Evidence("it runs", source: "/proc/4127/stat", value: "S")]
        var many = Instance(rule: "dora.node", id: "0192", state: .running, reason: "")
        many.members = [
            InstanceMember(
                identity: SampleReport.orphan,
                node: "camera",
                name: "py\u{7}",
                rule: "dora.node"
            ),
            InstanceMember(identity: SampleReport.worker, name: "x", rule: "dora.operator"),
        ]
        var stale = Instance(rule: "zinit.socket", id: "zinit", state: .stale, reason: "unbound")
        stale.file = "/run/zinit.sock"
        return InstanceReport(snapshot: SampleReport.snapshot, instances: [one, many, stale])
    }

    private static func incomplete() -> InstanceReport {
        var report = report
        report.snapshot.unreadable.add(pid: 7, fact: "environ", reason: "permission denied")
        return report
    }

    @Test("every rendering keeps to the schema", arguments: [false, true])
    func schema(isIncomplete: Bool) throws {
        let report = isIncomplete ? Self.incomplete() : Self.report
        let text = Data(JSONInstances.render(report, style: ReportStyle()))
        #expect(try Self.schema("instances").violations(in: text) == [])
        let json = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
        #expect(json["schema"] as? String == "reaper.instances/1")
        #expect(json["complete"] as? Bool == !isIncomplete)
        let instances = try #require(json["instances"] as? [[String: Any]])
        #expect(instances[0]["identity"] as? String == "4127@88213")
        #expect(instances[0]["system"] as? String == "manta")
        #expect(instances[0]["user"] as? String == "alice")
        #expect((instances[0]["ports"] as? [[String: Any]])?.map { $0["port"] as? Int } == [8080])
        #expect(instances[1]["identity"] == nil)
        #expect((instances[1]["processes"] as? [[String: Any]])?.count == 2)
        #expect(Set(instances[2].keys) == ["system", "rule", "id", "state", "reason", "file"])
    }

    @Test("a report of stop carries them, and keeps to its schema")
    func report() throws {
        var report = SampleReport.report(plan: SampleReport.plan, outcome: SampleReport.outcome)
        report.instances = Self.report.instances
        let text = Data(JSONReport.render(report, style: ReportStyle()))
        #expect(try Self.schema("report").violations(in: text) == [])
        let json = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
        #expect((json["instances"] as? [Any])?.count == 3)
    }

    @Test("both schemas describe an instance alike")
    func alike() throws {
        func definition(_ name: String) throws -> [String: Any] {
            let file = URL(filePath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().appending(path: "schema/\(name).schema.json")
            let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
            return try #require((json as? [String: Any])?["$defs"] as? [String: Any])
        }
        let report = try definition("report")
        for (name, value) in try definition("instances") {
            #expect((value as? NSDictionary) == (report[name] as? NSDictionary), "\(name)")
        }
    }

    @Test("who stands still, and who is left of what is gone, is told in both")
    func standstill() throws {
        var report = Self.report
        report.instances[0].standstills = [SampleReport.orphan: .frozen]
        report.instances[1].standstills = [SampleReport.worker: .stopped]
        report.instances[2].remnants = [SampleReport.worker]
        let text = Data(JSONInstances.render(report, style: ReportStyle()))
        #expect(try Self.schema("instances").violations(in: text) == [])
        let json = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
        let instances = try #require(json["instances"] as? [[String: Any]])
        #expect(instances.map { $0["state"] as? String } == ["running", "running", "stale"])
        #expect(instances.map { $0["process_state"] as? String } == ["frozen", nil, nil])
        let nodes = try #require(instances[1]["processes"] as? [[String: Any]])
        #expect(nodes.map { $0["process_state"] as? String } == [nil, "stopped"])
        #expect(instances[2]["remaining"] as? [String] == ["\(SampleReport.worker)"])
        let table = String(
            decoding: InstanceTable.render(report, style: ReportStyle()),
            as: UTF8.self
        )
        let lines = table.split(separator: "\n")
        #expect(lines[1].contains("  running (frozen)  "), "\(table)")
        #expect(lines[2].contains("  running (1 of 2 stopped)  "))
        #expect(lines[3].contains("  stale (1 of it runs)  "))
    }

    @Test("a name of thousands of bytes pushes nothing out of sight; JSON has it whole")
    func longName() throws {
        var report = Self.report
        report.instances[0].id = String(repeating: "x", count: 5000)
        report.instances[0].alias = String(repeating: "y", count: 5000)
        let table = String(
            decoding: InstanceTable.render(report, style: ReportStyle()),
            as: UTF8.self
        )
        let lines = table.split(separator: "\n")
        #expect(lines.allSatisfy { $0.count < 300 }, "\(table)")
        let names = [String(repeating: "x", count: 63), String(repeating: "y", count: 63)]
        #expect(lines[1].contains("\(names[0])…  \(names[1])…  4127@88213"))
        let text = String(
            decoding: JSONInstances.render(report, style: ReportStyle()),
            as: UTF8.self
        )
        #expect(text.contains(report.instances[0].id))
    }

    @Test("lines are one instance each")
    func lines() throws {
        let text = JSONInstances.renderLines(Self.report, style: ReportStyle())
        let lines = text.split(separator: 0x0A)
        #expect(lines.count == 3)
        for line in lines {
            let json = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
            #expect(json?["schema"] as? String == "reaper.instance/1")
            #expect(json?["host"] as? String == "build-7")
        }
    }

    @Test("the table has a row each, escaped; -v says why, and who the nodes are")
    func table() {
        func text(_ change: (inout ReportStyle) -> Void) -> String {
            var style = ReportStyle()
            change(&style)
            return String(
                decoding: InstanceTable.render(Self.incomplete(), style: style),
                as: UTF8.self
            )
        }
        let plain = text { _ in }
        let lines = plain.split(separator: "\n")
        #expect(
            lines[0].split(separator: " ").joined(separator: " ")
                == "SYSTEM ID ALIAS PID@START STATE UPTIME PORTS FILE"
        )
        #expect(lines[1].contains("prod\\x1b[2J") && lines[1].contains("4127@88213"))
        #expect(lines[1].contains("8080/tcp"))
        #expect(lines[2].contains("2 processes"))
        #expect(lines[3].hasSuffix("/run/zinit.sock") && lines[3].contains("stale"))
        #expect(plain.contains("cannot be claimed") && !plain.contains("camera"))
        #expect(!plain.contains("\u{1b}") && !plain.contains("\u{7}"))
        let verbose = text { $0.isVerbose = true }
        #expect(verbose.contains("camera: py\\x07 (4127@88213)"))
        #expect(verbose.contains("zinit zinit (stale): unbound"))
        #expect(verbose.contains("it runs (/proc/4127/stat: S)"))
        #expect(!text { $0.isQuiet = true }.contains("claimed"))
    }
}
