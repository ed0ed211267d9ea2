import Foundation
import TestSupport
import Testing

/// What a wasmCloud host leaves behind; T numbers are those of the shutdown tests it follows.
@Suite("wasmCloud", .timeLimit(.minutes(60)))
struct WasmCloudTests {
    private let home: RuleHome
    private let provider: String

    init() throws {
        home = try RuleHome()
        provider = home.path("tmp/wasmcloudcache/VAG3/1631292694/wasmcloud_httpserver_default")
    }

    @Test("a provider without its host is stopped, in both shapes of the cache")
    func shapes() throws {
        try home.expectStopped(
            Specimen("sleep", "--orphan", "--exe", provider),
            by: "wasmcloud.provider"
        )
        let rust = home.path("tmp/wasmcloudcache/NBCB/ghcr_io_wasmcloud_http_server_0_23_1")
        try home.expectStopped(
            Specimen("sleep", "--orphan", "--exe", rust),
            by: "wasmcloud.provider"
        )
    }

    @Test("a cache below a symbolic link is the one that the link leads to")
    func link() throws {
        let specimen = try Specimen("sleep", "--orphan", "--exe", provider)
        try FileManager.default.createSymbolicLink(
            atPath: home.path("link"),
            withDestinationPath: "tmp"
        )
        let variables = home.environment.merging(["TMPDIR": home.path("link")]) { $1 }
        let words = ["--json", "--rule", "wasmcloud.provider", "--pid", try specimen.root.identity]
        let found = try Binary.reaper.run(["scan"] + words, environment: variables).report()
        #expect(found.finding(about: try specimen.root)?.rule == "wasmcloud.provider")
        let shown = try Binary.reaper.run(
            ["rules", "show", "wasmcloud.provider"],
            environment: variables
        )
        #expect(shown.text.contains("/link/wasmcloudcache/**"))
        #expect(shown.text.contains("/tmp/wasmcloudcache/**"))
    }

    @Test("T22 what the cache was drained under is found all the same")
    func drained() throws {
        let specimen = try Specimen("sleep", "--orphan", "--deleted", "--exe", provider)
        #expect(try specimen.root.link("exe")?.hasSuffix(" (deleted)") == true)
        try home.expectStopped(specimen, by: "wasmcloud.provider")
    }

    @Test("T22 a provider whose host lives is left alone beside one whose host is gone")
    func living() throws {
        let owned = try Specimen(
            ["sleep", "--owner", home.path("bin/wasmcloud_host"), "--exe", provider]
        )
        let other = home.path("tmp/wasmcloudcache/VAG4/1/wasmcloud_keyvalue_default")
        try home.expectStopped(
            Specimen("sleep", "--orphan", "--exe", other),
            by: "wasmcloud.provider"
        )
        try home.expectLeftAlone(owned, by: "wasmcloud.provider")
        // To end it alone is in vain, and what ends it for good is told.
        let target = try owned.root.identity
        let one = try home.run(["explain", target]).explanations().explanations[0]
        #expect(one.advice?.commands == ["wash stop provider PROVIDER_ID"], "\(one)")
        let reason = one.advice?.reason ?? ""
        #expect(reason.hasPrefix("it is no orphan: wasmcloud_host ("), "\(reason)")
        #expect(reason.contains("starts another one when it ends"), "\(reason)")
        #expect(try owned.finish().signals.isEmpty)
    }

    @Test("T9 a host that is stopped lives: its provider is left alone")
    func frozen() throws {
        let specimen = try Specimen(
            ["sleep", "--owner", home.path("bin/wasmcloud_host"), "--exe", provider]
        )
        try specimen["owner"].send(SIGSTOP)
        try home.expectLeftAlone(specimen, by: "wasmcloud.provider")
        try specimen["owner"].send(SIGCONT)
    }

    @Test("T1 T5 T15 the whole tree goes, with sessions and groups of its own")
    func tree() throws {
        let specimen = try Specimen(
            [
                "tree", "--depth", "2", "--width", "2", "--setsid-at", "1", "--own-group-at", "2",
                "--orphan", "--exe", provider,
            ]
        )
        let completion = try home.expectStopped(specimen, by: "wasmcloud.provider")
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(try specimen.finish().empty)
    }

    @Test("T3 T4 who ignores TERM is killed after its grace, who does not is not")
    func stubborn() throws {
        let specimen = try Specimen(
            ["tree", "--depth", "1", "--ignoring", "root.0", "--orphan", "--exe", provider]
        )
        let child = try specimen["root.0"]
        let completion = try home.expectStopped(
            specimen,
            by: "wasmcloud.provider",
            "--timeout",
            "300ms"
        )
        let report = try completion.report()
        #expect(report.target(child)?.result == "killed")
        #expect(report.target(try specimen.root)?.result == "exited")
        #expect(try specimen.finish().empty)
    }

    @Test("T7 T20 one that ends when asked has exited; to ask twice is no error")
    func twice() throws {
        let specimen = try Specimen("sleep", "--orphan", "--exe", provider)
        let completion = try home.expectStopped(specimen, by: "wasmcloud.provider")
        #expect(try completion.report().target(specimen.root)?.result == "exited")
        let again = try home.clean("--orphans", "--rule", "wasmcloud.provider", "--in", provider)
        // An ordinary user cannot say that nobody else's is left.
        #expect(try again.report().findings.isEmpty, "\(again.text)")
        #expect([0, 3].contains(again.code), "\(again.text)")
    }

    @Test("T14 the port of one that is left over is named, freed, and can be bound again")
    func port() throws {
        let specimen = try Specimen("listen", "--orphan", "--exe", provider)
        let port = "\(try specimen.port)"
        let holder = try home.scan("--ports", port).finding(about: try specimen.root)
        #expect(holder?.process?.identity == (try specimen.root.identity))
        let completion = try home.clean("--ports", port)
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(try completion.report().outcome?.ports.first?.state == "free")
        let next = try Specimen("listen", "--port", port)
        #expect(try next.root.state == .running)
    }

    @Test("T22 a NATS server that wash did not start survives")
    func unownedServer() throws {
        let server = try Specimen("sleep", "--orphan", "--exe", home.path("bin/nats-server"))
        let file = try home.write("\(RuleHome.nobody)", to: ".wash/downloads/nats.pid")
        let completion = try home.clean("--rule", "wasmcloud.*", "--stale-files")
        #expect(try completion.report().outcome?.removed.map(\.path) == [file])
        #expect(try server.finish().signals.isEmpty)
    }

    @Test("T22 a pid file whose host lives stays")
    func livingHost() throws {
        let specimen = try Specimen("sleep", "--exe", home.path("d/v1.0.0/wasmcloud_host"))
        let record = #"{"version":"v1.0.0","pid":\#(try specimen.root.pid)}"#
        let file = try home.directory.write(record, to: ".wash/downloads/wasmcloud.pid")
        let completion = try home.clean("--rule", "wasmcloud.host")
        #expect(try completion.report().finding(about: file) == nil)
        #expect(home.directory.contains(".wash/downloads/wasmcloud.pid"))
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("T13 a pid file that names a zombie is stale, its parent is named and left alone")
    func zombie() throws {
        let specimen = try Specimen("zombie")
        let zombie = try specimen["zombie"]
        let file = try home.write("\(zombie.pid)", to: ".wash/downloads/wadm.pid")
        let finding = try home.scan("--rule", "wasmcloud.wadm").finding(about: file)
        #expect(finding?.remedy.action == "remove")
        #expect(finding?.summary.contains("has not waited for it") == true)
        _ = try home.clean("--rule", "wasmcloud.wadm")
        #expect(!home.directory.contains(".wash/downloads/wadm.pid"))
        #expect(try specimen.finish().signals.isEmpty)
    }
}
