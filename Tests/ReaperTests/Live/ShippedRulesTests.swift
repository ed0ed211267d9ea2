import Foundation
import TestSupport
import Testing

/// What each of the five systems leaves behind, found by the rules inside the binary.
@Suite("shipped rules", .timeLimit(.minutes(60)))
struct ShippedRulesTests {
    /// Above the highest number that Linux hands out, 4194303 at most: nobody has it.
    private static let nobody = 4_194_304

    private let home: TemporaryDirectory

    init() throws { home = try TemporaryDirectory() }

    private var environment: [String: String] {
        ["HOME": home.path, "TMPDIR": home.path("tmp"), "XDG_RUNTIME_DIR": home.path("run")]
    }

    private func report(_ arguments: [String]) throws -> LiveReport {
        try Binary.reaper.run(arguments + ["--json"], environment: environment).report()
    }

    /// Old enough to be judged at once, younger than this boot.
    private func age(_ path: String) throws {
        let attributes: [FileAttributeKey: Any] = [
            .modificationDate: Date(timeIntervalSinceNow: -5)
        ]
        try FileManager.default.setAttributes(attributes, ofItemAtPath: path)
    }

    @Test(
        "a file that names nobody any more is stale, and clean removes it",
        arguments: [
            ("manta.node", ".manta/nodes/instances/prod-a3f2c891.json", #"{"pid": PID}"#),
            ("systemg.supervisor", ".local/share/systemg/sysg.pid", "PID\n"),
            ("systemg.supervisor", ".local/share/systemg/supervisor.pid", "PID\n"),
            ("wasmcloud.host", ".wash/downloads/wasmcloud.pid", #"{"version":"1","pid":PID}"#),
            ("wasmcloud.wadm", ".wash/downloads/wadm.pid", "PID"),
            ("wasmcloud.nats", ".wash/downloads/nats.pid", "PID"),
        ]
    )
    func stale(_ rule: String, _ path: String, _ contents: String) throws {
        let text = contents.replacingOccurrences(of: "PID", with: "\(Self.nobody - 1)")
        let file = try home.write(text, to: path)
        try age(file)
        let words = ["--stale-files", "--rule", rule]
        let finding = try report(["scan"] + words).findings.first { $0.file?.path == file }
        #expect(finding?.rule == rule)
        #expect(finding?.verdict == "confirmed")
        #expect(finding?.remedy.action == "remove")
        // systemg's rules also name files of the machine itself, which are not the tests' to remove.
        guard !rule.hasPrefix("systemg") else { return }
        let cleaned = try Binary.reaper.run(["clean", "--yes"] + words, environment: environment)
        #expect(cleaned.code == 0, "\(cleaned.text)\(cleaned.errorText)")
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test(
        "a file that names a running stranger is stale, and the stranger stays",
        arguments: [
            ("manta.node", ".manta/nodes/instances/prod-a3f2c891.json", #"{"pid": PID}"#),
            ("wasmcloud.wadm", ".wash/downloads/wadm.pid", "PID"),
        ]
    )
    func recycled(_ rule: String, _ path: String, _ contents: String) throws {
        let specimen = try Specimen("sleep")
        let pid = try specimen.root.pid
        let file = try home.write(
            contents.replacingOccurrences(of: "PID", with: "\(pid)"),
            to: path
        )
        try age(file)
        let words = ["--stale-files", "--rule", rule]
        let cleaned = try Binary.reaper.run(["clean", "--yes"] + words, environment: environment)
        #expect(cleaned.code == 0, "\(cleaned.text)\(cleaned.errorText)")
        #expect(!FileManager.default.fileExists(atPath: file))
        #expect(try specimen.finish().alive.contains("root"))
    }

    @Test("what runs from wasmCloud's cache without a host is an orphan, and is stopped")
    func wasmCloudProvider() throws {
        let cache = "tmp/wasmcloudcache/VAG3/1631292694/wasmcloud_httpserver_default"
        let specimen = try Specimen("sleep", "--orphan", "--exe", home.path(cache))
        try expectStopped(specimen, by: "wasmcloud.provider")
    }

    @Test("what wasmCloud's cache was wiped under is found all the same")
    func wipedProvider() throws {
        let cache = "tmp/wasmcloudcache/NBCB/ghcr_io_wasmcloud_http_server_0_23_1"
        let specimen = try Specimen("sleep", "--orphan", "--deleted", "--exe", home.path(cache))
        try expectStopped(specimen, by: "wasmcloud.provider")
    }

    @Test("a provider with a living host is nobody's orphan")
    func living() throws {
        let specimen = try Specimen(
            "sleep",
            "--owner",
            home.path("bin/wasmcloud_host"),
            "--exe",
            home.path("tmp/wasmcloudcache/VAG3/1/wasmcloud_httpserver_default")
        )
        let identity = try specimen.root.identity
        let words = ["scan", "--orphans", "--rule", "wasmcloud.*"]
        #expect(try !report(words).findings.contains { $0.process?.identity == identity })
        #expect(try specimen.finish().alive.contains("root"))
    }

    @Test("a dora node without its daemon is an orphan, and is stopped")
    func doraNode() throws {
        let specimen = try Specimen(
            "sleep",
            "--orphan",
            "--exe",
            home.path("bin/camera"),
            "--env",
            "DORA_NODE_CONFIG=dataflow_id: 0192f7d2-1111-2222-3333-444455556666"
        )
        try expectStopped(specimen, by: "dora.node")
    }

    @Test("the socket that zinit leaves behind is stale")
    func zinitSocket() throws {
        let path = home.path("hero/var/zinit.sock")
        try FileManager.default.createDirectory(
            atPath: home.path("hero/var"),
            withIntermediateDirectories: true
        )
        let specimen = try Specimen("socketfile", "--path", path, "--close")
        try age(path)
        let found = try report(["scan", "--stale-files", "--rule", "zinit.*"]).findings
        let finding = found.first { $0.file?.path == path }
        #expect(finding?.kind == "stale_socket")
        #expect(finding?.remedy.action == "remove")
        _ = try specimen.finish()
    }

    private func expectStopped(_ specimen: borrowing Specimen, by rule: String) throws {
        let root = try specimen.root
        let identity = root.identity
        let words = ["--orphans", "--rule", rule, "--user", "\(geteuid())"]
        let finding = try report(["scan"] + words).findings
            .first { $0.process?.identity == identity }
        #expect(finding?.rule == rule)
        // Under a service manager the verdict names the unit and is only probable.
        let include = finding?.verdict == "probable" ? ["--include-probable"] : []
        let only = ["--pid", identity] + include
        _ = try Binary.reaper.run(["clean", "--yes"] + words + only, environment: environment)
        #expect(root.hasEnded)
    }
}
