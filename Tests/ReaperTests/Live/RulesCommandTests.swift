import Foundation
import TestSupport
import Testing

@Suite("rules list, show and check", .timeLimit(.minutes(60)))
struct RulesCommandTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func run(
        _ words: String...,
        environment: [String: String] = [:]
    ) throws -> Completion {
        try Binary.reaper.run(["rules"] + words, environment: environment)
    }

    private static func rule(_ name: String, _ text: String = "match:{exe:'/x/*'}") -> String {
        "{ name: '\(name)', title: 'T', rules: [ { id: 'r', title: 'R', \(text) } ] }"
    }

    /// The answer for programs, which is held to the schema on the way.
    private func answer(_ completion: Completion) throws -> [String: Any] {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "schema/rules-report.schema.json")
        let schema = try JSONSchema(Data(contentsOf: file))
        #expect(try schema.violations(in: Data(completion.output)) == [])
        return try completion.jsonObject()
    }

    @Test("'rules' alone lists what ships")
    func alone() throws {
        let list = try run()
        #expect(list.code == 0 && list.errorText.isEmpty)
        #expect(list.text.contains("embedded:wasmcloud.json5"))
        #expect(list.text.contains("wasmcloud.provider"))
        #expect(try run("list").output == list.output)
        let object = try answer(try run("--json"))
        let ids = (object["rules"] as? [[String: Any]])?.compactMap { $0["id"] as? String }
        #expect(ids?.contains("dora.node") == true)
    }

    @Test("a user's file replaces the one that ships, and one that is named replaces that")
    func layers() throws {
        let user = try directory.write(Self.rule("zinit"), to: "config/reaper/rules.d/zinit.json5")
        try directory.write("", to: "config/reaper/rules.d/zinit.json5.bak")
        let named = try directory.write(Self.rule("zinit"), to: "named/zinit.json5")
        let environment = ["XDG_CONFIG_HOME": directory.path("config")]
        func files(_ words: String...) throws -> [String: String] {
            let completion = try Binary.reaper.run(
                ["rules", "list", "--json"] + words,
                environment: environment
            )
            let files = try #require(try answer(completion)["files"] as? [[String: Any]])
            var states: [String: String] = [:]
            for file in files {
                let by = (file["replaced_by"] as? String).map { " by \($0)" } ?? ""
                let source = try #require(file["source"] as? String)
                states[source] = (file["state"] as? String ?? "") + by
            }
            return states
        }
        let own = try files()
        #expect(own["embedded:zinit.json5"] == "replaced by \(user)")
        #expect(own[user] == "loaded" && own["\(user).bak"] == "skipped")
        let both = try files("--rules", named)
        #expect(both[user] == "replaced by \(named)" && both[named] == "loaded")
        let bare = try files("--no-default-rules", "--rules", named)
        #expect(bare == [named: "loaded"])
    }

    @Test("a glob filters, and one that names nothing is not found")
    func filter() throws {
        let list = try run("list", "dora.*")
        #expect(list.code == 0 && list.text.contains("dora.node"))
        #expect(!list.text.contains("wasmcloud"))
        for verb in ["list", "show"] {
            let none = try run(verb, "wasmcloud.provder")
            #expect(none.code == 1 && none.output.isEmpty)
            #expect(
                none.errorText == "reaper: no rule 'wasmcloud.provder' is loaded"
                    + " (did you mean 'wasmcloud.provider'?)\n"
            )
        }
        let some = try run("show", "nothing.*", "dora.node")
        #expect(some.code == 1 && some.text.contains("\"id\": \"node\""))
    }

    @Test("what is shown can be loaded, and shows the same again")
    func showAgain() throws {
        let shown = try run("show", "wasmcloud.*", environment: ["TMPDIR": "/t m/*p"])
        #expect(shown.code == 0 && shown.text.contains("/t\\\\ m/\\\\*p/wasmcloudcache/**"))
        let path = try directory.write(shown.text, to: "wasmcloud.json5")
        let again = try run("show", "*", "--no-default-rules", "--rules", path)
        func body(_ completion: Completion) -> [Substring] {
            completion.text.split(separator: "\n").filter { !$0.hasPrefix("//") }
        }
        #expect(again.code == 0 && body(again) == body(shown))
        #expect(again.text.contains("// wasmcloud.nats is from \(path):"))
        let json = try answer(try run("show", "wasmcloud.nats", "--json"))
        #expect((json["rules"] as? [Any])?.count == 1)
    }

    @Test("a check tells every error of every file, and exits 2")
    func check() throws {
        let good = try directory.write(Self.rule("a"), to: "d/a.json5")
        let bad = try directory.write(
            Self.rule("b", "mach: {} }, { id: 'q', title: 'Q', match: { nmae: 'x' }"),
            to: "d/b.json5"
        )
        let idle = try directory.write(Self.rule("c", "match: { exe: '${NONE}/x' }"), to: "c.json5")
        let all = try run("check", directory.path("d"), idle, "/nonexistent")
        #expect(all.code == 2 && all.errorText.isEmpty)
        let lines = all.text.split(separator: "\n").map(String.init)
        #expect(lines.first == "\(good): 1 rule")
        #expect(
            lines[1].hasPrefix("\(bad):1:58: unknown key 'mach' in a rule; did you mean 'match'")
        )
        #expect(lines[2].hasPrefix("\(bad):1:") && lines[2].contains("did you mean 'name'?"))
        #expect(lines[3].hasPrefix("\(idle):1:") && lines[3].contains(": warning: '${NONE}/x'"))
        #expect(lines.contains("\(idle): 1 rule, 2 warnings"))
        #expect(lines.last?.hasPrefix("/nonexistent: ") == true)
        let right = try run("check", good, idle)
        #expect(right.code == 0)
        let json = try answer(try run("check", directory.path("d"), "--json"))
        let states = (json["files"] as? [[String: Any]])?.compactMap { $0["state"] as? String }
        #expect(states == ["correct", "wrong"])
    }

    @Test("without a file, what is loaded is checked")
    func checkLoaded() throws {
        let shipped = try run("check")
        #expect(shipped.code == 0)
        #expect(shipped.text.contains("embedded:dora.json5: "))
        let bad = try directory.write("{", to: "x.json5")
        let mine = try run("check", "--no-default-rules", "--rules", bad)
        #expect(mine.code == 2 && mine.text.hasPrefix("\(bad):1:2: expected '}'"))
    }

    @Test("a list tells what is wrong with a file beside those that are right, and exits 2")
    func listWrong() throws {
        let bad = try directory.write("{", to: "x.json5")
        let list = try run("list", "--rules", bad)
        #expect(list.code == 2 && list.errorText.hasPrefix("reaper: \(bad):1:2: expected '}'"))
        #expect(list.text.contains("failed") && list.text.contains("dora.node"))
        let show = try run("show", "dora.node", "--rules", bad)
        #expect(show.code == 2 && show.output.isEmpty)
    }

    @Test("an unknown second word exits 2 with one line")
    func unknownWord() throws {
        let completion = try run("lits")
        #expect(completion.code == 2 && completion.output.isEmpty)
        #expect(
            completion.errorText == "reaper: 'lits': is not a command of 'rules'"
                + " (did you mean 'list'?); see 'reaper help rules'\n"
        )
    }

    @Test("-o takes the answer")
    func file() throws {
        let path = directory.path("out")
        let completion = try run("list", "-o", path)
        #expect(completion.code == 0 && completion.output.isEmpty)
        #expect(try directory.read("out").contains("dora.node"))
    }
}
