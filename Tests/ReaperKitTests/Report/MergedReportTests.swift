import Foundation
import TestSupport
import Testing

@testable import ReaperKit

@Suite("several reports as one")
struct MergedReportTests {
    @Test("one table, the worst of all machines first, then a row per report")
    func table() throws {
        let incomplete = named("b2", FormatCase.incomplete)
        let acted = named("c3", SampleReport.report(outcome: SampleReport.outcome))
        let merged = try merge([named("a1", SampleReport.report()), incomplete, acted])
        let text = try table(merged)
        #expect(
            text == """
                6 findings on 2 of 3 hosts: 2 orphans, 2 stale instance files, 2 zombies

                HOST  SEVERITY  KIND            PROCESS                  PID@START      AGE  USER   PORTS     WHY
                a1    error     orphan          wasmcloud\\x1b[2J         4127@88213   2h31m  alice  8080/tcp  Capability provider outlived its host
                a1    warning   stale_instance  /run/user/1000/node.pid              24m56s                   names process 4999, which does not exist
                a1    info      zombie          日本語                   5200@90000   2h31m                   probable: exited, and wasmcloud 4127@88213 has not waited for it
                c3    info      zombie          日本語                   5200@90000   2h31m                   probable: exited, and wasmcloud 4127@88213 has not waited for it

                HOST  COMMAND  FINDINGS  ERROR  WARNING  INFO  STATE
                a1    scan            3      1        1     1  complete
                b2    scan            0                        incomplete view
                c3    clean           3      1        1     1  2 processes: 1 exited, 1 survived; 1 file removed, 1 kept; 1 of 2 ports held; proof: tree

                b2: 1 of 2 processes: file descriptors not readable (permission denied)
                b2: /proc hides other users' processes (hidepid=2)
                b2: the view is incomplete: "nothing left over" cannot be claimed
                c3: http 4127@88213 survived: stuck in the kernel at nfs_wait_bit_killable
                c3: /run/c.pid: it was replaced meanwhile
                c3: port 8081/tcp: still held by nginx 900@1

                what to do: 'reaper clean --dry-run' on a1, c3

                """
        )
        var quiet = ReportStyle()
        quiet.isQuiet = true
        #expect(try table(merged, quiet).split(separator: "\n").count == 5)
    }

    @Test("nothing at all is said only where everything could be read")
    func nothing() throws {
        let clean = named("a", SampleReport.report([]))
        var merged = try merge([clean, named("b", SampleReport.report([]))])
        #expect(try table(merged).hasPrefix("nothing left over on 2 hosts\n"))
        #expect(merged.status() == .clean && merged.isComplete)
        merged.unread = [UnreadReport(file: "c\u{1b}[2J", reason: "1:1: expected a report")]
        let text = try table(merged)
        #expect(
            text.hasPrefix(
                "nothing found on 2 hosts, but not everything could be read; "
                    + "1 file could not be read\n"
            )
        )
        #expect(text.contains("not read: c\\x1b[2J: 1:1: expected a report\n"))
        #expect(merged.status() == .usage && !merged.isComplete)
        let junit = try merged.rendered(as: .junit, style: ReportStyle()).utf8Text()
        #expect(junit.contains(#"<error type="unread" message="1 file could not be read">"#))
        #expect(try table(MergedReport()).contains("but not"))
    }

    private struct Ending: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var status: ReaperKit.ExitStatus
        var threshold = FailureThreshold.warning
        var report: Report
    }

    private static let endings: [Ending] = {
        var late = ShutdownOutcome()
        late.deadlinePassed = true
        late.proof = .tree
        var settled = SampleReport.report(outcome: SampleReport.outcome)
        settled.findings = [SampleReport.findings[0]]
        settled.outcome?.targets.removeLast()
        settled.outcome?.kept = []
        settled.outcome?.ports.removeLast()
        var run = settled
        run.command = "run"
        var refused = SampleReport.report([])
        refused.error = "'prod' fits several"
        let one = { (index: Int) in SampleReport.report([SampleReport.findings[index]]) }
        return [
            Ending(testDescription: "nothing", status: .clean, report: SampleReport.report([])),
            Ending(testDescription: "a finding", status: .leftOver, report: one(1)),
            Ending(testDescription: "not worth failing", status: .clean, report: one(2)),
            Ending(
                testDescription: "--fail-on info",
                status: .leftOver,
                threshold: .info,
                report: one(2)
            ),
            Ending(
                testDescription: "--fail-on never",
                status: .clean,
                threshold: .never,
                report: one(1)
            ),
            Ending(
                testDescription: "incomplete",
                status: .incomplete,
                report: FormatCase.incomplete
            ),
            Ending(
                testDescription: "too late",
                status: .deadline,
                report: SampleReport.report([], outcome: late)
            ),
            Ending(testDescription: "cleaned", status: .clean, report: settled),
            Ending(testDescription: "leaked, and cleaned", status: .leftOver, report: run),
            Ending(
                testDescription: "planned",
                status: .leftOver,
                report: SampleReport.report([], plan: SampleReport.plan)
            ),
            Ending(testDescription: "refused", status: .usage, report: refused),
        ]
    }()

    @Test("the status is what the report tells", arguments: endings)
    private func status(_ ending: Ending) throws {
        let merged = try merge([ending.report])
        #expect(merged.status(failingOn: ending.threshold) == ending.status)
        let clean = try merge([SampleReport.report([]), ending.report])
        #expect(clean.status(failingOn: ending.threshold) == ending.status)
    }

    @Test("what a command leaked fails a merged report as it did its own, stopped or not")
    func leaked() throws {
        var outcome = ShutdownOutcome()
        outcome.targets = SampleReport.outcome.targets.filter(\.result.isGone)
        outcome.proof = .subreaper
        let ended = try #require(outcome.targets.first).identity
        var finding = SampleReport.findings[0]
        finding.process = ended
        var report = SampleReport.report([finding], outcome: outcome)
        report.command = "run"
        report.run = RunFacts(
            command: ["make", "test"],
            tag: "4100-1f3d94756c9440ee",
            ending: .exited(0),
            startedAt: report.startedAt,
            duration: .seconds(1)
        )
        let merged = try merge([report])
        let own = try JUnitReport.render(report, style: ReportStyle()).utf8Text()
        let all = try merged.rendered(as: .junit, style: ReportStyle()).utf8Text()
        #expect(own.contains("<failure") && all.contains("<failure"))
        let github = try merged.rendered(as: .github, style: ReportStyle()).utf8Text()
        #expect(github.contains("::warning"))
        let lines = try merged.rendered(as: .ndjson, style: ReportStyle()).utf8Text()
        #expect(lines.contains(#""run":{"command":["make","test"]"#))
    }

    @Test("two reports of one host are both there, and their files tell them apart")
    func twice() throws {
        var later = SampleReport.report([])
        later.startedAt += .seconds(60)
        var merged = try merge([SampleReport.report()])
        merged.add(try merge([later], "later.json"))
        let text = try table(merged)
        #expect(text.hasPrefix("3 findings on 1 host: "))
        #expect(text.contains("build-7  scan     2026-11-21T06:12:36Z         0"))
        #expect(text.contains("  later.json\n"))
        #expect(merged.status() == .leftOver)
        // Metrics tell how it is now, and one series has one value.
        let metrics = try merged.rendered(as: .openmetrics, style: ReportStyle()).utf8Text()
        let label = #"reaper_remaining_findings{host="build-7",command="scan",severity="error"}"#
        #expect(metrics.components(separatedBy: label).count == 2)
        #expect(metrics.contains(label + " 0\n"))
    }

    @Test("many hosts of nothing are counted, and what is worth knowing hides nothing")
    func many() throws {
        let reports = (0..<60).map { named("n\($0)", SampleReport.report([])) }
        var bad = named("bad", SampleReport.report())
        bad.findings += Array(repeating: SampleReport.findings[2], count: 9)
        let merged = try merge(reports + [bad])
        let text = try table(merged)
        #expect(text.contains("and 60 reports of nothing left over; -v lists them\n"))
        #expect(text.contains("and 10 zombies at severity info; -v lists them\n"))
        #expect(!text.contains("n59"))
        var style = ReportStyle()
        style.isVerbose = true
        #expect(try table(merged, style).contains("n59"))
    }

    // MARK: - Hostile

    @Test("no name gives a line or a command of its own, in any format")
    func hostile() throws {
        var other = FormatCase.hostile
        other.plan = nil
        let merged = try merge([FormatCase.hostile, other])
        var verbose = ReportStyle()
        verbose.isVerbose = true
        for style in [ReportStyle(), verbose] {
            for format in ReportFormat.allCases {
                let text = try merged.rendered(as: format, style: style).utf8Text()
                for scalar in text.unicodeScalars where scalar != "\n" {
                    #expect(scalar.properties.generalCategory != .control, "\(format)")
                    #expect(scalar.properties.generalCategory != .format, "\(format)")
                }
                #expect(!text.contains("hunter2"))
                let isForPrograms = format == .json || format == .ndjson
                #expect(isForPrograms || !text.contains("reaper clean --name"), "\(format)")
            }
        }
        let github = try merged.rendered(as: .github, style: verbose).utf8Text()
        for line in github.split(separator: "\n").dropLast() {
            #expect(line.hasPrefix("::error title=") || line.hasPrefix("::warning file="))
        }
        let summary = merged.summary(style: verbose, limit: 100_000)
        #expect(summary.count <= 100_000 && String(validating: summary, as: UTF8.self) != nil)
    }

    @Test("what was written with --show-secrets is masked again, its bytes too")
    func secrets() throws {
        var report = SampleReport.report()
        let word = ByteString(Array("--password=".utf8) + [0xff] + Array("hunter2".utf8))
        report.snapshot.processes[0].arguments = .value(["http", word])
        var style = ReportStyle()
        style.showsSecrets = true
        let bytes = JSONReport.render(report, style: style)
        #expect(try bytes.utf8Text().contains("hunter2"))
        let merged = try ReportFile.read(bytes, named: "a")
        for format in ReportFormat.allCases {
            style.isVerbose = true
            style.showsSecrets = false
            let text = try merged.rendered(as: format, style: style).utf8Text()
            #expect(!text.contains("hunter2") && !text.contains("command_b64"), "\(format)")
        }
    }

    @Test("a report that is made to be searched for hours, and to fill memory, does neither")
    func bulk() throws {
        let wide = String(repeating: "w", count: 4000)
        let findings = (1...20_000).map { index in
            """
            {"id": "x", "kind": "orphan", "severity": "error", "verdict": "suspect", \
            "summary": "s", "remedy": {"action": "none"}, "process": {"identity": "\(index)@1", \
            "start_ticks": 1, "name": "\(index == 7 ? wide : "n")", "ports": [{"protocol": "tcp", \
            "port": 1, "state": "listen", "inode": \(index)}]}}
            """
        }
        let text = """
            {"schema": "reaper.report/1", "command": "scan", "version": "1", "host": {}, \
            "duration_ms": 1, "complete": true, "unreadable": {"processes": 0, "reasons": {}}, \
            "counts": {"processes": 1, "sockets": 1, "instance_files": 1, "findings": 20000}, \
            "findings": [\(findings.joined(separator: ","))]}
            """
        let merged = try ReportFile.read(Array(text.utf8), named: "a")
        let table = merged.rendered(as: .table, style: ReportStyle())
        #expect(table.count < 20_000 * 700)
    }

    // MARK: - Other readers

    @Test(
        "the parsers of OpenMetrics read it",
        .enabled("no python3 with prometheus_client: 'make formats' installs it") {
            OutsideReader.hasPython("prometheus_client.openmetrics.parser")
        }
    )
    func metrics() throws {
        let reports = FormatCase.all.enumerated().map { named("n\($0)", $1.report) }
        let merged = try merge(reports + [FormatCase.hostile])
        let program = """
            import sys, prometheus_client.openmetrics.parser, prometheus_client.parser
            text = open(sys.argv[1], encoding="utf-8", newline="").read()
            for parser in prometheus_client.openmetrics.parser, prometheus_client.parser:
                families = list(parser.text_string_to_metric_families(text))
                assert all(f.samples for f in families)
                print(len({s.labels.get("host") for f in families for s in f.samples}))
            """
        for item in [merged, MergedReport()] {
            let bytes = item.rendered(as: .openmetrics, style: ReportStyle())
            let run = try OutsideReader.python(program, bytes, [])
            #expect(run.status == 0, "\(run.output)")
        }
    }

    @Test(
        "Jenkins' schema accepts it",
        .enabled("no python3 with xmlschema, or no junit-10.xsd: 'make formats' has both") {
            OutsideReader.jenkinsSchema != nil && OutsideReader.hasPython("xmlschema")
        }
    )
    func junit() throws {
        let merged = try merge(FormatCase.all.enumerated().map { named("n\($0)", $1.report) })
        let bytes = merged.rendered(as: .junit, style: ReportStyle())
        let program = """
            import sys, xmlschema
            xmlschema.XMLSchema(sys.argv[2]).validate(sys.argv[1])
            """
        let schema = try #require(OutsideReader.jenkinsSchema)
        let run = try OutsideReader.python(program, bytes, [schema])
        #expect(run.status == 0, "\(run.output)")
    }

    // MARK: - Making them

    private func named(_ name: String, _ report: Report) -> Report {
        var report = report
        report.snapshot.host.name = name
        return report
    }

    private func merge(_ reports: [Report], _ file: String? = nil) throws -> MergedReport {
        var merged = MergedReport()
        for report in reports {
            let bytes = JSONReport.render(report, style: ReportStyle())
            let name = file ?? "\(report.snapshot.host.name).json"
            merged.add(try ReportFile.read(bytes, named: name))
        }
        return merged
    }

    private func table(
        _ merged: MergedReport,
        _ style: ReportStyle = ReportStyle()
    ) throws -> String {
        try merged.rendered(as: .table, style: style).utf8Text()
    }
}
