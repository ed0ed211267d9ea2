import TestSupport
import Testing

@Suite("clean: consent", .timeLimit(.minutes(60)))
struct ConsentTests {
    private let directory: TemporaryDirectory
    private let rules: String

    init() throws {
        directory = try TemporaryDirectory()
        rules = try directory.write(LiveRules.job(directory.path("cache")), to: "live.json5")
    }

    private func orphan(_ name: String) throws -> Specimen {
        try Specimen("orphan", "--dead-session", "--exe", directory.path("cache/\(name)"))
    }

    /// An ordinary user cannot look at everybody's executable, so "nothing left" is not claimed.
    private static let clean: Int32 = Machine.isRoot ? 0 : 3

    /// Zombies and the like of other programs are warnings, and no concern of these tests.
    private var clean: [String] {
        ["clean", "--no-default-rules", "--rules", rules, "--fail-on", "error"]
    }

    /// Runs reaper on a terminal; `answer` is typed when it asks.
    private func onTerminal(_ words: [String], answer: String) throws -> Completion {
        try Binary.specimen.run(["terminal", Binary.reaper.path] + words, input: answer)
    }

    @Test("without a selector, and off a terminal, nothing is done without --yes")
    func offTerminal() throws {
        let specimen = try orphan("job")
        let refused = try Binary.reaper.run(clean)
        #expect(refused.code == 2)
        #expect(refused.errorText.contains("--yes"))
        #expect(refused.errorText.contains("nothing was done"))
        #expect(try specimen.root.state == .running)
        let agreed = try Binary.reaper.run(clean + ["--yes"])
        #expect(agreed.code == Self.clean, "\(agreed.text)")
        #expect(try specimen.root.hasEnded)
        #expect(try specimen.finish().signals.contains("root TERM"))
    }

    @Test("with nothing to do nobody need agree")
    func nothing() throws {
        #expect(try Binary.reaper.run(clean).code == Self.clean)
    }

    @Test(
        "on a terminal more than one tree is asked about, and no answer means no",
        arguments: [("", false), ("\n", false), ("n\n", false), ("maybe\n", false), ("y\n", true)]
    )
    func asks(answer: String, agrees: Bool) throws {
        let first = try orphan("a")
        let second = try orphan("b")
        let words = clean + ["--in", directory.path("cache")]
        let completion = try onTerminal(words, answer: answer)
        #expect(completion.text.contains("stop 2 process trees"), "\(completion.text)")
        #expect(completion.code == (agrees ? Self.clean : 1))
        #expect(try first.root.hasEnded == agrees)
        #expect(try second.root.hasEnded == agrees)
    }

    @Test("the plan is shown before the question, and Ctrl-C there says that nothing was done")
    func interrupted() throws {
        let specimen = try orphan("job")
        let completion = try onTerminal(clean, answer: "\u{3}")
        let text = completion.text
        let identity = try specimen.root.identity
        #expect(text.contains("SIGTERM") && text.contains(identity), "\(text)")
        #expect(text.contains("stop 1 process tree (1 process)? [y/N]"), "\(text)")
        #expect(text.contains("interrupted: nothing was done"), "\(text)")
        #expect(completion.code == 1)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("one tree that was selected is not asked about, nor are more with --yes")
    func unasked() throws {
        let first = try orphan("a")
        let one = try onTerminal(clean + ["--pid", first.root.identity], answer: "")
        #expect(!one.text.contains("[y/N]"))
        let second = try orphan("b")
        let third = try orphan("c")
        let words = clean + ["--yes", "--in", directory.path("cache")]
        let more = try onTerminal(words, answer: "")
        #expect(more.code == Self.clean && !more.text.contains("[y/N]"))
        #expect(try first.root.hasEnded && second.root.hasEnded && third.root.hasEnded)
    }

    @Test("on a terminal a clean without a selector asks even about one tree")
    func rulesOnly() throws {
        let specimen = try orphan("job")
        let completion = try onTerminal(clean, answer: "n\n")
        #expect(completion.text.contains("[y/N]"))
        #expect(completion.code == 1)
        #expect(try specimen.root.state == .running)
    }

    /// Somebody whom no other process on the machine is likely to be.
    private static let stranger: UInt32 = 61_917

    @Test(
        "whose a process is, how old, in which state: alone none of it is consent",
        .enabled(if: Machine.isRoot, "only root starts processes of somebody else")
    )
    func broad() throws {
        let shared = try TemporaryDirectory(worldAccessible: true)
        let specimen = try Specimen(
            "sleep",
            "--orphan",
            "--user",
            "\(Self.stranger)",
            "--exe",
            shared.path("job")
        )
        let broad = ["clean", "--user", "\(Self.stranger)"]
        for more in [
            [], ["--state", "SRD"], ["--older-than", "0"], ["--name", "*"], ["--in", "/"],
            ["--name", "*", "--name", "nosuch"], ["--in", "/", "--in", "/srv/nosuch"],
            ["--name", "{*,x}"], ["--exe", "/{usr,**}/**"],
        ] {
            let refused = try Binary.reaper.run(broad + more)
            #expect(refused.code == 2, "\(more): \(refused.text)")
            #expect(refused.errorText.contains("--orphans"), "\(refused.errorText)")
            #expect(refused.errorText.contains("--yes"), "\(refused.errorText)")
        }
        let asked = try onTerminal(broad, answer: "\n")
        #expect(asked.code == 1 && asked.text.contains("[y/N]"), "\(asked.text)")
        let shown = try Binary.reaper.run(broad + ["--dry-run"])
        #expect(try shown.text.contains(specimen.root.identity))
        #expect(try specimen.root.state == .running)
        let agreed = try Binary.reaper.run(broad + ["--in", shared.path])
        #expect(agreed.code == 0, "\(agreed.text)")
        #expect(try specimen.root.hasEnded)
    }
}
