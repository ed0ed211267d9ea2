import Foundation
import TestSupport
import Testing

extension SystemStatesTests {
    // MARK: - wasmCloud

    private static let downloads = ".wash/downloads"

    @Test("T11 T19 wash's pid files whose numbers others have go, and the others stay")
    func recycledHost() throws {
        let stranger = try Specimen("sleep")
        let pid = try stranger.root.pid
        let host = try home.write(
            #"{"version": "v1.0.0", "pid": \#(pid)}"#,
            to: "\(Self.downloads)/wasmcloud.pid"
        )
        let files =
            try [host]
            + ["wadm.pid", "nats.pid"].map { name in
                try home.write("\(pid)", to: "\(Self.downloads)/\(name)")
            }
        let completion = try home.clean("--stale-files", "--rule", "wasmcloud.*")
        #expect(try completion.report().outcome?.removed.map(\.path) == files.sorted())
        #expect(try stranger.finish().signals.isEmpty)
    }

    @Test(
        "T25 wash's pid files that are malformed or hostile are told and stay",
        arguments: [
            ("wasmcloud.pid", #"{"pid": 0}"#), ("wasmcloud.pid", #"{"pid": -1}"#),
            ("wasmcloud.pid", #"{"pid": 1}"#), ("wasmcloud.pid", #"{"version": "v1"}"#),
            ("wasmcloud.pid", "[4127]"), ("wasmcloud.pid", "4127"), ("wasmcloud.pid", ""),
            ("wadm.pid", "0"), ("wadm.pid", "-1"), ("wadm.pid", "1"), ("nats.pid", "nats"),
            ("nats.pid", "4127 4128"), ("nats.pid", "99999999999999999999"),
        ]
    )
    func malformedHost(_ name: String, _ text: String) throws {
        let path = "\(Self.downloads)/\(name)"
        let file = try home.write(text, to: path)
        let finding = try home.scan("--rule", "wasmcloud.*", "--stale-files").finding(about: file)
        #expect(finding?.verdict == "suspect" && finding?.remedy.action == "none", "\(name)")
        _ = try home.clean("--rule", "wasmcloud.*", "--stale-files")
        #expect(try home.directory.read(path) == text)
    }

    @Test(
        "another user's reaper stops no provider of root's",
        .enabled(if: Machine.isRoot, "needs root to have another user")
    )
    func foreignProvider() throws {
        let exe = open.path("tmp/wasmcloudcache/NBCB/ghcr_io_wasmcloud_http_server_0_23_1")
        let provider = try Specimen("sleep", "--orphan", "--exe", exe)
        let words = ["--orphans", "--rule", "wasmcloud.provider", "--pid"]
        let completion = try open.run(
            ["clean", "--yes", "--include-probable"] + words + [provider.root.identity],
            asUser: 65_534
        )
        #expect(completion.code != 0, "\(completion.text)")
        #expect(try provider.finish().signals.isEmpty)
    }

    // MARK: - zinit

    @Test("T23 many children, groups of their own, and one that ignores TERM: all of it goes")
    func stubbornTree() throws {
        let words = ["tree", "--depth", "2", "--width", "4", "--own-group-at", "1", "--orphan"]
        let exe = home.path("bin/web")
        let specimen = try Specimen(words + ["--ignoring", "root.0.0", "--exe", exe])
        let deaf = try specimen["root.0.0"]
        let rules = """
            { name: "local", title: "Services of zinit", rules: [ {
              id: "service", title: "Service outlived zinit",
              match: { exe: ["\(exe)"] }, owner: { name: ["zinit", "zinit_server"] },
              stop: { signal: "TERM", timeout: "500ms" } } ] }
            """
        let completion = try Binary.reaper.run(
            ["clean", "--json", "--yes", "--include-probable", "--orphans", "--pid"]
                + [specimen.root.identity],
            rules: rules,
            environment: home.environment
        )
        #expect(try completion.isAllGone(), "\(completion.text)")
        let report = try completion.report()
        #expect(report.target(deaf)?.result == "killed")
        #expect(try specimen.finish().empty)
    }

    @Test("T25 what lies where zinit's socket would and is none stays", arguments: [true, false])
    func noSocket(isLink: Bool) throws {
        let path = "hero/var/zinit.sock"
        if isLink {
            try home.write("of somebody", to: "elsewhere")
            try home.makeDirectory("hero/var")
            try FileManager.default.createSymbolicLink(
                atPath: home.path(path),
                withDestinationPath: home.path("elsewhere")
            )
        } else {
            try home.write("of somebody", to: path)
        }
        _ = try home.clean("--stale-files", "--rule", "zinit.*")
        #expect(try home.directory.read(path) == "of somebody")
    }

    @Test(
        "a stale socket in another user's directory stays, and is told",
        .enabled(if: Machine.isRoot, "needs root to have another user")
    )
    func foreignSocket() throws {
        try open.makeDirectory("hero/var")
        let socket = open.path("hero/var/zinit.sock")
        let specimen = try Specimen("socketfile", "--path", socket, "--close")
        try open.age(socket)
        let completion = try open.run(
            ["clean", "--yes", "--stale-files", "--rule", "zinit.*"],
            asUser: 65_534
        )
        let finding = try completion.report().finding(about: socket)
        #expect(finding?.remedy.action != "remove" || completion.code == 1, "\(completion.text)")
        #expect(finding != nil)
        #expect(open.directory.contains("hero/var/zinit.sock"))
        #expect(try specimen.finish().signals.isEmpty)
    }
}
