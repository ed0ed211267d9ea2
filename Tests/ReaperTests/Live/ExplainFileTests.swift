import Foundation
import TestSupport
import Testing

@Suite("explain: files", .timeLimit(.minutes(60)))
struct ExplainFileTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// A number that the kernel gives to nobody: it counts up to this one, and not to it.
    private static let nobody: String = {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/pid_max", encoding: .utf8)
        return (text ?? "4194304").trimmingCharacters(in: .whitespacesAndNewlines)
    }()

    private var rules: String {
        LiveRules.files(directory.path("run/*"), programs: directory.path("bin"))
    }

    private func explain(_ path: String, rules: String? = nil) throws
        -> LiveExplanations.Explanation
    {
        let completion = try Binary.reaper.explain(path, rules: rules)
        #expect(completion.code == 0, "\(completion.text)")
        return try completion.explanation()
    }

    /// The question that decided.
    private func decisive(_ one: LiveExplanations.Explanation) -> String? {
        one["staleness"].first { $0.mark == "decisive" }?.label
    }

    @Test("a stale pid file is explained question by question, and removed by the command told")
    func stale() throws {
        let path = try directory.write("\(Self.nobody)\n", to: "run/a.pid")
        let one = try explain(path, rules: rules)
        #expect(one.summary == "\(path) is stale: process \(Self.nobody) does not exist")
        #expect(decisive(one) == "6. does its process exist?")
        #expect(one["staleness"].compactMap(\.label).count == 9)
        #expect(one["rules"].first?.label == "live.files")
        let command = try #require(one.advice?.commands.first)
        #expect(command.hasPrefix("reaper clean --stale-files --rule live.files "))
        let words = command.split(separator: " ").dropFirst(2).prefix(3).map(String.init)
        let cleaned = try Binary.reaper.run(["clean"] + words, rules: rules)
        #expect(cleaned.code == 0 && !directory.contains("run/a.pid"))
    }

    @Test("whoever remains of a stale file's process is told as a scan tells it")
    func survivors() throws {
        // The specimen's `gone` led the session that `root` is in.
        let specimen = try Specimen("orphan", "--adopted", "--dead-session")
        let root = try specimen.root
        let leader = try #require(root.session)
        let path = try directory.write("\(leader)\n", to: "run/a.pid")
        let one = try explain(path, rules: rules)
        #expect(one.summary.hasSuffix("(\(root.identity)) still runs"), "\(one.summary)")
        #expect(one["users"].contains { $0.process == root.identity && $0.mark == "odd" })
        #expect(one.texts("cleaning").first?.contains("it is only suspect") == true)
        let scan = try Binary.reaper.run(["scan", "--stale-files", "--json"], rules: rules)
        // The flags behind it lead to the rules, which each has in a file of its own here.
        func bare(_ command: String?) -> String? {
            command?.components(separatedBy: " --no-default-rules").first
        }
        let remedy = bare(try scan.report().findings.first?.remedy.command)
        #expect(remedy != nil && bare(one.advice?.commands.first) == remedy, "\(scan.text)")
    }

    @Test("a file whose number another program has is stale, and that program named")
    func recycled() throws {
        let stranger = try Specimen("sleep", "--exe", directory.path("elsewhere/other"))
        let root = try stranger.root
        let path = try directory.write("\(root.pid)\n", to: "run/a.pid")
        let one = try explain(path, rules: rules)
        #expect(one.summary.contains("its number has been reused"), "\(one.summary)")
        #expect(decisive(one) == "8. is it the recorded one?")
        #expect(one["file"].first { $0.label == "records" }?.process == root.identity)
        #expect(try stranger.finish().signals.isEmpty)
    }

    @Test(
        "a locked file is in use, and who holds it is told",
        arguments: ["flock", "posix", "ofd"]
    )
    func locked(kind: String) throws {
        _ = try directory.write("", to: "run/.keep")
        let path = directory.path("run/a.pid")
        let specimen = try Specimen(
            "pidfile",
            "--path",
            path,
            "--lock",
            kind,
            "--content",
            Self.nobody
        )
        let one = try explain(path, rules: rules)
        #expect(decisive(one) == "4. locked?")
        #expect(one.summary.contains("is in use"))
        let identity = try specimen.root.identity
        let users = one["users"].filter { $0.process == identity }
        #expect(users.contains { $0.fact.hasSuffix("has it open") })
        #expect(users.contains { $0.fact.contains("holds a lock on it") }, "\(users)")
        #expect(one.advice == nil)
    }

    @Test("a live file is in use")
    func live() throws {
        _ = try directory.write("", to: "run/.keep")
        let path = directory.path("run/a.pid")
        let specimen = try Specimen("pidfile", "--path", path, "--exe", directory.path("bin/job"))
        let one = try explain(path, rules: rules)
        #expect(one.summary == "\(path) is in use: process \(try specimen.root.pid) runs")
        #expect(decisive(one) == "8. is it the recorded one?")
    }

    @Test("a path that no rule names is judged by what it looks like, and left alone")
    func unnamed() throws {
        let path = try directory.write("\(Self.nobody)\n", to: "other/a.pid")
        let one = try explain(path, rules: rules)
        #expect(one.summary.contains("is stale"))
        #expect(one.texts("rules").first?.hasPrefix("no rule names it") == true)
        #expect(one.texts("cleaning") == ["leaves it alone: no rule names it"])
        #expect(one.advice?.commands.isEmpty == true)
        let lock = try directory.write("", to: "other/x.lock")
        #expect(try decisive(explain(lock)) == "4. locked?")
        let link = directory.path("other/SingletonLock")
        try FileManager.default.createSymbolicLink(
            atPath: link,
            withDestinationPath: "elsewhere.example-\(Self.nobody)"
        )
        #expect(try decisive(explain(link)) == "2. of this host alone?")
    }

    @Test("a socket is explained by who listens on it, or that nobody does")
    func sockets() throws {
        _ = try directory.write("", to: "x/.keep")
        let live = directory.path("x/live.sock")
        let specimen = try Specimen("socketfile", "--path", live)
        let one = try explain(live)
        #expect(decisive(one) == "4. is a socket bound to it?")
        let identity = try specimen.root.identity
        #expect(one["users"].contains { $0.process == identity && $0.fact.contains("socket") })
        let dead = directory.path("x/dead.sock")
        let other = try Specimen("socketfile", "--path", dead, "--close")
        #expect(try explain(dead).summary.contains("is stale: no socket is bound to it"))
        #expect(try other.finish().signals.isEmpty)
    }

    @Test("a program and a directory are explained by who runs it and stands in it")
    func places() throws {
        let program = directory.path("bin/job")
        let specimen = try Specimen("sleep", "--exe", program, "--cwd", directory.path)
        let identity = try specimen.root.identity
        let one = try explain(program)
        #expect(one["users"].contains { $0.process == identity && $0.fact.hasSuffix("runs it") })
        let place = try explain(directory.path)
        #expect(
            place["users"].contains { $0.process == identity && $0.fact.hasSuffix("stands in it") }
        )
        // Through a link, and relative to nothing.
        let link = directory.path("link")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "bin")
        #expect(try explain("\(link)/job").path == program)
        #expect(try explain("\(directory.path)/bin/../bin/./job").path == program)
    }

    @Test("what is malformed, or is not there, is said to be")
    func malformed() throws {
        let path = try directory.write("12 34\n", to: "run/a.pid")
        let one = try explain(path, rules: rules)
        #expect(one.summary.contains("cannot be understood: expected one process number"))
        #expect(decisive(one) == "1. safe to open, and understood?")
        let missing = try Binary.reaper.explain(directory.path("run/none"))
        #expect(missing.code == 1)
        #expect(try missing.explanation().answer == "not_found")
    }
}

/// Names, arguments and paths belong to whoever runs the process.
@Suite("explain: text from other processes", .timeLimit(.minutes(60)))
struct ExplainHostileTextTests {
    private let directory: TemporaryDirectory
    private let specimen: Specimen

    init() throws {
        directory = try TemporaryDirectory()
        let words = [
            "listen", "--exe", directory.path("bin/\u{1b}]0;owned\u{07}\n::error::exe\u{202e}"),
            "--name", "1b5b6d0a3a3a6572ff0d9b", "--env", "GITHUB_RUN_ID=\u{1b}[2J\n::error::id",
            "--env", "TMUX_PANE=\u{1b}]0;x", "--env", "TMUX=1", "--args", "\u{1b}[31mred",
            "\n::error title=x::injected", "\r\n##[command]x", "\u{202e}txt.exe", "\u{9b}31m",
        ]
        specimen = try Specimen(words)
    }

    private func isHarmless(_ bytes: [UInt8]) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x0A: true
            case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: false
            default: true
            }
        }
        let lines = text.split(separator: "\n")
        return isPlain && !lines.contains { $0.hasPrefix("::") || $0.hasPrefix("##[") }
    }

    @Test(
        "never reaches the output raw",
        arguments: [
            "", "-v", "-q", "--json", "--format ndjson", "-v --show-secrets",
            "--json --show-secrets",
        ]
    )
    func escaped(flags: String) throws {
        let words = flags.split(separator: " ").map(String.init)
        let root = try specimen.root
        let file = try FileManager.default.contentsOfDirectory(atPath: directory.path("bin"))[0]
        let targets = [
            root.identity, ":\(try specimen.port)", directory.path("bin/\(file)"),
            "\u{1b}(31mnobody",
        ]
        for target in targets {
            let completion = try Binary.reaper.run(["explain"] + words + [target], rules: nil)
            #expect(!completion.output.isEmpty, "\(completion.errorText)")
            #expect(isHarmless(completion.output), "\(completion.text.debugDescription)")
            #expect(isHarmless(completion.errorOutput), "\(completion.errorText.debugDescription)")
        }
    }

    @Test(
        "a word that names nothing is a usage error, in one harmless line",
        arguments: ["", ":\u{1b}[m", ":1,2", "0", "[\u{1b}", "4127@x@"]
    )
    func usage(target: String) throws {
        let completion = try Binary.reaper.run(["explain", target], rules: nil)
        // The last is a name that nobody has.
        #expect(completion.code == 2 || target.hasPrefix("4127@x"))
        #expect(isHarmless(completion.errorOutput), "\(completion.errorText.debugDescription)")
    }

    @Test("without a target it says what one is")
    func missing() throws {
        let completion = try Binary.reaper.run(["explain"], rules: nil)
        #expect(completion.code == 2 && completion.output.isEmpty)
        #expect(completion.errorText.contains("PID, PID@START, :PORT"))
    }
}
