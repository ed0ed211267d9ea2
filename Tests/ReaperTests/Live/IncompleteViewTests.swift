import Foundation
import TestSupport
import Testing

/// What an ordinary user cannot see must be said where it could hide what was asked for, and only
/// there.
@Suite("an incomplete view", .timeLimit(.minutes(3)))
struct IncompleteViewTests {
    private let directory: TemporaryDirectory
    private static let user: UInt32? = Machine.isRoot ? 65534 : nil

    init() throws { directory = try TemporaryDirectory(worldAccessible: true) }

    /// A specimen of the user that reaper runs as.
    private func own(_ words: String...) throws -> Specimen {
        let user = Self.user.map { ["--user", "\($0)"] } ?? []
        return try Specimen(words + ["--exe", directory.path("bin/job")] + user)
    }

    private func reaper(_ words: [String], rules: String? = nil) throws -> Completion {
        try Binary.reaper.run(words, rules: rules, asUser: Self.user)
    }

    @Test("hides nothing of one's own", arguments: ["--pid PID", "--ports PORT", "--zombies --pid PID"])
    func own(words: String) throws {
        let specimen = try own("listen")
        let arguments = try words.split(separator: " ").map {
            try String($0).replacingOccurrences(of: "PID", with: specimen.root.identity)
                .replacingOccurrences(of: "PORT", with: "\(specimen.port)")
        }
        let completion = try reaper(["scan", "--json"] + arguments)
        let report = try completion.report()
        #expect(report.complete, "\(report.unreadable)")
        let isFound = !words.contains("zombies")
        #expect(report.found == (isFound ? [try specimen.root.identity] : []))
        #expect(completion.code == (isFound ? 1 : 0))
    }

    @Test("hides no zombie: state and parent are everybody's")
    func zombie() throws {
        let specimen = try Specimen("zombie")
        let zombie = try specimen["zombie"]
        let completion = try reaper(["scan", "--json", "--zombies", "--pid", zombie.identity])
        #expect(try completion.report().complete)
        #expect(completion.code == 1)
    }

    @Test("of a free port is no reason for doubt")
    func freePort() throws {
        let specimen = try own("listen")
        let port = "\(try specimen.port)"
        _ = try specimen.finish()
        let completion = try reaper(["scan", "--json", "--ports", port])
        #expect(try completion.report().complete)
        #expect(completion.code == 0)
    }

    @Test("one's own clean can be proven")
    func clean() throws {
        let specimen = try own("listen")
        let completion = try reaper(["clean", "--json", "--ports", "\(try specimen.port)"])
        #expect(completion.code == 0, "\(completion.text)")
        #expect(try specimen.root.hasEnded)
    }

    private static let hidesOthers = Machine.isRoot

    @Test(
        "of another user's port says whose it is, and frees nothing",
        .enabled(if: hidesOthers, "needs root to have another user")
    )
    func foreignPort() throws {
        let specimen = try Specimen("listen")
        let port = "\(try specimen.port)"
        let completion = try reaper(["scan", "--json", "--ports", port])
        let report = try completion.report()
        #expect(!report.complete)
        let summary = try #require(report.findings.first?.summary)
        #expect(summary.contains("cannot be seen, of user root"), "\(summary)")
        #expect(completion.code == 1)
        let cleaned = try reaper(["clean", "--json", "--ports", port])
        #expect(cleaned.code == 1)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test(
        "that could hide what was asked for exits 3, and says what could not be read",
        .enabled(if: hidesOthers, "needs root to have another user"),
        arguments: ["--in /nonexistent/live", "--env LIVE_NOBODY_HAS_THIS", "--orphans"]
    )
    func hidden(words: String) throws {
        let specimen = try Specimen("orphan", "--exe", directory.path("cache/job"))
        let arguments = words.split(separator: " ").map(String.init)
        let rules = LiveRules.job(directory.path("cache"))
        let completion = try reaper(["scan", "--json"] + arguments, rules: rules)
        let report = try completion.report()
        #expect(!report.complete)
        #expect(report.unreadable.processes > 0)
        #expect(completion.code == 3, "\(completion.text.prefix(2000))")
        let table = try reaper(["scan"] + arguments, rules: rules)
        #expect(table.text.contains("\"nothing left over\" cannot be claimed"), "\(table.text)")
        #expect(table.code == 3)
        let cleaned = try reaper(["clean", "--json"] + arguments, rules: rules)
        #expect(cleaned.code == 3)
        #expect(try specimen.root.state == .running)
    }
}

/// Mounts of /proc that show less, or something else.
@Suite("other procfs mounts", .timeLimit(.minutes(3)))
struct OtherProcTests {
    private static let unshare = Binary(path: "/usr/bin/unshare")

    @Test(
        "one that belongs to another pid namespace is refused",
        .enabled(if: Machine.canUnshare, "needs unshare(1)"),
        arguments: ["scan", "clean --yes", "clean --ports 1", "scan --zombies"]
    )
    func foreign(words: String) throws {
        let arguments = words.split(separator: " ").map(String.init)
        let completion = try Self.unshare.run(["-Urpf", Binary.reaper.path] + arguments)
        #expect(completion.code == 3)
        #expect(completion.output.isEmpty)
        #expect(completion.errorText.contains("another pid namespace"))
        let mounted = ["-Urpfm", "--mount-proc", Binary.reaper.path, "scan", "--zombies"]
        #expect(try Self.unshare.run(mounted).code == 0)
    }

    @Test(
        "another one can be scanned, and nothing be stopped through it",
        .enabled(if: Machine.canUnshare, "needs unshare(1)")
    )
    func other() throws {
        let directory = try TemporaryDirectory()
        let script = #"""
            mkdir "$1/proc" && mount -t proc proc "$1/proc" || exit 77
            cat >/dev/null & job=$!
            "$0" scan --no-default-rules --json --proc "$1/proc" --pid $job; echo "code $?" >&2
            "$0" clean --no-default-rules --proc "$1/proc" --pid $job >&2; echo "code $?" >&2
            "$0" clean -n --no-default-rules --proc "$1/proc" --pid $job >/dev/null; echo "code $?" >&2
            kill -0 $job && echo "lives" >&2
            kill $job
            """#
        let words = ["-Urpfm", "--mount-proc", "/bin/sh", "-c", script, Binary.reaper.path]
        let program = try Self.unshare.start(words + [directory.path])
        let completion = try program.finish()
        let report = try completion.report()
        #expect(report.findings.count == 1)
        let lines = completion.errorText.split(separator: "\n").filter { !$0.hasPrefix("reaper") }
        #expect(lines == ["code 1", "code 2", "code 1", "lives"], "\(completion.errorText)")
    }

    @Test(
        "hidepid makes the view incomplete, and no pid file stale",
        .enabled(if: Machine.isRoot, "needs root to mount for somebody else"),
        arguments: ["1", "2"]
    )
    func hidepid(level: String) throws {
        let directory = try TemporaryDirectory(worldAccessible: true)
        let specimen = try Specimen("sleep", "--exe", directory.path("bin/job"))
        try directory.write("\(specimen.root.pid)\n", to: "run/a.pid")
        let rules = try directory.write(
            LiveRules.files(directory.path("run/*.pid"), programs: directory.path("other")),
            to: "live.json5"
        )
        #expect(unsafe chmod(directory.path("run"), 0o777) == 0)
        let script = #"""
            mount -t proc -o hidepid=$1 proc /proc || exit 77
            exec "$2" exec 65534 "$3/reaper" "$0" clean --yes --json --no-default-rules --rules "$4"
            """#
        let words = [
            "-m", "/bin/sh", "-c", script, Binary.reaper.path, level, Binary.specimen.path,
            directory.path, rules,
        ]
        let completion = try Self.unshare.run(words)
        let report = try completion.report()
        #expect(!report.complete)
        #expect(report.unreadable.notes?.contains { $0.contains("hidepid") } == true)
        #expect(report.findings.allSatisfy { $0.remedy.action == "none" })
        #expect(directory.contains("run/a.pid"))
        #expect(completion.code == 3 || completion.code == 1)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test(
        "one that shows processes only cannot prove that they are gone",
        .enabled(if: Machine.isRoot, "needs root to mount"),
        arguments: ["--pid", "--in"]
    )
    func subset(selector: String) throws {
        let directory = try TemporaryDirectory()
        let specimen = try Specimen("sleep", "--exe", directory.path("job"))
        let script = #"""
            mount -t proc -o subset=pid proc /proc || exit 77
            exec "$0" clean --json --no-default-rules "$1" "$2"
            """#
        let value = selector == "--in" ? directory.path : try specimen.root.identity
        let words = ["-m", "/bin/sh", "-c", script, Binary.reaper.path, selector, value]
        let completion = try Self.unshare.run(words)
        let report = try completion.report()
        #expect(!report.complete)
        #expect(report.target(try specimen.root)?.result == "exited")
        #expect(completion.code == 3)
    }
}
