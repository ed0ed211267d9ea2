import Foundation
import TestSupport
import Testing

@testable import ReaperKit

@Suite("reports about rules")
struct RulesReportTests {
    private let schema: JSONSchema

    init() throws {
        schema = try JSONSchema(
            Data(contentsOf: PackageFiles.file("schema/rules-report.schema.json"))
        )
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// An inventory with a file in each state, and a conflict.
    private static func inventory() throws -> (RuleInventory, TemporaryDirectory) {
        let directory = try TemporaryDirectory()
        let other = "{name:'b',title:'B',rules:[{id:'r',title:'R',match:{name:'${X}'}}]}"
        try directory.write(RuleFileTests.everyKey, to: "one/wasm.json5")
        try directory.write("{", to: "one/x.json5")
        try directory.write(other, to: "two/b.json5")
        try directory.write(other, to: "two/c.json5")
        try directory.write(RuleFileTests.everyKey, to: "two/wasm.json5")
        try directory.write("", to: "two/b.json5~")
        let layers = RuleLayers(
            places: [
                .directory("/nonexistent"), .directory(directory.path("one")),
                .named(directory.path("two"), by: "--rules"),
                .named("/nonexistent", by: "REAPER_RULES"),
            ]
        )
        let inventory = RuleInventory(
            of: layers,
            reader: RuleFileTests.reader,
            effectiveUser: 1000
        )
        return (inventory, directory)
    }

    @Test("every answer for programs keeps to the schema")
    func answers() throws {
        let (inventory, directory) = try Self.inventory()
        let checks = RuleCheck.checks(
            of: RuleLayers(places: [.named(directory.path("two"), by: "t"), .directory("/")]),
            reader: RuleFileTests.reader,
            effectiveUser: 1000
        )
        #expect(checks.contains { !$0.warnings.isEmpty } && checks.contains { !$0.errors.isEmpty })
        let answers = [
            RulesReport.listJSON(inventory, rules: inventory.rules),
            RulesReport.showJSON(inventory.rules, of: inventory.loaded),
            RulesReport.checkJSON(checks),
            RulesReport.testJSON([try Self.traced()], style: ReportStyle()),
            RulesReport.testJSON([], style: ReportStyle()),
        ]
        for answer in answers {
            #expect(try schema.violations(in: Data(answer)) == [], "\(text(answer).prefix(200))")
        }
    }

    @Test("a list shows files with their state, and a row per rule")
    func list() throws {
        let (inventory, _) = try Self.inventory()
        let lines = text(
            RulesReport.list(
                inventory,
                rules: inventory.rules,
                isFiltered: false,
                style: ReportStyle()
            )
        ).split(separator: "\n")
        func line(_ parts: String...) -> Bool {
            lines.contains { line in parts.allSatisfy { line.contains($0) } }
        }
        #expect(line("one/wasm.json5", "system", "replaced", "by ", "two/wasm.json5"))
        #expect(line("two/wasm.json5", "--rules", "loaded", "3"))
        #expect(line("two/b.json5~", "skipped", "its name does not end in .json5"))
        #expect(line("one/x.json5", "failed", ":1:2: expected '}'"))
        #expect(line("two/b.json5 ", "loaded", "1 warning: see 'reaper rules check'"))
        #expect(line("wasm.a", "error", "stop", "two/wasm.json5:3:5"))
        #expect(line("wasm.b", "warning", "protect"))
        #expect(line("wasm.c", "files (kept)"))
        var verbose = ReportStyle()
        verbose.isVerbose = true
        let all = RulesReport.list(inventory, rules: [], isFiltered: true, style: verbose)
        #expect(text(all).contains("not there: /nonexistent"))
        var quiet = ReportStyle()
        quiet.isQuiet = true
        let few = RulesReport.list(
            inventory,
            rules: [inventory.rules[0]],
            isFiltered: false,
            style: quiet
        )
        #expect(text(few).split(separator: "\n").count == 2)
    }

    @Test("a check prints places that editors jump to, and a line for each right file")
    func check() {
        let bad = RuleFileTests.reader.check(
            Array("{name:'s',title:'S',rules:[{id:'r',title:'R',mach:{}}]}".utf8),
            source: "bad\u{1b}.json5"
        )
        let idle = RuleFileTests.reader.check(
            Array("{name:'s',title:'S',rules:[{id:'r',title:'R',match:{name:'${X}'}}]}".utf8),
            source: "idle.json5"
        )
        let lines = text(RulesReport.check([bad, idle], style: ReportStyle()))
            .split(separator: "\n").map(String.init)
        #expect(lines.count == 4)
        #expect(lines[0].hasPrefix("bad\\x1b.json5:1:46: unknown key 'mach' in a rule; did you"))
        #expect(lines[1].hasPrefix("idle.json5:1:58: warning: "))
        #expect(lines[3] == "idle.json5: 1 rule, 2 warnings")
        var quiet = ReportStyle()
        quiet.isQuiet = true
        #expect(text(RulesReport.check([idle], style: quiet)).split(separator: "\n").count == 2)
    }

    // MARK: Traces

    /// A job below its cache, with a secret among its arguments, a shell above it, a file that
    /// records it, and an ancestor that may not be looked at.
    private static func traced(owned: Bool = false) throws -> TracedProcess {
        var rule = try OrphanCase.rule()
        rule.match.commands = [try Cast.glob("*job*", as: .text)]
        rule.match.environment = [
            EnvironmentCondition(name: "API_KEY", value: try Cast.glob("*", as: .text))
        ]
        rule.instance = InstanceRule()
        rule.instance?.files = [try Cast.glob("/run/svc.pid")]
        let job = OrphanCase.job { process in
            process.parent = 400
            process.arguments = .value(["job", "--password", "hunter2", "a\u{1b}b"])
            process.environment = .value(["API_KEY=hunter2"])
        }
        let shell = Cast.process(400, owned ? "host" : "sh", parent: 300)
        let hidden = Cast.process(300, "x") { $0.executable = .denied(13) }
        let file = Scene.file(.entries([Scene.entry(500)])) { $0.rule = "test.job" }
        let snapshot = Cast.snapshot([job, shell, hidden]) { $0.instanceFiles = [file] }
        let view = SnapshotView(snapshot, rules: [rule])
        var other = try OrphanCase.rule("test.other")
        other.match.executables = [try Cast.glob("/elsewhere/*")]
        let traces = RuleTrace.traces(of: job, by: [rule, other], in: view)
        return TracedProcess(identity: job.identity, snapshot: snapshot, traces: traces)
    }

    @Test("a trace tells each condition, the owner, the evidence and what follows")
    func trace() throws {
        let process = try Self.traced()
        let lines = RuleTraceText.lines(of: process.traces[0], style: ReportStyle())
        func line(_ parts: String...) -> Bool {
            lines.contains { line in parts.allSatisfy { line.contains($0) } }
        }
        #expect(lines.first == "test.job: Job outlived its host")
        #expect(line("yes", "exe", "/cache/**", "/cache/job", "/proc/500/exe"))
        #expect(line("yes", "command", "*job*", "job --password *** a\\x1bb", "/proc/500/cmdline"))
        #expect(line("yes", "env", "API_KEY=*", "API_KEY=***", "/proc/500/environ"))
        #expect(line("owner: no sh 400@40000", "sh", "(wanted host)"))
        #expect(line("owner: unknown x 300@30000", "permission denied"))
        #expect(line("owner: may be alive: 1 of its 3 ancestors could not be read"))
        #expect(line("only suspect: whether its owner is alive is unknown: /proc/300/exe: perm"))
        #expect(line("belongs to it", "its executable lies where test.job says"))
        #expect(line("recorded: /run/svc.pid:"))
        #expect(line("verdict: suspect"))
        #expect(line("clean: shows it only: it is only suspect"))
        #expect(!lines.contains { $0.contains("hunter2") || $0.contains("\u{1b}") })
        let owned = try Self.traced(owned: true)
        let answer = RuleTraceText.lines(of: owned.traces[0], style: ReportStyle())
        #expect(answer.last == "  clean: leaves it alone: its owner host (400@40000) is alive")
        #expect(answer.contains("  owner: alive"))
    }

    @Test("an owner that is gone, and one of whom nothing can be said, are told apart")
    func ownerState() throws {
        func state(_ change: (inout [ProcessRecord]) -> Void) throws -> (OwnerTrace.State?, String)
        {
            let job = Cast.process(500, "job") {
                $0.parent = 400
                $0.executable = .value(ExecutableLink(path: "/cache/job"))
            }
            var above = [
                Cast.process(400, "sh") { $0.parent = 1 },
                Cast.process(1, "init") { $0.parent = 0 },
            ]
            change(&above)
            var rule = try OrphanCase.rule("test.job")
            rule.match = ProcessPattern()
            rule.match.executables = [try Cast.glob("/cache/**")]
            rule.owner = ProcessPattern()
            rule.owner?.executables = [try Cast.glob("/bin/host")]
            let view = SnapshotView(Cast.snapshot([job] + above), rules: [rule])
            let trace = RuleTrace(rule, of: job, in: view)
            let lines = RuleTraceText.lines(of: trace, style: ReportStyle())
            return (trace.owner?.state, lines.last { $0.hasPrefix("  owner: ") } ?? "")
        }
        func runs(_ path: String) -> Reading<ExecutableLink> {
            .value(ExecutableLink(path: ByteString(path)))
        }
        let gone = try state { above in
            above[0].executable = runs("/bin/sh")
            above[1].executable = runs("/sbin/init")
        }
        #expect(gone == (.gone, "  owner: gone: none of its 2 ancestors is one"))
        // Nobody may look at PID 1, and nobody is an owner for that.
        let sandbox = try state { above in
            above[0].executable = runs("/bin/sh")
            above[1].executable = .denied(13)
        }
        #expect(sandbox == (.gone, "  owner: gone: none of its 2 ancestors is one"))
        let unknown = try state { above in
            above[0].executable = .denied(13)
            above[1].executable = runs("/sbin/init")
        }
        #expect(unknown.0 == .unknown && unknown.1.contains("may be alive: 1 of its 2 anc"))
        let alive = try state { above in
            above[0].executable = runs("/bin/host")
            above[1].executable = .denied(13)
        }
        #expect(alive == (.alive, "  owner: alive"))
    }

    @Test("secrets are shown only when asked for")
    func secrets() throws {
        let process = try Self.traced()
        var open = ReportStyle()
        open.showsSecrets = true
        for style in [ReportStyle(), open] {
            let table = text(RulesReport.test([process], style: style))
            let json = text(RulesReport.testJSON([process], style: style))
            #expect(table.contains("hunter2") == style.showsSecrets)
            #expect(json.contains("hunter2") == style.showsSecrets)
        }
    }

    @Test("among many rules those that do not match get one line each")
    func crowd() throws {
        var process = try Self.traced()
        process.traces += (0..<4).map { number in
            var trace = process.traces[1]
            trace.rule = "test.other\(number)"
            return trace
        }
        let lines = text(RulesReport.test([process], style: ReportStyle())).split(separator: "\n")
        let wanted = "test.other3: no: it is not what the rule describes: 'exe' does not hold"
        #expect(lines.last == Substring(wanted))
        #expect(lines.contains("test.job: Job outlived its host"))
        #expect(lines.first == "process job 500@50000 of 1000")
        var verbose = ReportStyle()
        verbose.isVerbose = true
        let all = text(RulesReport.test([process], style: verbose))
        #expect(!all.contains(wanted) && all.contains("/elsewhere/*"))
    }

    @Test("a rule after the one that decides says so")
    func order() throws {
        let rule = try OrphanCase.rule("test.a")
        let other = try OrphanCase.rule("test.b")
        let snapshot = Cast.snapshot([OrphanCase.job()])
        let view = SnapshotView(snapshot, rules: [rule, other])
        let job = try #require(snapshot.process(500))
        let traces = RuleTrace.traces(of: job, by: [rule, other], in: view)
        #expect(traces.map(\.effect) == [.stop, .none])
        #expect(traces[1].reason == "test.a comes before it and decides")
    }
}
