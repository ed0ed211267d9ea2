import Foundation
import TestSupport
import Testing

/// What came since a snapshot: processes, ports and files, each told once.
@Suite("scan --since", .timeLimit(.minutes(60)))
struct SinceTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func stage(_ words: String...) throws -> Specimen {
        try Specimen(words + ["--exe", directory.path("bin/job")])
    }

    private func port(_ specimen: Specimen, _ transport: String = "tcp") throws -> String {
        "\(try specimen.port)/\(transport)"
    }

    @Test("a daemon that let go of everything is told, with its port, and once")
    func daemon() throws {
        let baseline = try LiveBaseline(in: directory)
        let specimen = try stage("listen", "--orphan", "--setsid", "--dead-session")
        let root = try specimen.root
        let completion = try baseline.scan()
        #expect(completion.code == 1)
        let report = try completion.report()
        let finding = try #require(report.finding(about: root))
        #expect(finding.kind == "leaked_process")
        #expect(finding.summary.hasPrefix("was not there before, runs \(directory.path)"))
        #expect(finding.remedy.command == "reaper clean --pid \(root.identity)")
        #expect(finding.process?.ports?.map(\.port) == [try specimen.port])
        let own = try port(specimen)
        #expect(!report.findings.contains { $0.port == own })
        let table = try baseline.run(["scan", "--in", directory.path])
        #expect(table.text.contains("leaked_process") && table.text.contains(own))
    }

    @Test("nothing new is no failure, and little is said")
    func nothing() throws {
        let specimen = try stage("listen")
        let baseline = try LiveBaseline(in: directory)
        #expect(try specimen.root.state == .running)
        let completion = try baseline.run(["scan", "--in", directory.path])
        #expect(completion.code == 0, "\(completion.text)")
        #expect(completion.text.hasPrefix("nothing left over ("))
        #expect(completion.errorText.isEmpty)
        let quiet = try baseline.run(["scan", "-q", "--in", directory.path])
        #expect(quiet.code == 0 && quiet.text.isEmpty)
    }

    @Test("nobody who began before the snapshot did is new, seen or not")
    func unseen() throws {
        let baseline = try LiveBaseline(in: directory)
        let specimen = try stage("sleep")
        #expect(try baseline.scan("--in", directory.path).code == 1)
        let start = try specimen.root.startTime
        try baseline.edit { $0["taken_at_ticks"] = start + 1 }
        #expect(try baseline.scan("--in", directory.path).code == 0)
    }

    // MARK: - Ports

    @Test(
        "a port that an old process holds is told, with it",
        arguments: [["listen"], ["listen", "--udp"], ["listen", "--v6"], ["zombie-leader"]]
    )
    func oldHolder(words: [String]) throws {
        let baseline = try LiveBaseline(in: directory)
        let specimen = try Specimen(words)
        let root = try specimen.root
        try baseline.add(root)
        let own = try port(specimen, words.contains("--udp") ? "udp" : "tcp")
        let completion = try baseline.scan("--kind", "leaked_port")
        #expect(completion.code == 1)
        let finding = try #require(try completion.report().findings.first { $0.port == own })
        #expect(finding.kind == "leaked_port" && finding.severity == "warning")
        #expect(finding.holders == [root.identity])
        #expect(finding.summary.contains("which was there before"), "\(finding.summary)")
        // Without kinds it is told, too; the holder is not.
        let report = try baseline.scan().report()
        #expect(report.findings.count { $0.port == own } == 1)
        #expect(report.finding(about: root) == nil)
    }

    @Test("a port whose holder shows nowhere is told, and why")
    func inFlight() throws {
        let baseline = try LiveBaseline(in: directory)
        let specimen = try Specimen("listen", "--in-flight")
        let root = try specimen.root
        try baseline.add(root)
        let own = try port(specimen)
        let report = try baseline.scan("--kind", "leaked_port").report()
        let finding = try #require(report.findings.first { $0.port == own })
        #expect(finding.holders == nil)
        #expect(finding.summary.contains("holder unknown"), "\(finding.summary)")
    }

    @Test("one that a new process shares with an old one is told with both")
    func shared() throws {
        let baseline = try LiveBaseline(in: directory)
        let specimen = try Specimen("listen", "--shared-by-children", "1")
        try baseline.add(try specimen.root)
        let report = try baseline.scan().report()
        let own = try port(specimen)
        #expect(report.finding(about: try specimen["sharer.0"])?.kind == "leaked_process")
        let finding = try #require(report.findings.first { $0.port == own })
        let both = [try specimen.root.identity, try specimen["sharer.0"].identity]
        #expect(Set(finding.holders ?? []) == Set(both))
    }

    @Test("selectors ask who holds it")
    func narrowed() throws {
        let baseline = try LiveBaseline(in: directory)
        let specimen = try stage("listen")
        try baseline.add(try specimen.root)
        let own = try port(specimen)
        for words in [["--in", directory.path], ["--user", "\(geteuid())"], ["--ports", own]] {
            let report = try baseline.run(["scan", "--json"] + words).report()
            #expect(report.findings.contains { $0.port == own }, "\(words)")
        }
        for words in [["--in", directory.path("none")], ["--user", "4000000000"]] {
            let report = try baseline.run(["scan", "--json"] + words).report()
            #expect(!report.findings.contains { $0.port == own }, "\(words)")
        }
    }

    @Test(
        "another user's is told without its holder, and what would show it",
        .enabled(if: Machine.isRoot, "needs root to have another user")
    )
    func foreign() throws {
        let directory = try TemporaryDirectory(worldAccessible: true)
        let baseline = try LiveBaseline(in: directory, asUser: 65534)
        let specimen = try Specimen("listen")
        try baseline.add(try specimen.root)
        let own = try port(specimen)
        let completion = try baseline.scan("--kind", "leaked_port")
        let finding = try #require(try completion.report().findings.first { $0.port == own })
        #expect(finding.summary.contains("holder unknown, of user root: the descriptors of "))
        #expect(finding.summary.hasSuffix("not readable; run as root to see it"))
        #expect(completion.code == 1)
        let theirs = try baseline.scan("--kind", "leaked_port", "--user", "65534").report()
        #expect(!theirs.findings.contains { $0.port == own })
    }

    // MARK: - Files

    private var rules: String { LiveRules.files(directory.path("run/*.pid")) }

    private func write(_ text: String, to name: String) throws -> String {
        let path = try directory.write(text, to: name)
        let old: [FileAttributeKey: Any] = [.modificationDate: Date(timeIntervalSinceNow: -5)]
        try FileManager.default.setAttributes(old, ofItemAtPath: path)
        return path
    }

    @Test("a file is told as stale, as leaked, or with the new process that it is of")
    func files() throws {
        let specimen = try stage("sleep")
        let old = try specimen.root
        let before = try write("4194303\n", to: "run/before.pid")
        let baseline = try LiveBaseline(in: directory, rules: rules)
        let stale = try write("4194303\n", to: "run/stale.pid")
        // Written now: a file is not about whoever began after it was written.
        let live = try directory.write("\(old.pid)\n", to: "run/live.pid")
        let path = directory.path("run/new.pid")
        let daemon = try Specimen("pidfile", "--path", path)
        let report = try baseline.scan().report()
        #expect(report.finding(about: stale)?.kind == "stale_instance")
        #expect(report.finding(about: stale)?.rule == "live.files")
        let leaked = try #require(report.finding(about: live))
        #expect(leaked.kind == "leaked_file" && leaked.holders == [old.identity])
        #expect(report.finding(about: before) == nil && report.finding(about: path) == nil)
        let process = try #require(report.finding(about: try daemon.root))
        #expect(process.evidence.contains { $0.source == path })
        // Of files alone all are told.
        let files = try baseline.scan("--kind", "leaked_file")
        #expect(files.code == 1)
        #expect(
            Set(try files.report().findings.compactMap(\.file?.path)) == [stale, live, path]
        )
    }

    @Test("a socket that is served is told with the new process that serves it")
    func socketFile() throws {
        let rules = LiveRules.files(directory.path("run/*.sock"), format: "socket")
        try directory.write("", to: "run/x")
        let baseline = try LiveBaseline(in: directory, rules: rules)
        let path = directory.path("run/new.sock")
        let daemon = try stage("socketfile", "--path", path)
        let report = try baseline.scan().report()
        #expect(report.finding(about: path) == nil)
        let process = try #require(report.finding(about: try daemon.root))
        #expect(process.evidence.contains { $0.source == path }, "\(process.evidence)")
    }

    @Test("clean removes what is new and stale, and nothing that was there")
    func cleanFiles() throws {
        let before = try write("4194303\n", to: "run/before.pid")
        let baseline = try LiveBaseline(in: directory, rules: rules)
        let stale = try write("4194303\n", to: "run/stale.pid")
        let completion = try baseline.run(["clean", "--json", "--kind", "leaked_file"])
        #expect(try completion.report().outcome?.removed.map(\.path) == [stale])
        #expect(FileManager.default.fileExists(atPath: before))
        #expect(!FileManager.default.fileExists(atPath: stale))
    }

    @Test("a new file is a leak, whatever its rule says of old ones; clean says which it leaves")
    func severity() throws {
        let rules = LiveRules.files(directory.path("run/*.pid"), severity: "info")
        let specimen = try stage("sleep")
        let old = try specimen.root
        let before = try write("4194303\n", to: "run/before.pid")
        let baseline = try LiveBaseline(in: directory, rules: rules)
        let words = ["--json", "--kind", "leaked_file"]
        #expect(try baseline.run(["scan"] + words).code == 0)
        let stale = try write("4194303\n", to: "run/stale.pid")
        let scan = try baseline.run(["scan"] + words)
        #expect(scan.code == 1, "\(scan.text)")
        let finding = try #require(try scan.report().finding(about: stale))
        #expect(finding.kind == "stale_instance" && finding.severity == "warning")
        #expect(finding.evidence.contains { $0.source == "--since" })
        // By the rule's name, too, and there an old one stays what it is.
        let named = try baseline.scan("--rule", "live.files")
        #expect(named.code == 1)
        #expect(try named.report().finding(about: stale)?.severity == "warning")
        #expect(try named.report().finding(about: before)?.severity ?? "info" == "info")
        // One in use is left, with the reason.
        let live = try directory.write("\(old.pid)\n", to: "run/live.pid")
        let clean = try baseline.run(["clean", "--yes", "--kind", "leaked_file"])
        #expect(clean.code == 1)
        #expect(clean.text.contains("removed \(stale)"), "\(clean.text)")
        #expect(
            clean.text.contains("\(live); only stale files are removed: 'reaper explain \(live)'"),
            "\(clean.text)"
        )
        #expect(FileManager.default.fileExists(atPath: live) && old.state == .running)
    }

    @Test(
        "nobody believes a snapshot of another user's, nor one that anybody can write",
        .enabled(if: Machine.isRoot, "needs root to give a file away")
    )
    func believed() throws {
        let shared = try TemporaryDirectory(worldAccessible: true)
        let baseline = try LiveBaseline(in: shared, asUser: 65_534)
        #expect(try baseline.scan("--in", shared.path).code == 0)
        let files = FileManager.default
        try files.setAttributes([.posixPermissions: 0o666], ofItemAtPath: baseline.path)
        let writable = try baseline.scan("--in", shared.path)
        #expect(writable.code == 2 && writable.errorText.contains("anybody can write it"))
        try files.setAttributes(
            [.posixPermissions: 0o644, .ownerAccountID: 61_917],
            ofItemAtPath: baseline.path
        )
        let words = ["clean", "--yes", "--in", shared.path]
        let foreign = try baseline.run(words)
        #expect(foreign.code == 2 && foreign.errorText.contains("belongs to another user"))
    }

    @Test("a snapshot that cannot be written is no incomplete one")
    func unwritten() throws {
        let completion = try Binary.reaper.run(["snapshot", "-q", "-o", "/dev/full"])
        #expect(completion.code == 2, "\(completion.errorText)")
    }

    @Test("what a snapshot could not see cannot be told from new, and nothing else is in doubt")
    func gaps() throws {
        let baseline = try LiveBaseline(in: directory, rules: rules)
        try baseline.edit {
            $0["complete"] = false
            $0["unseen"] = ["directories": [directory.path("run")]]
        }
        let words = ["scan", "--json", "--kind", "leaked_file"]
        let nothing = try baseline.run(words)
        #expect(nothing.code == 0, "\(nothing.text)")
        let path = try write("4194303\n", to: "run/stale.pid")
        let completion = try baseline.run(words)
        #expect(completion.code == 3)
        let report = try completion.report()
        let finding = try #require(report.finding(about: path))
        #expect(finding.severity == "info" && finding.verdict == "suspect")
        #expect(report.unreadable.notes?.first?.contains("cannot be told from what is new") == true)
        // What is in doubt is not removed either.
        #expect(try baseline.run(["clean"] + words.dropFirst()).code != 0)
        #expect(FileManager.default.fileExists(atPath: path))
    }
}
