import Testing

@testable import ReaperKit

@Suite("files explained")
struct FileExplanationTests {
    private static var facts: FileFacts {
        FileFacts(
            identity: FileIdentity(device: 1, inode: 2, changed: Scene.written),
            kind: .regular,
            permissions: 0o644,
            owner: 0,
            links: 1,
            size: 5,
            modified: Scene.written
        )
    }

    /// An account of `/run/svc.pid`, judged as a scan judges it.
    private static func account(
        _ file: InstanceFile,
        rule: Rule?,
        _ processes: [ProcessRecord] = [],
        answer: RecordedAnswer = .holds
    ) throws -> FileAccount {
        let snapshot = Scene.snapshot(processes)
        var account = FileAccount(file.path, in: snapshot)
        account.facts = facts
        account.instance = file
        let judging = try rule ?? Scene.rule()
        let judge = StalenessJudge(snapshot: snapshot, rule: judging) { _ in answer }
        account.judgment = judge.judge(file)
        guard let rule else { return account }
        account.rules = [rule]
        var all = snapshot
        all.instanceFiles = [file]
        account.finding =
            StaleInstanceDetector(rules: [rule]) { _, _ in answer }.findings(in: all).first
        return account
    }

    private static func explanation(_ account: FileAccount) -> Explanation {
        Explanation(account, target: "/run/svc.pid")
    }

    private static func steps(_ explanation: Explanation) -> [(label: String, mark: Statement.Mark)]
    {
        explanation[.staleness]?.statements.compactMap { statement in
            statement.label.map { ($0, statement.mark) }
        } ?? []
    }

    @Test(
        "every question is shown in order, and the one that decides is marked",
        arguments: StalenessStep.all
    )
    private func questions(_ step: StalenessStep) throws {
        let file = Scene.file(step.contents, format: step.format, change: step.change)
        let account = try Self.account(
            file,
            rule: Scene.rule(),
            step.processes,
            answer: step.answer
        )
        let explanation = Self.explanation(account)
        #expect(explanation.answer == step.status)
        let steps = Self.steps(explanation)
        let asked = StalenessQuestion.asked(of: step.format)
        #expect(
            steps.map(\.label)
                == asked.enumerated().map { "\($0.offset + 1). \($0.element.title)" }
        )
        let end = try #require(asked.firstIndex(of: step.decides))
        for (index, one) in steps.enumerated() {
            if index == end {
                let decisive = explanation[.staleness]?.statements.contains { $0.mark == .decisive }
                #expect(decisive == true, "\(one)")
            } else if index < end {
                #expect(one.mark == .plain, "\(one)")
            } else if asked[index] != .settling {
                #expect(one.mark == .skipped, "\(one)")
            }
        }
    }

    @Test("every fact of every judgment answers a question, in the order of asking")
    func tagged() throws {
        let order = StalenessQuestion.allCases
        for step in StalenessStep.all {
            let file = Scene.file(step.contents, format: step.format, change: step.change)
            let account = try Self.account(
                file,
                rule: Scene.rule(),
                step.processes,
                answer: step.answer
            )
            let judgment = try #require(account.judgment?.whole)
            #expect(judgment.questions.count == judgment.evidence.count, "\(step.testDescription)")
            let places = judgment.questions.compactMap { order.firstIndex(of: $0) }
            #expect(places == places.sorted(), "\(step.testDescription)")
            #expect(judgment.questions.last == step.decides, "\(step.testDescription)")
        }
    }

    @Test("a young file is said to be too young, after what would have decided")
    func settling() throws {
        let file = Scene.file(.entries([Scene.entry(4127, .gone)])) { file in
            file.modified = Scene.now - .seconds(1)
            file.file.changed = Scene.now - .seconds(1)
        }
        let explanation = Self.explanation(try Self.account(file, rule: Scene.rule()))
        let marks = Self.steps(explanation)
        #expect(marks.last?.label.hasPrefix("9. ") == true && marks.last?.mark == .decisive)
        #expect(explanation[.cleaning]?.statements.first?.text == "looks again when it is 2 s old")
    }

    private static let stale = InstanceContents.entries([Scene.entry(4127, .gone)])

    @Test("a stale file of a rule is removed, by a command that names the rule")
    func removed() throws {
        var account = try Self.account(Scene.file(Self.stale), rule: Scene.rule())
        account.ruleFlags = " --rules x.json5"
        let explanation = Self.explanation(account)
        #expect(explanation.summary == "/run/svc.pid is stale: process 4127 does not exist")
        #expect(explanation[.rules]?.statements.map(\.label) == ["test.svc"])
        #expect(
            explanation.advice?.commands
                == ["reaper clean --stale-files --rule test.svc --rules x.json5"]
        )
        #expect(explanation.advice?.action == .remove)
    }

    @Test("one whose rule keeps it is only reported")
    func kept() throws {
        var rule = try Scene.rule()
        rule.keep = true
        rule.hint = "Ask its package."
        let explanation = Self.explanation(try Self.account(Scene.file(Self.stale), rule: rule))
        #expect(explanation.advice == Advice(.none, reason: "Ask its package."))
        #expect(explanation[.cleaning]?.statements.first?.text.contains("keeps") == true)
    }

    @Test("a probable one asks for the flag that it takes")
    func probable() throws {
        var rule = try Scene.rule()
        rule.match = ProcessPattern()
        let file = Scene.file(.entries([Scene.entry()]))
        let late = Scene.process(4127, startedAt: 600)
        let explanation = Self.explanation(try Self.account(file, rule: rule, [late]))
        #expect(explanation.summary.contains("is probably stale, its number has been reused"))
        #expect(explanation.advice?.commands.first?.hasSuffix(" --include-probable") == true)
    }

    @Test("whoever remains of its process's session is told, and stopped before it is removed")
    func survivors() throws {
        let left = [Int32](5001...5002).map { pid in
            var process = Scene.process(pid)
            process.session = 4127
            return process
        }
        let account = try Self.account(Scene.file(Self.stale), rule: Scene.rule(), left)
        #expect(account.finding?.verdict == .suspect)
        let explanation = Self.explanation(account)
        // The words of the finding, and its command.
        #expect(
            explanation.summary
                == "/run/svc.pid is stale: process 4127 does not exist, but of the session or group "
                + "that it led svc (5001@49900) and 1 other still run"
        )
        #expect(
            explanation[.cleaning]?.statements.first?.text
                == "reports it and leaves it alone: it is only suspect while svc (5001@49900) and "
                + "1 other still run"
        )
        let told = explanation[.users]?.statements.filter { $0.mark == .odd }
        #expect(told?.compactMap { $0.process?.pid } == [5001, 5002])
        let remedy = try #require(account.finding?.remedy.command)
        #expect(
            explanation.advice?.commands
                == [remedy, "reaper clean --stale-files --rule test.svc"]
        )
        var kept = account
        kept.rules[0].keep = true
        #expect(Self.explanation(kept).advice?.commands == [remedy])
        kept.rules = []
        #expect(Self.explanation(kept).advice?.commands == [remedy])
    }

    @Test("a file that no rule names is judged and left alone")
    func unnamed() throws {
        let explanation = Self.explanation(try Self.account(Scene.file(Self.stale), rule: nil))
        #expect(explanation[.rules]?.statements.first?.text.contains("no rule names it") == true)
        #expect(
            explanation[.cleaning]?.statements.first?.text
                == "leaves it alone: no rule names it"
        )
        #expect(explanation.advice?.commands.isEmpty == true)
        #expect(explanation.answer == .explained)
    }

    @Test("of a file in use nothing is to be done")
    func alive() throws {
        let file = Scene.file(.entries([Scene.entry()]))
        let account = try Self.account(file, rule: Scene.rule(), [Scene.process(4127)])
        let explanation = Self.explanation(account)
        #expect(explanation.summary == "/run/svc.pid is in use: process 4127 runs")
        #expect(explanation.advice == nil)
        let recorded = explanation[.file]?.statements.first { $0.label == "records" }
        #expect(recorded?.text == "process 4127; that number is svc (4127@49900) now")
    }

    @Test("several entries are asked about one by one")
    func entries() throws {
        let file = Scene.file(.entries([Scene.entry(4127, .gone), Scene.entry(4128)]))
        let account = try Self.account(file, rule: Scene.rule(), [Scene.process(4128)])
        let statements = try #require(Self.explanation(account)[.staleness]?.statements)
        #expect(
            statements.filter { $0.depth == 0 }.map(\.text) == [
                "entry 1, process 4127", "entry 2, process 4128",
                "the file: 1 of its 2 processes are gone",
            ]
        )
    }

    @Test("nothing at a path is not found, unless somebody still uses it")
    func missing() {
        var account = FileAccount("/x/job", in: Scene.snapshot())
        #expect(Self.explanation(account).answer == .notFound)
        account.users = [
            .init(
                ProcessIdentity(pid: 7, startTime: 1),
                "job",
                .executable,
                source: "/proc/7/exe"
            )
        ]
        let explanation = Self.explanation(account)
        #expect(explanation.answer == .explained)
        #expect(explanation.summary == "/x/job is not there any more, and 1 process uses it")
    }

    @Test("a path that may not be looked at leaves the question open")
    func refused() {
        var account = FileAccount("/root/x.pid", in: Scene.snapshot())
        account.refusal = "permission denied"
        let explanation = Self.explanation(account)
        #expect(explanation.answer == .incomplete)
        #expect(explanation.summary == "/root/x.pid cannot be looked at: permission denied")
        #expect(explanation.unknown == ["what is there: permission denied"])
    }

    @Test("users are told with how they use it")
    func users() throws {
        var account = FileAccount("/x", in: Scene.snapshot())
        account.facts = Self.facts
        let process = ProcessIdentity(pid: 7, startTime: 1)
        let uses: [FileAccount.User.Use] = [
            .open([3, 4]), .openBefore([5]), .lock("FLOCK WRITE"), .executable, .workingDirectory,
            .socket,
        ]
        account.users = uses.map { .init(process, "job", $0, source: "/proc/7/fd/3") }
        account.hiddenUsers = UnseenProcesses(1...7)
        let statements = try #require(Self.explanation(account)[.users]?.statements)
        #expect(
            statements.prefix(6).map(\.text) == [
                "job (7@1) has it open",
                "job (7@1) has an earlier file of this path open, which was replaced or removed",
                "job (7@1) holds a lock on it (FLOCK WRITE)", "job (7@1) runs it",
                "job (7@1) stands in it", "job (7@1) has a socket open that is bound to it",
            ]
        )
        let hidden = "7 processes (1, 2, 3, 4, 5 and 2 more) could not be looked at"
        #expect(statements.last?.text.hasPrefix(hidden) == true)
    }
}
