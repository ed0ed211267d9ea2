import Foundation
import TestSupport
import Testing

/// What every one of the five systems' files has in common, by the rules inside the binary.
@Suite("shipped rules", .timeLimit(.minutes(60)))
struct ShippedRulesTests {
    private let home: RuleHome

    init() throws { home = try RuleHome() }

    @Test(
        "a file that names nobody any more is stale, and clean removes it",
        arguments: [
            ("manta.node", ".manta/nodes/instances/prod-a3f2c891.json", #"{"pid": PID}"#),
            (
                "manta.supervisor", ".manta/nodes/instances/p.supervisor.json",
                #"{"supervisor_pid":PID}"#
            ),
            ("wasmcloud.host", ".wash/downloads/wasmcloud.pid", #"{"version":"1","pid":PID}"#),
            ("wasmcloud.wadm", ".wash/downloads/wadm.pid", "PID"),
            ("wasmcloud.wadm", ".wash/wadm.pid", "PID"),
            ("wasmcloud.nats", ".local/share/wash/downloads/nats.pid", "PID"),
        ]
    )
    func stale(_ rule: String, _ path: String, _ contents: String) throws {
        let text = contents.replacingOccurrences(of: "PID", with: "\(RuleHome.nobody)")
        let file = try home.write(text, to: path)
        let finding = try home.scan("--stale-files", "--rule", rule).finding(about: file)
        #expect(finding?.rule == rule)
        #expect(finding?.verdict == "confirmed")
        #expect(finding?.remedy.action == "remove")
        let cleaned = try home.clean("--stale-files", "--rule", rule)
        #expect(cleaned.code == 0, "\(cleaned.text)\(cleaned.errorText)")
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test(
        "a file that names a running stranger is stale, and the stranger stays",
        arguments: [
            ("manta.node", ".manta/nodes/instances/prod-a3f2c891.json", #"{"pid": PID}"#),
            ("wasmcloud.wadm", ".wash/downloads/wadm.pid", "PID"),
            ("wasmcloud.host", ".wash/downloads/wasmcloud.pid", #"{"version":"1","pid":PID}"#),
        ]
    )
    func recycled(_ rule: String, _ path: String, _ contents: String) throws {
        let specimen = try Specimen("sleep")
        let text = contents.replacingOccurrences(of: "PID", with: "\(try specimen.root.pid)")
        let file = try home.write(text, to: path)
        let cleaned = try home.clean("--stale-files", "--rule", rule)
        #expect(cleaned.code == 0, "\(cleaned.text)\(cleaned.errorText)")
        #expect(!FileManager.default.fileExists(atPath: file))
        #expect(try specimen.finish().signals.isEmpty)
    }
}
