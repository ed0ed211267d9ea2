import Foundation
import TestSupport
import Testing

@Suite("stop", .timeLimit(.minutes(60)))
struct StopTests {
    private let live: LiveInstances

    init() throws { live = try LiveInstances() }

    @Test(
        "stops the one that is meant, says so, and removes its file",
        arguments: ["production-a3f2c891", "production", "prod", "prod-a3f2"]
    )
    func one(name: String) throws {
        let specimen = try live.job("production-a3f2c891", alias: "production")
        let other = try live.job("staging-1", alias: "staging")
        let root = try specimen.root
        let completion = try live.stop(name, "--json")
        #expect(try completion.isAllGone(), "\(completion.text)\(completion.errorText)")
        let report = try completion.report()
        #expect(report.target(root)?.result == "exited")
        #expect(
            report.outcome?.removed.map(\.path) == [
                live.directory.path("run/production-a3f2c891.json")
            ]
        )
        #expect(report.instances?.map(\.state) == ["stopped"])
        let said = completion.errorText
        let isExact = name == "production-a3f2c891"
        #expect(said.contains("Found matching instance: production-a3f2c891\n") == !isExact)
        #expect(said.contains("Sent SIGTERM to 'production' (PID \(root.pid))\n"), "\(said)")
        #expect(said.contains("Waiting up to 20 s for graceful shutdown...\n"))
        #expect(said.contains("✓ 'production' (PID \(root.pid)) stopped gracefully after "))
        #expect(root.hasEnded && !live.has("run/production-a3f2c891"))
        #expect(live.has("run/staging-1"))
        #expect(try other.finish().signals.isEmpty)
        #expect(try specimen.finish().signals == ["root TERM"])
    }

    @Test("takes --name and --service for the same, and several at once")
    func several() throws {
        let specimens = try ["a-1", "b-1", "c-1"].map { try live.job($0) }
        let completion = try live.stop("--name", "a-1", "--service=b-1", "c-1", "--json")
        #expect(try completion.isAllGone())
        #expect(completion.errorText.contains("All 3 instances stopped\n"))
        for specimen in specimens { #expect(try specimen.root.hasEnded) }
        #expect(!live.has("run/a-1") && !live.has("run/b-1") && !live.has("run/c-1"))
    }

    @Test("a name that fits several stops none, and lists them; nothing else is done either")
    func ambiguous() throws {
        let specimens = try ["prod-a", "prod-b", "web"].map { try live.job($0) }
        let completion = try live.stop("web", "prod", "--json")
        #expect(completion.code == 2)
        let report = try completion.report()
        #expect(report.error == "'prod' is ambiguous, nothing was stopped")
        #expect(report.instances?.map(\.id) == ["prod-a", "prod-b"] && report.outcome == nil)
        #expect(try live.stop("web", "prod").output.isEmpty)
        let said = completion.errorText
        #expect(said.contains("'prod' is ambiguous, nothing was stopped"))
        let file = live.directory.path("run/prod-a.json")
        let candidate = "  - prod-a, PID \(try specimens[0].root.pid), live, \(file)\n"
        #expect(said.contains(candidate), "\(said)")
        #expect(said.contains("  - prod-b, PID"))
        for specimen in specimens { #expect(try specimen.finish().signals.isEmpty) }
    }

    @Test("a name that nobody has is not found; who runs is listed, others are stopped")
    func unknown() throws {
        let first = try live.job("a-1", alias: "first")
        let alone = try live.stop("nosuch")
        #expect(alone.code == 1)
        #expect(alone.errorText.contains("instance 'nosuch' not found"))
        #expect(alone.errorText.contains("'reaper explain nosuch' looks for"))
        #expect(
            alone.errorText.contains("  - a-1 (first), PID \(try first.root.pid), live\n"),
            "\(alone.errorText)"
        )
        let both = try live.stop("nosuch", "a-1")
        #expect(both.code == 1)
        #expect(try first.root.hasEnded)
        // Others' environments may hold marks; only root can read them.
        let none = Machine.isRoot ? "No instance is running." : "No running instance could be seen."
        #expect(try live.stop("a-1").errorText.contains(none))
    }

    @Test("a glob is no name: it stops nobody, and is said to be for lists")
    func glob() throws {
        let specimen = try live.job("a-1")
        let completion = try live.stop("a-*")
        #expect(completion.code == 1)
        #expect(completion.errorText.contains("globs do not"), "\(completion.errorText)")
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("two files that tell of one process, as those of two versions, are no two instances")
    func twins() throws {
        let specimen = try live.job("a-1")
        let pid = try specimen.root.pid
        let text = "{\"id\": \"a-1\", \"pid\": \(pid)}"
        try live.directory.write(text, to: "run/older.json")
        let completion = try live.stop("a-1", "--json")
        #expect(try completion.isAllGone(), "\(completion.text)\(completion.errorText)")
        #expect(try completion.report().outcome?.removed.count == 2)
        let (first, second) = try (live.job("b-1"), live.job("c-1"))
        let other = "{\"id\": \"b-1\", \"pid\": \(try second.root.pid)}"
        let path = try live.directory.write(other, to: "run/other.json")
        let ambiguous = try live.stop("b-1")
        #expect(ambiguous.code == 2 && ambiguous.errorText.contains("is ambiguous"))
        #expect(ambiguous.errorText.contains(path))
        #expect(try first.finish().signals.isEmpty && second.finish().signals.isEmpty)
    }

    @Test("a broken record makes an intact one ambiguous only where it is called so in full")
    func brokenTwin() throws {
        let specimen = try live.job("nats-1", alias: "nats")
        let intact = live.directory.path("run/nats-1.json")
        let broken = try live.directory.write("{}", to: "run/nats.json")
        let both = try live.stop("nats")
        #expect(both.code == 2)
        let said = both.errorText
        #expect(said.contains("(nats), PID \(try specimen.root.pid), live, \(intact)\n"), "\(said)")
        let doubt = "unknown, \(broken): only its file is called so, whom it records is not known"
        #expect(said.contains(doubt), "\(said)")
        #expect(said.contains("A file is a name, too: \(intact) means that one only.\n"))
        #expect(try live.stop("nat", "-n").code == 1)
        #expect(try live.stop(intact, "--json").isAllGone())
        #expect(try specimen.root.hasEnded && live.has("run/nats"))
    }

    @Test("what was stopped already is no error: its file goes, and nobody is touched")
    func already() throws {
        try live.record("gone-1", LiveInstances.nobody)
        let stranger = try Specimen("sleep")
        try live.record("other-1", stranger.root.pid)
        let zombies = try Specimen("zombie")
        let zombie = try zombies["zombie"]
        try live.record("dead-1", zombie.pid)
        let completion = try live.stop("gone-1", "other-1", "dead-1", "--json")
        #expect(completion.code == 0, "\(completion.text)\(completion.errorText)")
        #expect(try completion.report().outcome?.removed.count == 3)
        #expect(
            try completion.report().instances?.map(\.state).sorted() == [
                "recycled", "stale", "zombie",
            ]
        )
        let said = completion.errorText
        #expect(
            said.contains("warning: 'gone-1' (PID \(LiveInstances.nobody)) was already stopped")
        )
        #expect(said.contains("cleaning up its file \(live.directory.path("run/gone-1.json"))"))
        #expect(
            said.contains("its parent \(try zombies.root.pid) (specimen) has not waited for it")
        )
        for name in ["gone-1", "other-1", "dead-1"] { #expect(!live.has("run/\(name)")) }
        #expect(zombie.state == .zombie)
        #expect(try stranger.finish().signals.isEmpty && zombies.finish().signals.isEmpty)
    }

    @Test("a successor with the same name is the one that is meant")
    func successor() throws {
        try live.record("web-1", alias: "web", LiveInstances.nobody)
        let specimen = try live.job("web-2", alias: "web")
        let completion = try live.stop("web", "--json")
        #expect(try completion.isAllGone())
        #expect(try specimen.root.hasEnded)
        #expect(live.has("run/web-1") && !live.has("run/web-2"))
    }

    @Test("with nothing running there is nothing to do")
    func nothing() throws {
        let completion = try live.stop("--rule", "live.job")
        #expect(completion.code == 0 && completion.output.isEmpty)
        #expect(completion.errorText == "No running instances found.\n")
        let json = try live.stop("--all", "--rule", "live.job", "--json")
        #expect(try json.report().instances?.isEmpty == true)
        #expect(json.code == 0)
    }

    @Test("all of them need an agreement when there are several", arguments: [[], ["--all"]])
    func all(words: [String]) throws {
        let first = try live.job("a-1")
        let second = try live.job("b-1")
        try live.record("gone-1", LiveInstances.nobody)
        let bare = words + ["--rule", "live.job"]
        let refused = try live.run("stop", bare)
        #expect(refused.code == 2)
        #expect(refused.errorText.contains("Found 2 running instances:\n  - a-1, PID"))
        #expect(refused.errorText.contains("--yes"))
        #expect(try first.root.state == .running && second.root.state == .running)
        #expect(live.has("run/gone-1"))
        let agreed = try live.run("stop", bare + ["--yes", "--json"])
        #expect(try agreed.isAllGone(), "\(agreed.text)")
        #expect(agreed.errorText.contains("All 2 instances stopped\n"))
        #expect(try first.root.hasEnded && second.root.hasEnded)
        #expect(!live.has("run/gone-1"))
    }

    @Test("all of one needs none")
    func allOfOne() throws {
        let specimen = try live.job("a-1")
        // A script that names none by accident must not stop even one.
        let accident = try live.stop("--rule", "live.job")
        #expect(accident.code == 2 && accident.errorText.contains("say --all, or --yes"))
        #expect(try specimen.root.state == .running && live.has("run/a-1"))
        #expect(try live.stop("--rule", "live.job", "-n").code == 1)
        let completion = try live.stop("--all", "--rule", "live.job", "--json")
        #expect(try completion.isAllGone())
        #expect(completion.errorText.contains("Found 1 running instance: a-1"))
        #expect(try specimen.root.hasEnded)
    }

    @Test(
        "on a terminal it asks; no answer means no",
        arguments: [("\n", false), ("n\n", false), ("y\n", true)]
    )
    func asks(answer: String, agrees: Bool) throws {
        let first = try live.job("a-1")
        let second = try live.job("b-1")
        let completion = try live.onTerminal("--rule", "live.job", answer: answer)
        #expect(completion.text.contains("Stop these 2? [y/N]"), "\(completion.text)")
        #expect(agrees || completion.code == 1)
        #expect(try first.root.hasEnded == agrees && second.root.hasEnded == agrees)
        // The file of what is not proven to be gone stays.
        let isUnproven = !Machine.isRoot && completion.text.contains("not proven")
        #expect(live.has("run/a-1") != agrees || isUnproven, "\(completion.text)")
    }

    @Test("on a terminal several are asked about although they are named")
    func asksAboutNamed() throws {
        let specimens = try [live.job("a-1"), live.job("b-1")]
        let asked = try live.onTerminal("a-1", "b-1", answer: "n\n")
        #expect(asked.code == 1 && asked.text.contains("Stop these 2? [y/N]"), "\(asked.text)")
        #expect(asked.text.contains("  - a-1, PID") && asked.text.contains("  - b-1, PID"))
        for specimen in specimens { #expect(try specimen.root.state == .running) }
        let agreed = try live.onTerminal("a-1", "b-1", "--yes", answer: "")
        #expect(!agreed.text.contains("[y/N]"))
        for specimen in specimens { #expect(try specimen.root.hasEnded) }
    }

    @Test("one that is named is asked about with --interactive only")
    func interactive() throws {
        let specimen = try live.job("a-1")
        let asked = try live.onTerminal("-i", "a-1", answer: "n\n")
        let question = "Stop 'a-1' (PID \(try specimen.root.pid))? [y/N]"
        #expect(asked.text.contains(question) && asked.code == 1)
        #expect(try specimen.root.state == .running)
        #expect(try live.stop("-i", "a-1").code == 2)
        let unasked = try live.onTerminal("a-1", answer: "")
        #expect(!unasked.text.contains("[y/N]"))
        #expect(try specimen.root.hasEnded)
    }

    @Test("a dry run shows the plan and does nothing; clean can execute it")
    func dryRun() throws {
        let specimen = try live.job("a-1")
        let dry = try live.stop("a-1", "--dry-run", "--json")
        #expect(dry.code == 1)
        let report = try dry.report()
        #expect(report.planned == [try specimen.root.identity])
        #expect(report.plan?.remove.map(\.path) == [live.directory.path("run/a-1.json")])
        #expect(try live.stop("a-1", "-n").text.contains("is live instance a-1"))
        #expect(try specimen.root.state == .running && live.has("run/a-1"))
        let plan = try live.directory.write(dry.text, to: "plan.json")
        let done = try live.stop("--plan", plan, "--json")
        #expect(try done.isAllGone(), "\(done.text)\(done.errorText)")
        #expect(try specimen.root.hasEnded && !live.has("run/a-1"))
    }

    @Test("who ignores TERM is killed when its grace has passed; --force does not ask")
    func force() throws {
        let stubborn = try live.job("a-1", ["term-ignorer", "--with", "consume"])
        let graceful = try live.stop("a-1", "--timeout", "300ms", "--json")
        #expect(try graceful.report().target(stubborn.root)?.result == "killed")
        let said = graceful.errorText
        #expect(said.contains("Waiting up to 300 ms for graceful shutdown..."))
        #expect(said.contains("'a-1' (PID \(try stubborn.root.pid)) not responding after "))
        #expect(said.contains("✓ 'a-1' (PID \(try stubborn.root.pid)) killed after "), "\(said)")
        let isUnproven = try !Machine.isRoot && graceful.report().outcome?.unproven != nil
        #expect(!live.has("run/a-1") || isUnproven, "\(graceful.text)")
        #expect(try stubborn.finish().signals.contains("root TERM"))
        let second = try live.job("b-1", ["term-ignorer", "--with", "consume"])
        let forced = try live.stop("b-1", "-f", "--json")
        #expect(try forced.report().target(second.root)?.result == "killed")
        #expect(forced.errorText.contains("forced termination may lose data"))
        #expect(forced.errorText.contains("Sent SIGKILL to 'b-1'"))
        #expect(!live.has("run/b-1"))
        #expect(try second.finish().signals.isEmpty)
    }

    @Test("another signal may ask")
    func signal() throws {
        let specimen = try live.job("a-1")
        let completion = try live.stop("a-1", "--signal", "INT", "--timeout", "300ms")
        #expect(completion.errorText.contains("Sent SIGINT to 'a-1'"))
        #expect(try specimen.root.hasEnded)
        #expect(try specimen.finish().signals.allSatisfy { $0 == "root INT" })
    }

    @Test("the whole tree goes with it")
    func tree() throws {
        let specimen = try live.job("a-1", ["tree", "--depth", "2", "--width", "2"])
        let completion = try live.stop("a-1", "--json")
        #expect(try completion.isAllGone())
        #expect(try completion.report().outcome?.targets.count == 7)
        #expect(completion.errorText.contains("SIGTERM to its children first"))
        for (name, probe) in specimen.processes { #expect(probe.hasEnded, "\(name)") }
    }

    @Test("a supervisor that would start it again goes first, and is told")
    func supervisor() throws {
        let words = ["sleep", "--owner", live.directory.path("bin/boss")]
        let specimen = try live.job("web-1", words)
        try live.record("boss-1", specimen["owner"].pid, in: "bosses")
        let completion = try live.stop("web-1", "--json")
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(
            completion.errorText.contains(
                "'boss-1' (PID \(try specimen["owner"].pid)) is a supervisor"
            )
        )
        #expect(completion.errorText.contains("All 2 instances stopped"))
        #expect(try specimen["owner"].hasEnded && specimen.root.hasEnded)
        #expect(!live.has("run/web-1") && !live.has("bosses/boss-1"))
    }

    @Test("a rule without a way to stop has its instances listed, not stopped")
    func silent() throws {
        let specimen = try live.job("a-1", in: "silent")
        let completion = try live.stop("a-1", "--json")
        #expect(completion.code == 1)
        #expect(completion.errorText.contains("rule live.silent does not say how to stop it"))
        #expect(try completion.report().refusal(of: specimen.root) != nil)
        // Among all of them it does not count.
        #expect(try live.stop("--all", "--rule", "live.[js]*", "--json").code == 0)
        #expect(live.has("silent/a-1"))
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("a file that is malformed is never acted on")
    func malformed() throws {
        for (name, pid) in [("zero", Int32(0)), ("all", -1), ("init", 1)] {
            try live.record(name, pid)
            let completion = try live.stop(name, "--json")
            #expect(completion.code == 1, "\(completion.errorText)")
            #expect(completion.errorText.contains("is left alone: it is malformed"))
            #expect(live.has("run/\(name)"))
        }
    }

    @Test(
        "another user's is said to be that, and everything stays",
        .enabled(if: Machine.isRoot, "needs root to have another user's process")
    )
    func foreign() throws {
        let live = try LiveInstances(worldAccessible: true)
        let specimen = try live.job("a-1")
        let root = try specimen.root
        let completion = try live.run("stop", ["a-1", "--json"], asUser: 65_534)
        #expect(completion.code == 1)
        let said = completion.errorText
        #expect(
            said.contains("permission denied (PID \(root.pid)): it belongs to user root"),
            "\(said)"
        )
        #expect(said.contains("run as that user, or with sudo"))
        #expect(try completion.report().refusal(of: root) != nil)
        #expect(live.has("run/a-1") && root.state == .running)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test(
        "root follows no user's file to somebody else's process",
        .enabled(if: Machine.isRoot, "needs root to be somebody's deputy")
    )
    func confusedDeputy() throws {
        let specimen = try live.job("a-1")
        let file = live.directory.path("run/a-1.json")
        #expect(unsafe chown(file, 65_534, 65_534) == 0)
        let foreign = try live.stop("a-1", "--json")
        #expect(foreign.code == 1)
        #expect(foreign.errorText.contains("belongs to user 65534"), "\(foreign.errorText)")
        #expect(unsafe chown(file, 0, 0) == 0)
        #expect(unsafe chmod(file, 0o666) == 0)
        let writable = try live.stop("a-1", "--json")
        #expect(writable.errorText.contains("users other than its owner can write"))
        #expect(live.has("run/a-1"))
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test(
        "usage errors",
        arguments: [
            ["--all", "a"], [""], ["--name", ""], ["-f", "-t", "1", "a"], ["-i", "-y", "a"],
            ["--plan", "x", "a"], ["--plan", "x", "--all"], ["--ports", "1"],
            ["--fail-on", "info"],
        ]
    )
    func usage(words: [String]) throws {
        let completion = try live.run("stop", words)
        #expect(completion.code == 2 && completion.output.isEmpty)
        #expect(completion.errorText.contains("reaper help stop"))
    }

    @Test(
        "a record that a stranger made of somebody else's process makes no name ambiguous",
        .enabled(if: Machine.isRoot, "needs root to have another user's file")
    )
    func distrusted() throws {
        let job = try live.job("web-1")
        let other = try live.job("db-1")
        let file = try live.directory.write(
            "{\"id\": \"web-1\", \"pid\": \(other.root.pid)}",
            to: "run/evil.json"
        )
        #expect(unsafe chown(file, 65_534, 65_534) == 0)
        let list = try live.list("-v", "--rule", "live.job")
        #expect(list.text.contains("running, distrusted"), "\(list.text)")
        #expect(list.text.contains("distrusted: \(file) belongs to user 65534"), "\(list.text)")
        let one = try live.run("explain", ["--json", "web-1"]).explanation()
        #expect(one["processes"].compactMap(\.process) == [try job.root.identity], "\(one)")
        let evil = try live.run("explain", ["--json", file])
        #expect(evil.text.contains("what it records has nobody stopped"), "\(evil.text)")
        let completion = try live.stop("web-1", "--json")
        #expect(try completion.isAllGone(), "\(completion.text)\(completion.errorText)")
        #expect(try job.root.hasEnded && other.root.state == .running)
    }
}
