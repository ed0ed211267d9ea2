import ReaperKit
import Testing

@testable import reaper

@Suite("words after 'rules'")
struct RulesRequestTests {
    private func request(_ words: String...) throws(UsageError) -> RulesRequest {
        guard let command = Subcommand.named("rules") else {
            throw UsageError(message: "no such command")
        }
        return try RulesRequest(try ArgumentParser.parse(words, for: command))
    }

    private func glob(_ text: ByteString) throws -> Glob { try Glob(parsing: text, as: .text) }

    @Test("are understood")
    func understood() throws {
        #expect(try request() == .list([]))
        #expect(try request("list", "dora.*", "a.b") == .list([glob("dora.*"), glob("a.b")]))
        #expect(try request("show", "a.b") == .show([glob("a.b")]))
        #expect(try request("check") == .check([]))
        #expect(try request("check", "a", "--", "-b") == .check(["a", "-b"]))
        let pids = [PidCondition(pid: 7), PidCondition(pid: 8, startTime: 9)]
        #expect(try request("test", "--pid", "7,8@9") == .test(.loaded(nil), pids))
        #expect(try request("test", "a.*", "--pid=7,8@9") == .test(.loaded(glob("a.*")), pids))
    }

    @Test(
        "a file is what looks like one",
        arguments: [
            ("./x", true), ("x.json5", true), ("/etc/reaper", true), (".", true),
            ("dora.node", false), ("*", false), ("json5", false),
        ]
    )
    func file(_ word: String, _ isFile: Bool) throws {
        let pids = [PidCondition(pid: 7)]
        let wanted = isFile ? RulesRequest.Subject.file(word) : .loaded(try glob(ByteString(word)))
        #expect(try request("test", word, "--pid", "7") == .test(wanted, pids))
    }

    @Test(
        "are refused, with what was meant",
        arguments: [
            (["lst"], "'lst': is not a command of 'rules' (did you mean 'list'?)"),
            (["dora.node"], ": expected list, show, check, test"),
            (["show"], "show: needs the id of a rule"), (["test"], "test: needs --pid"),
            (["test", "a", "b", "--pid", "1"], "'b': is one operand too many"),
            (["list", "--pid", "1"], "--pid: belongs to 'rules test'"),
            (["check", "a", "--rules", "b"], "check: takes either FILE or --rules"),
            (["check", "a", "--no-default-rules"], "check: takes either FILE or --rules"),
            (["list", "[a"], "'[a': "),
            (["--format", "ndjson"], "--format ndjson: is not a format"),
        ]
    )
    func refused(_ words: [String], _ message: String) throws {
        let command = try #require(Subcommand.named("rules"))
        let options = try ArgumentParser.parse(words, for: command)
        let error = #expect(throws: UsageError.self) { try RulesRequest(options) }
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
        #expect(error?.page == "reaper help rules")
    }
}
