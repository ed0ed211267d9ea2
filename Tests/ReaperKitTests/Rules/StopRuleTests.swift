import Testing

@testable import ReaperKit

@Suite("rule files: what nobody may have afterwards")
struct StopRuleTests {
    private static func stop(_ text: String) throws -> StopAction {
        try #require(try RuleFileTests.rule("match:{name:'a'},stop:{\(text)}").rule.stop)
    }

    @Test("ports are a list or a text, filters names or globs")
    func full() throws {
        let stop = try Self.stop(
            "signal:'INT',timeout:'2s',ports:[8080,'3000-3010,http'],"
                + "process_filters:['node','py*'],kill_others:true"
        )
        let ports = try #require(stop.ports)
        #expect(ports.contains(8080, .udp) && ports.contains(3005, .tcp))
        #expect(ports.contains(80, .tcp) && !ports.contains(80, .udp))
        #expect(stop.killsOthers && stop.signal == .interrupt && stop.timeout == .seconds(2))
        #expect(stop.processFilters[0].matches("node") && stop.processFilters[1].matches("python3"))
        let text = try Self.stop("ports:'8080,3000-3010',kill_others:true")
        #expect(text.ports?.members.map(\.text) == ["8080", "3000-3010"])
        let one = try Self.stop("process_filters:'node'")
        #expect(one.processFilters.count == 1 && !one.killsOthers && one.ports == nil)
        #expect(try Self.stop("kill_others:false") == StopAction())
    }

    @Test("a filter matches whole names, never a part of one")
    func exact() throws {
        let filters = try Self.stop("process_filters:['node','py*','[ab]x']").processFilters
        for (name, isMatch) in [
            ("node", true), ("nodejs", false), ("my-node", false), ("Node", false),
            ("python3", true), ("xpy", false), ("ax", true), ("cx", false),
        ] {
            let matches = filters.contains { $0.matches(ByteString(name)) }
            #expect(matches == isMatch, "\(name)")
        }
    }

    @Test("a filter that needs a variable which is not set names nobody, with a warning")
    func unset() throws {
        let read = try RuleFileTests.rule("match:{name:'a'},stop:{process_filters:'${NONE}x'}")
        let stop = try #require(read.rule.stop)
        #expect(stop.processFilters.allSatisfy(\.matchesNothing) && read.warnings.count == 1)
    }

    static let refusals: [RuleFileTests.Refusal] = [
        .init(
            "kill_others:true",
            "81: expected 'ports' or 'process_filters' beside 'kill_others'"
        ),
        .init("kill_others:'yes',ports:1", "expected true or false for 'kill_others'"),
        .init("kil_others:true", "unknown key 'kil_others' in a stop; did you mean 'kill_others'?"),
        .init("port:1", "unknown key 'port' in a stop; did you mean 'ports'?"),
        .init("process_filter:'a'", "did you mean 'process_filters'?"),
        .init("ports:[]", "expected at least one value for 'ports'"),
        .init("ports:0", "'0' is not a port"),
        .init("ports:'3010-3000'", "'3010-3000' is not a range of ports"),
        .init("ports:true", "expected a string or a whole number for 'ports'"),
        .init("process_filters:[]", "expected at least one value for 'process_filters'"),
        .init("process_filters:''", "expected text for 'process_filters'"),
        .init("process_filters:'*'", "'*': expected a name in it, as it matches everything"),
        .init("process_filters:7", "expected a string for 'process_filters', found a number"),
        .init("process_filters:'/usr/bin/node'", "found the path '/usr/bin/node'"),
        .init("process_filters:'a['", "'a[' is not a pattern"),
    ]

    @Test("what is wrong is refused, with the place", arguments: refusals)
    func refusal(_ refusal: RuleFileTests.Refusal) {
        do {
            _ = try Self.stop(refusal.rule)
            Issue.record("accepted")
        } catch {
            let text = "\(error)"
            #expect(text.hasPrefix("t.json5:1:"), "\(text)")
            #expect(text.contains(refusal.message), "\(text)")
        }
    }
}

@Suite("what a selection says")
struct SelectionTests {
    private static func names(_ change: (inout Selection) throws -> Void) rethrows -> Bool {
        var selection = Selection()
        try change(&selection)
        return selection.namesSomething
    }

    @Test("a process, a port or a rule is named; a kind, a user or an age names nobody")
    func names() throws {
        #expect(try Self.names { $0.rules = [try Cast.glob("ci.agent", as: .text)] })
        #expect(try !Self.names { $0.rules = [try Cast.glob("ci.*", as: .text)] })
        #expect(Self.names { $0.ports = MatchCase.ports(8080) })
        #expect(Self.names { $0.process.pids = [PidCondition(pid: 7)] })
        #expect(try Self.names { $0.process.names = [try Cast.glob("node", as: .text)] })
        #expect(!Self.names { $0.kinds = [.orphan] })
        #expect(!Self.names { $0.process.users = [1000] })
        #expect(!Self.names { $0.process.olderThan = .seconds(60) })
    }
}
