import Foundation
import TestSupport
import Testing

/// Each file is scanned and cleaned; what is stale goes, everything else stays as it is.
@Suite("scan and clean: instance files", .timeLimit(.minutes(60)))
struct InstanceFileTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// A number that the kernel gives to nobody: it counts up to this one, and not to it.
    private static let nobody: String = {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/pid_max", encoding: .utf8)
        return (text ?? "4194304").trimmingCharacters(in: .whitespacesAndNewlines)
    }()

    private func rules(_ format: String = "pid", keep: Bool = false) -> String {
        let glob = directory.path("run/*")
        return LiveRules.files(glob, format: format, programs: directory.path("bin"), keep: keep)
    }

    private func clean(_ rules: String) throws -> Completion {
        try Binary.reaper.clean("--stale-files", rules: rules)
    }

    @Test("a pid file whose process is gone is stale, and removed")
    func stale() throws {
        let path = try directory.write("\(Self.nobody)\n", to: "run/a.pid")
        let scan = try Binary.reaper.scan("--stale-files", rules: rules())
        let finding = try #require(try scan.report().finding(about: path))
        #expect(finding.kind == "stale_instance" && finding.remedy.action == "remove")
        let command = try #require(finding.remedy.command)
        #expect(command.contains(" --no-default-rules --rules /"))
        #expect(scan.code == 1)
        #expect(directory.contains("run/a.pid"))
        let dry = try Binary.reaper.clean("--dry-run", "--stale-files", rules: rules())
        #expect(try dry.report().plan?.remove.map(\.path) == [path])
        #expect(directory.contains("run/a.pid"))
        let cleaned = try clean(rules())
        #expect(try cleaned.report().outcome?.removed.map(\.path) == [path])
        #expect(cleaned.code == 0)
        #expect(!directory.contains("run/a.pid"))
        let left = try FileManager.default.contentsOfDirectory(atPath: directory.path("run"))
        #expect(left.isEmpty)
    }

    @Test("a pid file whose number another program has is stale; that program is not touched")
    func recycled() throws {
        let stranger = try Specimen("sleep", "--exe", directory.path("elsewhere/other"))
        let path = try directory.write("\(stranger.root.pid)\n", to: "run/a.pid")
        let scan = try Binary.reaper.scan("--stale-files", rules: rules()).report()
        #expect(scan.finding(about: path)?.remedy.action == "remove")
        #expect(try clean(rules()).code == 0)
        #expect(!directory.contains("run/a.pid"))
        #expect(try stranger.finish().signals.isEmpty)
    }

    @Test("a pid file whose process lives stays")
    func live() throws {
        _ = try directory.write("", to: "run/.keep")
        let path = directory.path("run/a.pid")
        let specimen = try Specimen("pidfile", "--path", path, "--exe", directory.path("bin/job"))
        let completion = try clean(rules())
        #expect(try completion.report().finding(about: path) == nil)
        #expect(directory.contains("run/a.pid"))
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("a file that somebody holds a lock on stays", arguments: ["flock", "posix", "ofd"])
    func locked(kind: String) throws {
        _ = try directory.write("", to: "run/.keep")
        let words = [
            "pidfile", "--path", directory.path("run/a.pid"), "--lock", kind, "--content",
            Self.nobody,
        ]
        let specimen = try Specimen(words)
        let other = try directory.write("\(Self.nobody)\n", to: "run/b.pid")
        let report = try clean(rules()).report()
        #expect(report.outcome?.removed.map(\.path) == [other])
        #expect(directory.contains("run/a.pid"))
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test(
        "what is malformed is reported and stays",
        arguments: [
            "0\n", "-1\n", "1\n", "12 34\n", "abc\n", "4294967297\n", "0x10\n", "12\n13\n",
            "+5\n", " 5\n", "", "12\u{0}",
        ]
    )
    func malformed(text: String) throws {
        let path = try directory.write(text, to: "run/a.pid")
        let scan = try Binary.reaper.scan("--stale-files", rules: rules())
        let finding = try #require(try scan.report().finding(about: path))
        #expect(finding.verdict == "suspect" && finding.remedy.action == "none")
        #expect(finding.summary.contains("malformed"), "\(finding.summary)")
        let completion = try clean(rules())
        #expect(completion.code == 1)
        #expect(try directory.read("run/a.pid") == text)
    }

    @Test("no link is followed, and nothing but a regular file of one name is opened")
    func unsafe() throws {
        let outside = try directory.write("\(Self.nobody)\n", to: "outside.pid")
        let stale = try directory.write("\(Self.nobody)\n", to: "run/z.pid")
        let files = FileManager.default
        try files.createSymbolicLink(
            atPath: directory.path("run/a.pid"),
            withDestinationPath: outside
        )
        try files.linkItem(atPath: outside, toPath: directory.path("run/b.pid"))
        let made = unsafe mkfifo(directory.path("run/c.pid"), 0o600)
        #expect(made == 0)
        try files.createDirectory(
            atPath: directory.path("run/d.pid"),
            withIntermediateDirectories: false
        )
        let report = try clean(rules()).report()
        #expect(report.outcome?.removed.map(\.path) == [stale])
        for name in ["outside.pid", "run/a.pid", "run/b.pid", "run/c.pid", "run/d.pid"] {
            #expect(directory.contains(name), "\(name)")
        }
    }

    @Test("a rule that keeps its files only reports them")
    func kept() throws {
        let path = try directory.write("\(Self.nobody)\n", to: "run/a.pid")
        let report = try clean(rules(keep: true)).report()
        #expect(report.finding(about: path)?.remedy.action == "none")
        #expect(directory.contains("run/a.pid"))
    }

    @Test("a socket that nobody listens on is stale, one that somebody does is not")
    func sockets() throws {
        _ = try directory.write("", to: "x/.keep")
        let dead = directory.path("run/dead.sock")
        try FileManager.default.createDirectory(
            atPath: directory.path("run"),
            withIntermediateDirectories: false
        )
        let first = try Specimen("socketfile", "--path", dead, "--close")
        let live = directory.path("run/live.sock")
        let second = try Specimen("socketfile", "--path", live)
        let bound = directory.path("run/bound.sock")
        let third = try Specimen("socketfile", "--path", bound, "--bound-only")
        let rules = rules("socket")
        let scan = try Binary.reaper.scan("--kind", "stale_socket", rules: rules)
        #expect(try scan.report().findings.compactMap { $0.file?.path } == [dead])
        let completion = try clean(rules)
        #expect(try completion.report().outcome?.removed.map(\.path) == [dead])
        #expect(completion.code == 0)
        #expect(!directory.contains("run/dead.sock"))
        #expect(directory.contains("run/live.sock") && directory.contains("run/bound.sock"))
        for specimen in [first, second, third] { #expect(try specimen.finish().signals.isEmpty) }
    }
}
