import ReaperKit
import Testing

@Suite("report as a Graphviz graph")
struct DotReportTests {
    @Test(
        "dot draws it",
        .enabled("no dot (graphviz) here") { hasDot() },
        arguments: FormatCase.all
    )
    private func drawing(_ item: FormatCase) throws {
        let run = try OutsideReader.run(
            ["dot", "-Tsvg"],
            DotReport.render(item.report, style: ReportStyle())
        )
        #expect(run.status == 0 && run.output.contains("</svg>"), "\(run.output.prefix(300))")
        #expect(!run.output.contains("<script") && !run.output.contains("Warning"))
    }

    @Test("dot reads 5,000 findings", .enabled("no dot (graphviz) here") { hasDot() })
    func largeDrawing() throws {
        let graph = DotReport.render(FormatCase.many(), style: ReportStyle())
        // Only reads and writes it again: a layout of so many takes its time.
        #expect(try OutsideReader.run(["dot", "-Tcanon"], graph).status == 0)
    }

    @Test("outside of quotes there is nothing that a name brought", arguments: FormatCase.all)
    private func quotes(_ item: FormatCase) throws {
        let text = try DotReport.render(item.report, style: ReportStyle()).utf8Text()
        var outside = ""
        var isOpen = false
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if isEscaped {
                isEscaped = false
            } else if isOpen, scalar == "\\" {
                isEscaped = true
            } else if scalar == "\"" {
                isOpen.toggle()
            } else if !isOpen {
                outside.unicodeScalars.append(scalar)
            } else {
                #expect(scalar != "\n")
            }
        }
        #expect(!isOpen)
        #expect(outside.count { $0 == "{" } == 1 && outside.count { $0 == "}" } == 1)
        for line in outside.split(separator: "\n") {
            #expect(line.wholeMatch(of: /[a-z0-9 \[\]=,;{}\->]*/.ignoresCase()) != nil, "\(line)")
        }
    }

    @Test("the tree: who was found, below whom, and in which order they are stopped")
    func tree() throws {
        var plan = SampleReport.plan
        plan.waves[0][1].parent = 4127
        let report = SampleReport.report(plan: plan, outcome: SampleReport.outcome)
        let text = try DotReport.render(report, style: ReportStyle()).utf8Text()
        let lines = text.split(separator: "\n")
        let root = try #require(lines.first { $0.hasPrefix("  \"4127@88213\" [") })
        #expect(root.contains("error: orphan (wasmcloud.provider)"))
        #expect(root.contains("step 2: SIGTERM, grace 10 s") && root.contains("survived"))
        let child = try #require(lines.first { $0.hasPrefix("  \"4130@88220\" [") })
        #expect(child.contains("step 1: ") && child.contains("exited after 312 ms"))
        #expect(lines.contains("  \"4127@88213\" -> \"4130@88220\";"))
        #expect(lines.contains("  \"4127@88213\" -> \"5200@90000\";"))
        #expect(text.contains("removed in the end"))
    }

    @Test("a parent that is younger than its child is somebody else")
    func recycledParent() throws {
        var report = FormatCase.many(1)
        report.snapshot.processes[0] = ProcessRecord(
            identity: ProcessIdentity(pid: 1, startTime: 9999),
            name: "other",
            parent: 0
        )
        let text = try DotReport.render(report, style: ReportStyle()).utf8Text()
        #expect(!text.contains("->") && !text.contains("other"))
    }

    @Test("secrets are masked")
    func secrets() throws {
        var report = SampleReport.report()
        report.findings[1].summary = "started with --token hunter2"
        let text = try DotReport.render(report, style: ReportStyle()).utf8Text()
        #expect(!text.contains("hunter2"))
    }
}

private func hasDot() -> Bool { (try? OutsideReader.run(["dot", "-V"], []))?.status == 0 }
