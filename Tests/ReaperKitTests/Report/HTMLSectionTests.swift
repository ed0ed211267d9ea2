import Testing

@testable import ReaperKit

@Suite("HTML: sections")
struct HTMLSectionTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var report: Report
        var tone: HTMLVerdict.Tone
        var word: String
        var status: String

        init(
            _ description: String,
            _ report: Report,
            _ tone: HTMLVerdict.Tone,
            _ word: String,
            _ status: String
        ) {
            testDescription = description
            self.report = report
            self.tone = tone
            self.word = word
            self.status = status
        }
    }

    private static let verdicts: [Case] = {
        var late = SampleReport.report([], outcome: ShutdownOutcome())
        late.outcome?.deadlinePassed = true
        var gone = SampleReport.report([], outcome: ShutdownOutcome())
        gone.outcome?.removed = ["/run/a.pid"]
        var run = SampleReport.report()
        run.command = "run"
        run.run = RunFacts(
            command: ["make", "test"],
            tag: "",
            ending: .exited(0),
            startedAt: .zero,
            duration: .seconds(3)
        )
        var failed = run
        failed.run?.ending = .signaled(9)
        return [
            Case("found", SampleReport.report(), .bad, "Something is left over", "Exit status 1."),
            Case("nothing", FormatCase.empty, .good, "Nothing left over", "Exit status 0."),
            Case("unseen", FormatCase.incomplete, .unknown, "Not every", "Exit status 3."),
            Case("gone", gone, .good, "All gone", "Exit status 0."),
            Case("late", late, .bad, "The deadline passed", "Exit status 124."),
            Case("leaked", run, .bad, "The command left something", "but leaked: exit status 23,"),
            Case("failed", failed, .bad, "The command left something", "Exit status 137:"),
        ]
    }()

    @Test("the verdict in words", arguments: verdicts)
    private func verdict(_ item: Case) {
        let verdict = HTMLVerdict(item.report, ReportStyle())
        #expect(verdict.tone == item.tone)
        #expect(verdict.word.hasPrefix(item.word), "\(verdict.word)")
        #expect(verdict.status.contains(item.status), "\(verdict.status)")
    }

    @Test("nothing is called clean that has findings, or was not seen whole")
    func neverClean() {
        var style = ReportStyle()
        style.failureThreshold = .never
        #expect(HTMLVerdict(SampleReport.report(), style).tone == .unknown)
        #expect(HTMLVerdict(FormatCase.incomplete, style).tone == .unknown)
        #expect(HTMLVerdict(PageCase.merged([SampleReport.report()]), style).tone != .good)
        #expect(HTMLVerdict(MergedReport(), style).tone != .good)
        style.status = .leftOver
        let verdict = HTMLVerdict(FormatCase.empty, style)
        #expect(verdict.tone == .bad && verdict.word == "Nothing was found")
    }

    @Test("what could not be seen is said")
    func view() throws {
        let text = try HTMLReport.render(FormatCase.incomplete, style: ReportStyle()).utf8Text()
        #expect(text.contains("What could not be seen"))
        #expect(text.contains("hidepid=2") && text.contains("cannot be claimed"))
    }

    private func read(_ report: Report) throws -> MarkupReader {
        try MarkupReader(HTMLReport.render(report, style: ReportStyle()).utf8Text())
    }

    // MARK: - The tree

    @Test("the tree: findings and steps in their places")
    func tree() throws {
        var plan = SampleReport.plan
        plan.waves[0][1].parent = 4127
        let report = SampleReport.report(plan: plan)
        let reader = try read(report)
        let items = reader.named("li")
        let root = try #require(items.first { $0.text.hasPrefix("http 4127@88213") })
        #expect(root.text.contains("error: orphan"))
        #expect(root.text.contains("step 2: SIGTERM, grace 10 s"))
        #expect(root.text.contains("4130@88220") && root.text.contains("step 1: SIGTERM"))
        #expect(root.text.contains("5200@90000"))
        #expect(
            items.contains { $0.text.hasPrefix("init 1@0") || $0.text.contains("PID 1 is never") }
        )
    }

    @Test("a chain of 3,000 and a circle are told once each")
    func deepTree() throws {
        var plan = ShutdownPlan()
        plan.waves = [
            (1...3000).map { number in
                var target = ShutdownTarget(
                    identity: ProcessIdentity(pid: Int32(number), startTime: 5),
                    depth: number,
                    root: ProcessIdentity(pid: 1, startTime: 5),
                    reason: "",
                    name: "x"
                )
                target.parent = Int32(number == 1 ? 2 : number - 1)
                return target
            }
        ]
        plan.waves[0][1].parent = 1
        let report = SampleReport.report([], plan: plan)
        let layout = HTMLTreeLayout(HTMLSource(report, ReportStyle()))
        #expect(layout.nodes.count { $0.identity.startTime == 5 } == 3000)
        #expect(layout.nodes.map(\.depth).max() ?? 0 >= 2999)
        let reader = try read(report)
        #expect(reader.named("ul").count < 100)
    }

    // MARK: - The timeline

    @Test("the picture: bars from the first signal to the exit, grace, SIGKILL, who is left")
    func picture() throws {
        let text = try HTMLReport.render(PageCase.shutdown, style: ReportStyle()).utf8Text()
        let reader = try MarkupReader(text)
        func boxes(_ style: String) -> [[String]] {
            reader.named("rect").filter { $0.attributes["class"] == style }.map { element in
                ["x", "width"].map { element.attributes[$0] ?? "" }
            }
        }
        // The axis is 560 long for two seconds, and begins at 250.
        #expect(boxes("bar") == [["250", "140"]])
        #expect(boxes("bar killed") == [["390", "420"]])
        #expect(boxes("bar left") == [["530", "280"]])
        #expect(boxes("grace") == [["530", "280"], ["250", "280"], ["390", "280"]])
        let kills = reader.named("line").filter { $0.attributes["class"] == "kill" }
        #expect(kills.count == 2 && kills[0].attributes["x1"] == "665")
        #expect(reader.named("text").contains { $0.text == "<b>one 10@7" })
        let caption = try #require(reader.named("caption").last)
        #expect(caption.text == "What became of processes 1 to 4 of 4")
    }

    @Test("no times, no picture, but the table")
    func noPicture() throws {
        var report = PageCase.shutdown
        for index in 0..<4 {
            report.outcome?.targets[index].asked = nil
            report.outcome?.targets[index].after = nil
            report.outcome?.targets[index].killed = nil
        }
        let reader = try read(report)
        #expect(reader.named("svg").isEmpty)
        #expect(reader.named("caption").last?.text == "What became of processes 1 to 4 of 4")
    }

    @Test("marks are round and few", arguments: [1, 999, 1000, 1393, 12_000, 30_000, 9_000_000])
    func marks(milliseconds: Int64) throws {
        var target = TargetOutcome(
            identity: SampleReport.orphan,
            name: "x",
            result: .exited
        )
        target.after = .milliseconds(milliseconds)
        let scale = try #require(HTMLTimelineScale([target], left: 10, width: 100))
        #expect((2...9).contains(scale.marks.count) && scale.marks.first == .zero)
        #expect(scale.place(scale.end) == 110 && scale.place(.zero) == 10)
        #expect(scale.place(.seconds(Int64.max)) == 110 && scale.place(.seconds(-1)) == 10)
    }

    // MARK: - Several reports

    @Test("several: host of each finding, a filter by host, a section for each that has news")
    func merged() throws {
        var other = SampleReport.report()
        other.snapshot.host.name = "<i>other"
        other.startedAt += .seconds(1)
        var clean = FormatCase.empty
        clean.snapshot.host.name = "clean"
        let merged = PageCase.merged([SampleReport.report(), other, clean])
        let text = try merged.rendered(as: .html, style: ReportStyle()).utf8Text()
        let reader = try MarkupReader(text)
        let options = reader.named("option").map(\.text)
        #expect(options == ["all hosts", "<i>other", "build-7", "clean"])
        let rows = reader.named("tr").filter { $0.attributes["data-host"] != nil }
        #expect(rows.count == 6)
        let numbers = rows.map { $0.attributes["data-host"] }
        #expect(numbers == ["0", "1", "0", "1", "0", "1"])
        let titles = reader.named("h2").map(\.text)
        #expect(titles == ["Hosts", "Findings", "build-7: scan", "<i>other: scan"])
        #expect(!text.contains("reaper clean --pid"))
    }
}
