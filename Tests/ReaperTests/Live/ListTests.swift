import Foundation
import TestSupport
import Testing

@Suite("list", .timeLimit(.minutes(60)))
struct ListTests {
    private let live: LiveInstances

    init() throws { live = try LiveInstances() }

    @Test("shows each instance and how it is, by its file")
    func states() throws {
        let running = try live.job("web-1", alias: "web")
        try live.record("gone-1", LiveInstances.nobody)
        let stranger = try Specimen("sleep")
        try live.record("other-1", stranger.root.pid)
        let zombies = try Specimen("zombie")
        try live.record("dead-1", zombies["zombie"].pid)
        try live.record("bad-1", 0)
        let completion = try live.list("--json", "--rule", "live.job")
        #expect(completion.code == 0, "\(completion.errorText)")
        let listing = try completion.listing()
        #expect(
            listing.complete && listing.instances.map(\.id).sorted() == listing.instances.map(\.id)
        )
        let web = try #require(listing["web-1"])
        #expect(web.state == "running" && web.system == "live" && web.rule == "live.job")
        #expect(try web.alias == "web" && web.pid == running.root.pid)
        #expect(try web.identity == running.root.identity && web.startedAt != nil)
        #expect(web.file == live.directory.path("run/web-1.json"))
        let gone = try #require(listing["gone-1"])
        #expect(gone.state == "stale" && gone.identity == nil && gone.pid == LiveInstances.nobody)
        #expect(listing["other-1"]?.state == "recycled" && listing["other-1"]?.identity == nil)
        let dead = try #require(listing["dead-1"])
        #expect(dead.state == "zombie")
        #expect(dead.reason?.contains("its parent \(try zombies.root.pid)") == true)
        // Its file was not understood: the file's own name has to do.
        #expect(listing["bad-1"]?.state == "unknown")
        #expect(try running.finish().signals.isEmpty && stranger.finish().signals.isEmpty)
    }

    @Test("who was stopped by a signal is not said to run and no more")
    func stopped() throws {
        let specimen = try live.job("web-1", ["stopped"])
        let other = try live.job("web-2")
        let listing = try live.list("--json", "--rule", "live.job").listing()
        #expect(listing["web-1"]?.state == "running" && listing["web-1"]?.processState == "stopped")
        #expect(listing["web-2"]?.state == "running" && listing["web-2"]?.processState == nil)
        let lines = try live.list("--rule", "live.job").text.split(separator: "\n")
        #expect(lines.count == 3 && lines[1].contains("  running (stopped)  "), "\(lines)")
        #expect(lines[2].contains("  running  "))
        _ = (specimen, other)
    }

    @Test(
        "nor is who is frozen with a control group",
        .enabled(if: Machine.canFreeze("v2"), "needs root and cgroup2")
    )
    func frozen() throws {
        let specimen = try live.job("web-1", ["sleep", "--frozen", "v2"])
        let listing = try live.list("--json", "--rule", "live.job").listing()
        #expect(listing["web-1"]?.processState == "frozen", "\(listing)")
        #expect(try live.list("--rule", "live.job").text.contains("  running (frozen)  "))
        _ = specimen
    }

    @Test("of what is stale, and of whose session somebody runs, the table tells")
    func remainder() throws {
        let specimen = try Specimen("leaderless")
        try live.record("web-1", try #require(try specimen.root.session))
        let entry = try #require(try live.list("--json", "--rule", "live.job").listing()["web-1"])
        #expect(entry.state == "stale" && entry.remaining?.isEmpty == false)
        let table = try live.list("--rule", "live.job").text
        #expect(table.contains("  stale (\(entry.remaining?.count ?? 0) of it run"), "\(table)")
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("a pattern and selectors narrow it; ports are shown")
    func narrowed() throws {
        let web = try live.job("web-1", ["listen"])
        let worker = try live.job("worker-1", exe: "bin/jobber")
        let port = try web.port
        func ids(_ words: String...) throws -> [String] {
            let all = words + ["--json", "--rule", "live.job"]
            return try live.run("list", all).listing().instances.map(\.id)
        }
        #expect(try ids() == ["web-1", "worker-1"])
        #expect(try ids("we") == ["web-1"])
        #expect(try ids("*-1") == ["web-1", "worker-1"])
        #expect(try ids("--ports", "\(port)") == ["web-1"])
        #expect(try ids("--pid", worker.root.identity) == ["worker-1"])
        #expect(try ids("--name", "jobber") == ["worker-1"])
        #expect(try ids("--zombies").isEmpty)
        #expect(try ids("nosuch").isEmpty)
        let completion = try live.list("web-1", "--rule", "live.job", "--json")
        #expect(try completion.listing()["web-1"]?.ports?.map(\.port) == [port])
        let table = try live.list("--rule", "live.job").text
        let lines = table.split(separator: "\n")
        #expect(lines.count == 3 && lines[0].hasPrefix("SYSTEM"), "\(table)")
        #expect(lines[1].contains("web-1") && lines[1].contains("\(port)/tcp"))
        #expect(lines[1].contains(try web.root.identity) && lines[1].contains("running"))
    }

    @Test("nothing known is no failure, unless a match is required")
    func nothing() throws {
        let empty = try live.list("--rule", "live.job")
        #expect(empty.code == 0 && empty.output.isEmpty)
        #expect(empty.errorText == "reaper: no known instances\n")
        #expect(try live.list("--rule", "live.job", "--require-match").code == 1)
        let json = try live.list("--rule", "live.job", "--json")
        #expect(try json.listing().instances.isEmpty && json.code == 0)
        let specimen = try live.job("web-1")
        let other = try live.list("--rule", "live.job", "nosuch")
        #expect(other.code == 0)
        #expect(other.errorText.contains("no instance matches 'nosuch', of 1 known"))
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("a flow is one instance, its nodes are told")
    func flow() throws {
        let nodes = try live.flow("f-1")
        let other = try live.flow("f-2")
        let completion = try live.list("--json", "--user", "\(geteuid())", "--rule", "live.node")
        let listing = try completion.listing()
        #expect(listing.instances.map(\.id) == ["f-1", "f-2"])
        let flow = try #require(listing["f-1"])
        #expect(flow.state == "running" && flow.identity == nil && flow.file == nil)
        let heads = try #require(flow.processes).filter { !$0.inherited }
        #expect(heads.map(\.node).compactMap(\.self).sorted() == ["camera", "plot", "sink"])
        #expect(flow.processes?.count == 4)
        let verbose = try live.list("-v", "--rule", "live.node", "f-1").text
        #expect(verbose.contains("camera: specimen (\(try nodes[0].root.identity))"), "\(verbose)")
        #expect(verbose.contains("3 processes"))
        for specimen in nodes + other { #expect(try specimen.finish().signals.isEmpty) }
    }

    @Test("a file that is too big to be read concerns only those who ask for what it may record")
    func oversized() throws {
        let specimen = try live.job("web-1")
        let text = #"{"x": "\#(String(repeating: "x", count: 2 << 20))"}"#
        let huge = try live.directory.write(text, to: "run/huge.json")
        let all = try live.list()
        #expect(all.code == 3)
        let note = "\(huge) is too big to be read"
        #expect(all.text.contains(note), "\(all.text)")
        let advice =
            "it is of rule live.job: the whole name of an instance, or --rule with other rules, leaves it out"
        #expect(all.text.contains(advice))
        // Names are inside: what nobody was found to have, or a glob, it may have.
        for (words, code) in [
            (["web-1", "--rule", "live.job"], 0), (["huge", "--rule", "live.job"], 3),
            (["nosuch", "--rule", "live.job"], 3), (["w*", "--rule", "live.job"], 3),
            (["--rule", "live.silent"], 0), (["--rule", "live.job"], 3),
        ] as [([String], Int32)] {
            let completion = try live.run("list", words + ["--json"])
            #expect(completion.code == code, "\(words): \(completion.text)")
            #expect(completion.text.contains(note) == (code == 3), "\(words)")
        }
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test(
        "what may not be read makes the view incomplete, unless it cannot matter",
        .enabled(if: Machine.isRoot, "needs root to have another user's process")
    )
    func incomplete() throws {
        let live = try LiveInstances(worldAccessible: true)
        let specimen = try live.job("web-1")
        let words = ["--json", "--rule", "live.*"]
        let all = try live.run("list", words, asUser: 65_534)
        #expect(all.code == 3)
        let listing = try all.listing()
        #expect(!listing.complete)
        // Whose it is shows; what it runs does not.
        #expect(listing["web-1"]?.state == "foreign")
        let own = try live.run("list", words + ["--user", "65534"], asUser: 65_534)
        #expect(try own.code == 0 && own.listing().instances.isEmpty, "\(own.text)")
        let files = try live.run("list", ["--json", "--rule", "live.job"], asUser: 65_534)
        #expect(files.code == 0)
        let table = try live.run("list", ["--rule", "live.job"], asUser: 65_534).text
        #expect(table.contains("not ours"))
        let hint = "with --user nobody only your own processes are asked for"
        let incomplete = try live.run("list", ["--rule", "live.*"], asUser: 65_534).text
        #expect(incomplete.contains(hint), "\(incomplete)")
        let quiet = try live.run("list", ["--rule", "live.*", "--user", "65534"], asUser: 65_534)
        #expect(quiet.code == 0 && !quiet.text.contains(hint), "\(quiet.text)")
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test(
        "another user's closed directory hides nothing of one's own, root's may",
        .enabled(if: Machine.isRoot, "needs root to have another user's directory")
    )
    func closedDirectory() throws {
        let live = try LiveInstances(worldAccessible: true)
        try live.record("a", LiveInstances.nobody, in: "silent")
        let closed = live.directory.path("silent")
        try #require(unsafe chmod(closed, 0o700) == 0)
        func list(_ words: String...) throws -> Completion {
            try live.run("list", ["--rule", "live.silent"] + words, asUser: 65_534)
        }
        for owner: UInt32 in [0, 65_533] {
            try #require(unsafe chown(closed, owner, owner) == 0)
            let all = try list()
            #expect(
                all.code == 3 && all.text.contains("\(closed): Permission denied"),
                "\(all.text)"
            )
            #expect(try list("--user", "65534").code == (owner == 0 ? 3 : 0))
        }
    }

    @Test(
        "usage errors",
        arguments: [
            ["a", "b"], [""], ["--kind", "orphan"], ["--orphans"], ["--force"],
            ["--fail-on", "error"],
        ]
    )
    func usage(words: [String]) throws {
        let completion = try live.run("list", words)
        #expect(completion.code == 2 && completion.output.isEmpty)
        #expect(completion.errorText.contains("reaper help list"))
    }
}
