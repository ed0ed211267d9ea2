import Testing

@testable import ReaperKit

@Suite("traces of a match")
struct MatchTraceTests {
    @Test("together the conditions say what the match says", arguments: MatcherTests.conditions)
    func agrees(testCase: MatchCase) throws {
        let pattern = try testCase.makePattern()
        let conditions = pattern.trace(testCase.makeProcess(), in: MatchCase.context())
        let answers = conditions.map(\.answer)
        switch try testCase.answer() {
        case .holds: #expect(!answers.isEmpty && answers.allSatisfy { $0 == .holds })
        case .fails: #expect(pattern.isEmpty || answers.contains(.fails))
        case .needs(let kind): #expect(answers.contains(.needs(kind)))
        case .unreadable(let kind, let code): #expect(answers.contains(.unreadable(kind, code)))
        }
    }

    private static func pattern(
        _ change: (inout ProcessPattern) throws -> Void
    ) rethrows -> ProcessPattern {
        var pattern = ProcessPattern()
        try change(&pattern)
        return pattern
    }

    private func condition(
        _ change: (inout ProcessPattern) throws -> Void,
        of process: (inout ProcessRecord) -> Void = { _ in }
    ) throws -> TracedCondition {
        let pattern = try Self.pattern(change)
        var record = MatchCase("", .holds) { _ in }.makeProcess()
        process(&record)
        let conditions = pattern.trace(record, in: MatchCase.context())
        #expect(conditions.count == 1)
        return try #require(conditions.first)
    }

    @Test("each condition says what is wanted, what is there, and where that was read")
    func values() throws {
        func check(
            _ name: String,
            _ wanted: [String],
            _ actual: [(ByteString, String)],
            _ answer: MatchAnswer,
            _ change: (inout ProcessPattern) throws -> Void,
            line: Int = #line
        ) throws {
            let traced = try condition(change)
            let place = SourceLocation(
                fileID: #fileID,
                filePath: #filePath,
                line: line,
                column: 1
            )
            #expect(traced.name == name && traced.wanted == wanted, sourceLocation: place)
            #expect(traced.actual.map(\.value) == actual.map(\.0), sourceLocation: place)
            let sources = actual.map { "/proc/700/\($0.1)" }
            #expect(traced.actual.map(\.source) == sources, sourceLocation: place)
            #expect(traced.source == sources.first, sourceLocation: place)
            #expect(traced.answer == answer, sourceLocation: place)
        }
        try check("exe", ["/x/*", "/opt/**"], [("/opt/app/bin/node20", "exe")], .holds) {
            $0.executables = [try Cast.glob("/x/*"), try Cast.glob("/opt/**")]
        }
        try check(
            "name",
            ["x"],
            [("node", "stat"), ("node20", "exe"), ("server", "cmdline")],
            .fails
        ) { $0.names = [try Cast.glob("x", as: .text)] }
        try check("comm", ["nod?"], [("node", "stat")], .holds) {
            $0.kernelNames = [try Cast.glob("nod?", as: .text)]
        }
        try check("command", ["*80"], [("/usr/bin/server --port 80", "cmdline")], .holds) {
            $0.commands = [try Cast.glob("*80", as: .text)]
        }
        try check("cwd", ["/srv"], [("/srv/site", "cwd")], .fails) {
            $0.workingDirectories = [try Cast.glob("/srv")]
        }
        try check("in", ["/srv"], [("/opt/app/bin/node20", "exe"), ("/srv/site", "cwd")], .holds) {
            $0.directories = ["/srv"]
        }
        try check("env", ["JOB=2*"], [("JOB=17", "environ")], .fails) {
            $0.environment = [
                EnvironmentCondition(name: "JOB", value: try Cast.glob("2*", as: .text))
            ]
        }
        try check("cgroup", ["/ci/*"], [("/old", "cgroup"), ("/ci/job:1", "cgroup")], .holds) {
            $0.cgroups = [try Cast.glob("/ci/*", as: .text)]
        }
        try check("ports", ["53/udp"], [("8080/tcp", "fd")], .fails) {
            $0.ports = MatchCase.ports(53, .udp)
        }
        try check("user", ["0", "nobody: no such user"], [("1000", "status")], .fails) {
            $0.users = [0, .max]
        }
        try check("state", ["Z", "T"], [("S", "stat")], .fails) { $0.states = Array("ZT".utf8) }
        try check("older_than", ["at least 1h"], [("155m", "stat")], .holds) {
            $0.olderThan = .seconds(3600)
        }
        try check("pid", ["700@1"], [("700@70000", "stat")], .fails) {
            $0.pids = [PidCondition(pid: 700, startTime: 1)]
        }
    }

    @Test("a pattern that matches nothing here says so")
    func nothing() throws {
        let traced = try condition {
            $0.executables = [Glob.matchingNothing("${X}/**", as: .path)]
        }
        #expect(traced.wanted == ["${X}/** (matches nothing here)"] && traced.answer == .fails)
    }

    @Test("a fact that is not there, or was refused, leaves no value")
    func absent() throws {
        func exe(_ reading: Reading<ExecutableLink>?) throws -> TracedCondition {
            try condition {
                $0.executables = [try Cast.glob("/opt/**")]
            } of: {
                $0.executable = reading
            }
        }
        #expect(try exe(nil).answer == .needs(.executable))
        #expect(try exe(.gone).answer == .fails)
        let refused = try exe(.denied(13))
        #expect(refused.answer == .unreadable(.executable, 13) && refused.actual.isEmpty)
        #expect(refused.source == "/proc/700/exe")
    }

    @Test("secrets are masked, whole environments are never shown")
    func secrets() throws {
        let command = try condition {
            $0.commands = [try Cast.glob("*server*", as: .text)]
        } of: {
            $0.arguments = .value(["server", "--password", "hunter2"])
        }
        #expect(command.actual.map(\.masked) == ["server --password ***"])
        #expect(command.actual.map(\.value) == ["server --password hunter2"])
        let marked = try condition {
            $0.environment = [
                EnvironmentCondition(name: "TOKEN"),
                EnvironmentCondition(name: "API_KEY", value: try Cast.glob("h*", as: .text)),
            ]
        } of: {
            $0.environment = .value(["TOKEN=hunter2", "OTHER=hunter2", "API_KEY=hunter2"])
        }
        #expect(marked.actual.map(\.masked) == ["TOKEN=***", "API_KEY=***"])
    }
}
