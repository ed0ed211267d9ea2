import ReaperKit
import Testing

@testable import reaper

private let machine = ParsingContext(
    userNumber: { $0 == "alice" ? 1000 : nil },
    services: { ServiceNames(parsing: Array("http 80/tcp www\n".utf8)) },
    realPath: { $0 == "/srv/app" || $0 == "." ? "/srv/app" : nil },
    currentDirectory: { "/home/alice" },
    homeDirectory: { "/home/a*ice" }
)

private func parse(
    _ command: Subcommand.Name,
    _ arguments: [String]
) throws(UsageError) -> Options {
    guard let row = Subcommand.named(command.rawValue) else {
        throw UsageError(message: "no such command")
    }
    return try ArgumentParser.parse(arguments, for: row, in: machine)
}

@Suite("arguments")
struct ArgumentParserTests {
    @Test("a tilde that the shell has left alone is the home directory, whatever is in its name")
    func tilde() throws {
        let glob = try machine.pathGlob("~/x*")
        #expect(glob.matches("/home/a*ice/xy") && !glob.matches("/home/alice/xy"))
        #expect(try machine.pathGlob("~").matches("/home/a*ice"))
        #expect(throws: ValueError.self) { try machine.pathGlob("~bob/x") }
        let ignored = try parse(.run, ["--ignore", "file=~/x*", "true"]).selection.exemptions
        guard case .files(let files) = ignored.first?.subject else {
            Issue.record("\(ignored)")
            return
        }
        #expect(files.matches("/home/a*ice/xy"))
    }

    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var command: Subcommand.Name
        var arguments: [String]
        var want: @Sendable (inout Options) -> Void

        init(
            _ name: String,
            _ arguments: [String],
            of command: Subcommand.Name = .clean,
            _ want: @escaping @Sendable (inout Options) -> Void
        ) {
            testDescription = name
            self.command = command
            self.arguments = arguments
            self.want = want
        }
    }

    private static let cases: [Case] = [
        Case("nothing", []) { _ in },
        Case("a value after =", ["--signal=INT"]) { $0.action.signal = .interrupt },
        Case("a value in the next word", ["--signal", "INT"]) { $0.action.signal = .interrupt },
        Case("a value after a letter", ["-s", "INT"]) { $0.action.signal = .interrupt },
        Case("a value attached to a letter", ["-sINT"]) { $0.action.signal = .interrupt },
        Case("a value that holds =", ["--env", "A=b=c"]) {
            $0.selection.process.environment = [condition("A", "b=c")]
        },
        Case("a value that begins with a dash", ["--name", "-bash"]) {
            $0.selection.process.names = [glob("-bash")]
        },
        Case("a bundle", ["-nv"]) {
            $0.action.isDryRun = true
            $0.output.isVerbose = true
        },
        Case("a bundle that ends in a value", ["-nyt500ms"]) {
            $0.action.isDryRun = true
            $0.action.assumesYes = true
            $0.action.timeout = .milliseconds(500)
        },
        Case("a flag repeated", ["--name", "a", "--name=b"]) {
            $0.selection.process.names = [glob("a"), glob("b")]
        },
        Case("ports of three flags", ["--ports", "80,90", "--port", "91/udp", "--ports=www"]) {
            $0.selection.ports = PortSet(members: [
                .init(ports: 80...80), .init(ports: 90...90),
                .init(ports: 91...91, transport: .udp), .init(ports: 80...80, transport: .tcp),
            ])
        },
        Case("pids", ["--pid", "1@5,7"]) {
            $0.selection.process.pids = [
                PidCondition(pid: 1, startTime: 5), PidCondition(pid: 7),
            ]
        },
        Case("users", ["--user", "alice,0"]) { $0.selection.process.users = [1000, 0] },
        Case("a directory through a link", ["--in", "."]) {
            $0.selection.process.directories = ["/srv/app"]
        },
        Case("a directory that is gone", ["--in", "../x/./y/"]) {
            $0.selection.process.directories = ["/home/x/y"]
        },
        Case("leaked processes are what is selected", ["--kind=leaked_process", "--pid=7"]) {
            $0.selection.process.pids = [PidCondition(pid: 7)]
        },
        Case("new files of a rule", ["--since=f", "--kind=leaked_file", "--rule=a.b"]) {
            $0.baselineFile = "f"
            $0.selection.kinds = [.leakedFile]
            $0.selection.rules = [glob("a.b")]
        },
        Case("kinds of leaks", ["--since=f", "--kind=leaked_port,leaked_file"]) {
            $0.baselineFile = "f"
            $0.selection.kinds = [.leakedPort, .leakedFile]
        },
        Case("a time to settle in", ["--since", "f", "--settle", "5s"], of: .scan) {
            $0.baselineFile = "f"
            $0.settlingTime = .seconds(5)
            $0.run.settle = .seconds(5)
        },
        Case("only processes are awaited", ["--since=f"], of: .wait) {
            $0.baselineFile = "f"
            $0.selection.kinds = [.leakedProcess]
        },
        Case("what is expected", ["--since=f", "--ignore=a.*", "--ignore", "port=80,http"]) {
            $0.baselineFile = "f"
            $0.selection.exemptions = [
                Exemption("a.*", .rules(glob("a.*"))),
                Exemption(
                    "port=80,http",
                    .ports(
                        PortSet(members: [
                            .init(ports: 80...80), .init(ports: 80...80, transport: .tcp),
                        ])
                    )
                ),
            ]
        },
        Case("expected processes", ["--since=f", "--ignore", "in=.", "--ignore", "env=A=b=c"]) {
            $0.baselineFile = "f"
            var directory = ProcessPattern()
            directory.directories = ["/srv/app"]
            var variable = ProcessPattern()
            variable.environment = [EnvironmentCondition(name: "A", value: glob("b=c"))]
            $0.selection.exemptions = [
                Exemption("in=.", .processes(directory)),
                Exemption("env=A=b=c", .processes(variable)),
            ]
        },
        Case("kinds", ["--kind", "zombie,orphan", "--stale-files"]) {
            $0.selection.kinds = [.zombie, .orphan, .staleInstance, .staleSocket]
        },
        Case("the last of two formats", ["--json", "--format", "table"]) { _ in },
        Case("stdout by its other name", ["-o", "-"]) { _ in },
        Case("reports", ["--report", "junit=a=b", "-o", "c", "--report=dot=-"]) {
            $0.output.file = "c"
            $0.output.reports = [
                ReportDestination(format: .junit, file: "a=b"), ReportDestination(format: .dot),
            ]
        },
        Case("a format of findings", ["--format", "openmetrics"], of: .stop) {
            $0.output.format = .openmetrics
        },
        Case("help among flags", ["--name", "x", "-h", "--nonsense"]) {
            $0.selection.process.names = [glob("x")]
            $0.request = .help
        },
    ]

    @Test("are understood", arguments: cases)
    private func understood(_ testCase: Case) throws {
        var want = Options()
        testCase.want(&want)
        #expect(try parse(testCase.command, testCase.arguments) == want)
    }

    @Test("operands stand anywhere and follow --")
    func operands() throws {
        let options = try parse(.help, ["a", "b", "--", "-c"])
        #expect(options.operands == ["a", "b", "-c"])
    }

    private struct Refused: Sendable, CustomTestStringConvertible {
        var testDescription: String { arguments.joined(separator: " ") }
        var command = Subcommand.Name.clean
        var arguments: [String]
        var want: String

        init(_ arguments: [String], of command: Subcommand.Name = .clean, _ want: String) {
            self.command = command
            self.arguments = arguments
            self.want = want
        }
    }

    private static let refusals: [Refused] = [
        Refused(["--prots=1"], "--prots: is not a flag (did you mean '--ports'?)"),
        Refused(["--dry"], "--dry: is not a flag"),
        Refused(["--xyzzy"], "--xyzzy: is not a flag"),
        Refused(["-Z"], "-Z: is not a flag"),
        Refused(["-nZ"], "-Z: is not a flag"),
        Refused(["--ports", ""], "--ports: is empty: expected LIST"),
        Refused(["--ports="], "--ports: is empty: expected LIST"),
        Refused(["--name"], "--name: needs a value: expected GLOB"),
        Refused(["-s"], "-s: needs a value: expected SIGNAL"),
        Refused(["--dry-run=yes"], "--dry-run: takes no value"),
        Refused(["--ports", "0"], "--ports: '0' is not a port: expected"),
        Refused(["--ports", "80,,90"], "--ports: '' is not a port: expected"),
        Refused(["--pid", "0"], "--pid: '0' is not a process: expected"),
        Refused(["--pid", "1,"], "--pid: '1,' is not a list: expected"),
        Refused(["--user", "bob"], "--user: 'bob' is not a user: expected"),
        Refused(["--state", "Q"], "--state: 'Q' is not a set of states: expected"),
        Refused(["--env", "=x"], "--env: '=x' is not a variable: expected"),
        Refused(["--name", "["], "--name: '[' is not"),
        Refused(["--kind", "zombies"], "--kind: 'zombies' is not a kind of finding: expected"),
        Refused(["--signal", "TERMINATE"], "--signal: 'TERMINATE' is not a signal: expected"),
        Refused(["--signal", "STOP"], "--signal: 'STOP' is not a signal that ends a process: "),
        Refused(["-s", "20"], "-s: '20' is not a signal that ends a process: expected"),
        Refused(["-s", "cont"], "-s: 'cont' is not a signal that ends a process: expected"),
        Refused(["--timeout", "-1"], "--timeout: '-1' is not a duration: expected"),
        Refused(["--deadline", "0"], "--deadline: '0' is not a deadline: expected"),
        Refused(["--format", "xml"], "--format: 'xml' is not a format: expected table"),
        Refused(["--format", "github"], of: .list, "--format github: is a format of 'scan'"),
        Refused(["--format", "dot"], of: .rules, "--format dot: is a format of 'scan'"),
        Refused(["--report", "json=x"], of: .list, "--report: is not a flag of 'list'"),
        Refused(["--report", "junit"], "--report: 'junit' is not a report: expected FORMAT=FILE"),
        Refused(["--report", "junit="], "--report: 'junit=' is not a report: expected"),
        Refused(
            ["--report", "juint=x"],
            "--report: 'juint' is not a format: expected table, tree, json, ndjson, junit, "
                + "github, openmetrics, html, dot (did you mean 'junit'?)"
        ),
        Refused(
            ["--report", "json=x", "--report", "dot=x"],
            "--report dot=x: that file is written to already"
        ),
        Refused(["-o", "x", "--report", "dot=x"], "--report dot=x: that file is written to"),
        Refused(
            ["--report", "dot=-"],
            "--report dot=-: stdout has the table already: use '--format dot' for this alone, or "
                + "give one of them a file"
        ),
        Refused(
            ["-o", "x", "--report", "dot=-", "--report", "json=-"],
            "--report json=-: stdout has another --report already: give one of them a file"
        ),
        Refused(["8080"], "'8080': is not expected here (did you mean '--ports 8080'"),
        Refused(["\u{1b}[2J"], "'\\x1b[2J': is not expected here"),
        Refused(["-n"], of: .scan, "-n: is not a flag of 'scan' but of 'clean'"),
        Refused(["--kind", "port_holder"], "--kind port_holder: needs --ports"),
        Refused(["--kind", "leaked_port"], "--kind leaked_port: needs --since"),
        Refused(["--kind", "leaked_file"], "--kind leaked_file: needs --since"),
        Refused(
            ["--since=f", "--kind", "leaked_port,orphan"],
            "--kind leaked_port: cannot be combined with kinds that rules"
        ),
        Refused(
            ["--since=f", "--kind", "leaked_process", "--ports=1"],
            "--kind leaked_process: cannot be combined with --ports"
        ),
        Refused(
            ["--since=f", "--kind", "leaked_file", "--name=x"],
            "--kind leaked_file: can be narrowed by --user only"
        ),
        Refused(["--settle=1"], of: .scan, "--settle: needs --since"),
        Refused(["--settle=1", "--since=f"], "--settle: is not a flag of 'clean'"),
        Refused(["--ignore=a.*"], "--ignore a.*: needs --since"),
        Refused(["--ignore=name=x"], of: .scan, "--ignore name=x: needs --since"),
        Refused(["--ignore="], "--ignore: is empty: expected RULE|SELECTOR"),
        Refused(["--ignore", "nmae=x"], "--ignore: 'nmae=x' is not a selector: expected a rule"),
        Refused(["--ignore", "older-than=1"], "--ignore: 'older-than=1' is not a selector"),
        Refused(
            ["--ignore", "=x"],
            "--ignore: '=x' is not a selector: expected a rule, or one of"
        ),
        Refused(["--ignore", "name="], "--ignore: 'name=' is not complete: expected a value"),
        Refused(["--ignore", "port"], "--ignore: 'port' is not complete: expected a value"),
        Refused(["--ignore", "port=0"], "--ignore: '0' is not a port: expected"),
        Refused(["--ignore", "pid=x"], "--ignore: 'x' is not a process: expected"),
        Refused(["--ignore", "user=bob"], "--ignore: 'bob' is not a user: expected"),
        Refused(["--ignore", "name=["], "--ignore: '[' is not"),
        Refused(["--kind", "leaked_process"], "--kind leaked_process: needs --since"),
        Refused(
            ["--rule", "a.*", "--zombies"],
            "--rule: cannot be combined with --kind zombie"
        ),
        Refused(["--peers"], "--peers: needs --ports"),
        Refused(["-f", "-sTERM"], "--force: means SIGKILL"),
        Refused(["-f", "-t1"], "--force: leaves no grace"),
        Refused(["-t9", "--deadline=1"], "--deadline: 1s is shorter than --timeout 9s"),
        Refused(["--plan", "p", "--pid", "7"], "--plan: names its targets"),
        Refused(["--plan", "p", "-f"], "--plan: is executed exactly"),
    ]

    @Test("that are wrong are refused in one line", arguments: refusals)
    private func refused(_ testCase: Refused) {
        #expect {
            _ = try parse(testCase.command, testCase.arguments)
        } throws: { error in
            let text = "\(error)"
            return text.hasPrefix(testCase.want) && !text.contains("\n")
                && text.hasSuffix("; see 'reaper help \(testCase.command.rawValue)'")
        }
    }

    @Test("a longer grace raises the deadline, an explicit deadline holds")
    func deadline() throws {
        #expect(try parse(.clean, []).action.effectiveDeadline == .seconds(30))
        #expect(try parse(.clean, ["-t60"]).action.effectiveDeadline == .seconds(80))
        let both = try parse(.clean, ["-t5", "--deadline=7"])
        #expect(both.action.effectiveDeadline == .seconds(7))
    }

    @Test("the order of stopping is one of three, and nobody's unless it is given")
    func order() throws {
        #expect(try parse(.clean, []).action.order == nil)
        let orders: [(String, StopOrder)] = [
            ("deepest-first", .deepestFirst), ("root-first", .rootFirst), ("at-once", .atOnce),
        ]
        for (word, order) in orders {
            for command in [Subcommand.Name.clean, .stop] {
                let options = try parse(command, ["--order", word])
                #expect(options.action.order == order)
                #expect(options.planning.order == order)
            }
        }
        #expect(throws: UsageError.self) { try parse(.clean, ["--order", "bogus"]) }
    }

    @Test("a command's names and letters of flags are unique", arguments: Subcommand.Name.allCases)
    private func unique(_ command: Subcommand.Name) {
        let flags = Flag.all.filter { $0.commands.contains(command) }
        let names = flags.flatMap { [$0.long] + $0.aliases }
        #expect(Set(names).count == names.count)
        let letters = flags.compactMap(\.short)
        #expect(Set(letters).count == letters.count)
    }
}

private func glob(_ text: ByteString) -> Glob {
    do { return try Glob(parsing: text, as: .text) } catch { preconditionFailure("\(error)") }
}

private func condition(_ name: ByteString, _ value: ByteString) -> EnvironmentCondition {
    EnvironmentCondition(name: name, value: glob(value))
}
