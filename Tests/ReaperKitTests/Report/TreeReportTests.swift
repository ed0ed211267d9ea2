import Testing

@testable import ReaperKit

@Suite("report as a tree")
struct TreeReportTests {
    private static func lines(_ report: Report, width: Int? = nil) throws -> [String] {
        var style = ReportStyle()
        style.width = width
        return try TreeReport.render(report, style: style).utf8Text()
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test("findings in their places, with ages and ports, and what is no process after them")
    func findings() throws {
        let lines = try Self.lines(SampleReport.report())
        #expect(lines[0].hasPrefix("3 findings: "))
        let root = try #require(lines.firstIndex { $0.contains("4127@88213") })
        #expect(lines[root].hasPrefix("wasmcloud\\u{1b}[2J") || lines[root].hasPrefix("wasmcloud"))
        #expect(!lines[root].unicodeScalars.contains("\u{1b}"))
        #expect(lines[root].hasSuffix("8080/tcp"))
        #expect(lines[root + 1].contains("│    error: orphan (wasmcloud.provider): "))
        #expect(lines[root + 2].hasPrefix("└─ 日本語") && lines[root + 2].contains("5200@90000"))
        #expect(lines[root + 3].contains("probable, info: zombie: exited"))
        #expect(lines.contains { $0.contains("/run/user/1000/node.pid") })
        #expect(lines.contains("  reaper clean --pid 4127@88213"))
    }

    @Test("a plan is drawn in: children first, with signal and grace")
    func plan() throws {
        var plan = SampleReport.plan
        plan.waves[0][1].parent = 4127
        let lines = try Self.lines(SampleReport.report(plan: plan))
        let root = try #require(lines.first { $0.contains("4127@88213  ") })
        let child = try #require(lines.first { $0.contains("4130@88220") })
        #expect(root.hasSuffix("2. SIGTERM, grace 10 s"))
        #expect(
            child.hasPrefix("├─ ") && child.hasSuffix("1. SIGTERM, grace 10 s"),
            "\(child)"
        )
        #expect(lines.contains { $0.hasPrefix("plan: stop 2 processes") })
        #expect(lines.contains { $0.contains("its parent is asked to wait for it") })
        // Each is named once, in its place.
        #expect(lines.count { $0.contains("4130@88220") } == 1)
    }

    @Test("waves come one after another")
    func waves() throws {
        var plan = SampleReport.plan
        let targets = plan.waves[0]
        plan.waves = [[targets[0]], [targets[1]]]
        let lines = try Self.lines(SampleReport.report(plan: plan))
        #expect(
            lines.contains { $0.contains("4127@88213") && $0.hasSuffix("1.1. SIGTERM, grace 10 s") }
        )
        #expect(
            lines.contains { $0.contains("4130@88220") && $0.hasSuffix("2.1. SIGTERM, grace 10 s") }
        )
    }

    @Test("in the end what became of each stands in its place, and why it survived")
    func outcome() throws {
        let report = SampleReport.report(plan: SampleReport.plan, outcome: SampleReport.outcome)
        let lines = try Self.lines(report)
        #expect(
            lines.contains { $0.contains("4130@88220") && $0.hasSuffix("exited, SIGTERM, 312 ms") }
        )
        #expect(lines.contains { $0.contains("4127@88213") && $0.hasSuffix("survived, SIGKILL") })
        #expect(lines.contains { $0.hasSuffix("stuck in the kernel at nfs_wait_bit_killable") })
        #expect(lines.contains { $0.contains("8081/tcp: still held by nginx") })
    }

    @Test("who stands between, and who descends, is there, too; a younger parent is not")
    func relatives() throws {
        func record(_ pid: Int32, _ start: UInt64, below parent: Int32) -> ProcessRecord {
            ProcessRecord(
                identity: ProcessIdentity(pid: pid, startTime: start),
                name: ByteString("p\(pid)"),
                parent: parent
            )
        }
        var report = SampleReport.report([SampleReport.findings[1]])
        report.findings[0].process = ProcessIdentity(pid: 30, startTime: 30)
        report.snapshot.processes = [
            record(1, 1, below: 0), record(20, 20, below: 1), record(21, 20, below: 1),
            record(30, 30, below: 20), record(40, 40, below: 30), record(41, 25, below: 30),
        ]
        let lines = try Self.lines(report)
        let first = try #require(lines.firstIndex { $0.hasPrefix("p1 ") })
        #expect(lines[first + 1].hasPrefix("└─ p20 "))
        #expect(lines[first + 2].hasPrefix("   └─ p30 "))
        #expect(lines[first + 3].hasPrefix("      │    error: orphan"))
        #expect(lines[first + 4].hasPrefix("      └─ p40 "))
        #expect(!lines.contains { $0.contains("p21") || $0.contains("p41") })
    }

    @Test("records that make a circle end nowhere, and each is shown once")
    func circle() throws {
        var report = SampleReport.report([SampleReport.findings[1], SampleReport.findings[1]])
        report.snapshot.processes = [(5, 6), (6, 5)].map { pid, parent in
            ProcessRecord(
                identity: ProcessIdentity(pid: pid, startTime: 7),
                name: ByteString("p\(pid)"),
                parent: parent
            )
        }
        for index in 0..<2 {
            report.findings[index].process = report.snapshot.processes[index].identity
        }
        let lines = try Self.lines(report)
        #expect(lines.count { $0.contains("5@7  ") } == 1)
        #expect(lines.count { $0.contains("6@7  ") } == 1)
    }

    @Test("no line is wider than the terminal, however deep the tree")
    func width() throws {
        var report = SampleReport.report([SampleReport.findings[1]])
        report.findings[0].process = ProcessIdentity(pid: 2000, startTime: 1)
        report.findings[0].summary = String(repeating: "long ", count: 100)
        report.snapshot.processes = (1...2000).map { number in
            ProcessRecord(
                identity: ProcessIdentity(pid: number, startTime: 1),
                name: "deep",
                parent: number - 1
            )
        }
        let lines = try Self.lines(report, width: 80)
        #expect(lines.count > 2000)
        let wide = lines.filter { $0.displayWidth > 110 }
        #expect(wide.isEmpty, "\(wide.first ?? "")")
    }

    @Test("every report can be drawn", arguments: FormatCase.all)
    private func anything(_ item: FormatCase) throws {
        for line in try Self.lines(item.report, width: 80) {
            let isPlain = line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
            #expect(isPlain, "\(line)")
        }
    }
}
