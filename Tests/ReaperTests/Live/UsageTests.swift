import Foundation
import TestSupport
import Testing

@Suite("usage and rule errors", .timeLimit(.minutes(60)))
struct UsageTests {
    @Test(
        "a wrong value exits 2 with one line that names the argument and what is expected",
        arguments: [
            ("--ports 0", "--ports"), ("--ports 65536", "--ports"), ("--ports 90-80", "--ports"),
            ("--ports 80/sctp", "--ports"), ("--ports 80,,81", "--ports"),
            ("--ports nosuchservice", "--ports"), ("--port -1", "--port"), ("--pid 0", "--pid"),
            ("--pid -1", "--pid"), ("--pid x", "--pid"), ("--pid 4194305", "--pid"),
            ("--pid 5@", "--pid"), ("--pid 5@x", "--pid"), ("--pid 4294967297", "--pid"),
            ("--name [a", "--name"), ("--exe {a", "--exe"), ("--user nosuchuser", "--user"),
            ("--older-than soon", "--older-than"), ("--older-than -1", "--older-than"),
            ("--state Q", "--state"), ("--kind orphans", "--kind"), ("--env =x", "--env"),
            ("--signal NOPE", "--signal"), ("--signal 0", "--signal"), ("--signal 65", "--signal"),
            ("--timeout 10x", "--timeout"), ("--deadline 0", "--deadline"),
            ("--prots 1", "--prots"), ("--fail-on always", "--fail-on"),
            ("--format xml", "--format"), ("-x", "-x"),
            ("stray", "stray"), ("--dry-run=yes", "--dry-run"), ("--ports", "--ports"),
        ]
    )
    func wrong(words: String, argument: String) throws {
        let arguments = ["clean", "--yes"] + words.split(separator: " ").map(String.init)
        try expectUsageError(arguments, naming: argument)
    }

    @Test(
        "an empty value is never everything, nor nothing",
        arguments: [
            "--ports", "--pid", "--name", "--exe", "--cwd", "--in", "--command", "--env",
            "--cgroup", "--user", "--older-than", "--state", "--kind", "--rule", "--plan",
            "--rules", "--proc", "--signal", "--timeout", "--deadline", "--output",
        ]
    )
    func empty(flag: String) throws {
        try expectUsageError(["clean", "--yes", flag, ""], naming: flag)
        try expectUsageError(["clean", "--yes", "\(flag)="], naming: flag)
    }

    @Test(
        "flags that contradict each other are refused",
        arguments: ["scan --dry-run", "scan --yes", "clean --plan x --ports 1", "scan --peers"]
    )
    func contradictions(words: String) throws {
        let arguments = words.split(separator: " ").map(String.init)
        try expectUsageError(arguments, naming: "--")
    }

    private func expectUsageError(_ arguments: [String], naming argument: String) throws {
        let completion = try Binary.reaper.run(arguments)
        #expect(completion.code == 2, "\(arguments)")
        #expect(completion.output.isEmpty)
        let lines = completion.errorText.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == 2 && lines.last == "", "\(completion.errorText)")
        #expect(lines.first?.hasPrefix("reaper: ") == true)
        #expect(lines.first?.contains(argument) == true, "\(completion.errorText)")
    }

    private static let rule = "{ name: 'x', title: 't',\n rules: [ { id: 'a', title: 'b',\n"

    @Test(
        "a broken rule file exits 2 with its place and the nearest key",
        arguments: [
            ("{ name: 'x', title: 't',\n rules: [ { id: 'a', titel: 'b' } ] }", "2:", "title"),
            (rule + " match: { exes: ['/x'] } } ] }", "3:", "exe"),
            (rule + " match: { exe: ['['] } } ] }", "3:", "is not a pattern"),
            (rule + " match: { exe: ['/x'] }, stop: { signal: 'TURM' } } ] }", "3:", "signal"),
            (rule + " stop: { signal: 'TERM', timeout: '1y' } } ] }", "3:", "duration"),
            ("{ name: 'x',\n name: 'y', title: 't', rules: [] }", "2:", "name"),
            ("{ name: 'x'", "1:", "expected '}'"), ("", "1:", "expected a value"),
        ]
    )
    func brokenRules(text: String, line: String, key: String) throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write(text, to: "broken.json5")
        let specimen = try Specimen("sleep")
        for command in ["scan", "clean"] {
            let completion = try Binary.reaper.run(
                [command, "--rules", path, "--pid", specimen.root.identity]
            )
            #expect(completion.code == 2)
            #expect(completion.output.isEmpty)
            #expect(completion.errorText.hasPrefix("reaper: \(path):\(line)"))
            #expect(completion.errorText.contains(key))
            #expect(completion.errorText.split(separator: "\n").count == 1)
        }
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test(
        "the home of somebody else holds no rules of this user; an own one must be readable",
        .enabled(if: Machine.isRoot, "needs root to become somebody else")
    )
    func unreachableHome() throws {
        let directory = try TemporaryDirectory(worldAccessible: true)
        try directory.write("", to: "home/.config/file")
        let home = directory.path("home")
        #expect(unsafe chmod(home, 0o700) == 0)
        func scan() throws -> Completion {
            let words = ["scan", "-v", "--pid", "4194304"]
            return try Binary.reaper.run(
                words,
                environment: ["XDG_CONFIG_HOME": "\(home)/.config"],
                asUser: 65_534
            )
        }
        let foreign = try scan()
        #expect(foreign.code != 2)
        #expect(foreign.errorText.contains("it lies in another user's directory"))
        #expect(unsafe chown(home, 65_534, 65_534) == 0)
        #expect(unsafe chmod(home, 0o000) == 0)
        let own = try scan()
        #expect(own.code == 2)
        #expect(own.errorText.contains("set HOME, or use --no-default-rules"))
    }

    @Test("a rule file that is named and missing exits 2")
    func missingRules() throws {
        let completion = try Binary.reaper.run(["scan", "--rules", "/nonexistent/x.json5"])
        #expect(completion.code == 2)
        #expect(completion.errorText.contains("/nonexistent/x.json5"))
    }
}
