import Foundation
import TestSupport
import Testing

@testable import ReaperKit

@Suite("reports read back")
struct ReportFileTests {
    @Test("whatever reaper writes it reads, and says the same again", arguments: FormatCase.all)
    private func again(_ item: FormatCase) throws {
        let bytes = JSONReport.render(item.report, style: ReportStyle())
        let merged = try ReportFile.read(bytes, named: "a.json")
        let host = try #require(merged.reports.first)
        #expect(merged.reports.count == 1 && merged.unread.isEmpty)
        var known = item.report
        for index in known.findings.indices { known.findings[index].remedy.command = nil }
        #expect(host.report.findings == known.findings.map(\.masked))
        #expect(host.report.isComplete == known.isComplete)
        #expect(host.report.startedAt == known.startedAt)
        #expect(host.report.error == known.error)
        #expect(host.report.outcome == known.outcome)
        #expect(host.report.plan?.targets.count == known.plan?.targets.count)
        #expect(host.report.plan?.refused == known.plan?.refused)
        #expect(host.status() == known.expectedStatus)
    }

    @Test("the table is that of the scan, but for what to type", arguments: FormatCase.all)
    private func table(_ item: FormatCase) throws {
        let bytes = JSONReport.render(item.report, style: ReportStyle())
        let host = try #require(try ReportFile.read(bytes, named: "a").reports.first)
        func lines(_ report: Report) -> [String] {
            FindingTable.lines(of: report.findings, in: report, style: ReportStyle())
        }
        #expect(lines(host.report) == lines(item.report))
    }

    @Test("a report in a document of several is the same, byte by byte", arguments: FormatCase.all)
    private func kept(_ item: FormatCase) throws {
        let bytes = JSONReport.render(item.report, style: ReportStyle())
        let merged = try ReportFile.read(bytes, named: "a.json")
        let document = merged.rendered(as: .json, style: ReportStyle())
        #expect(try schema("merged").violations(in: Data(document)) == [])
        let inner = try #require(
            try JSON5Reader.read(document, as: .json)["reports"]?.array?.first?["report"]
        )
        var json = JSONWriter(.pretty)
        json.element(inner)
        json.endLine()
        #expect(json.bytes == bytes)
        #expect(try schema("report").violations(in: Data(json.bytes)) == [])
        // And so it is read again.
        let again = try ReportFile.read(document, named: "b.json")
        #expect(again.status() == merged.status())
        #expect(again.reports.map(\.report.findings) == merged.reports.map(\.report.findings))
    }

    @Test("lines are put together by their heads, and written as they came")
    func lines() throws {
        var other = SampleReport.report(plan: SampleReport.plan, outcome: SampleReport.outcome)
        other.snapshot.host.name = "build-8"
        let one = JSONReport.renderLines(SampleReport.report(), style: ReportStyle())
        let two = JSONReport.renderLines(other, style: ReportStyle())
        // As two machines send them: each line whole, in any order.
        let all = one.split(separator: 10) + two.split(separator: 10)
        let mixed = [all[3], all[0], all[4], all[1], all[2]] + all[5...]
        let merged = try ReportFile.read(Array(mixed.joined(separator: [10])), named: "-")
        #expect(merged.reports.map(\.host) == ["build-8", "build-7"])
        #expect(merged.reports.map(\.report.findings.count) == [3, 3])
        #expect(merged.reports[0].report.outcome == SampleReport.outcome)
        #expect(merged.reports[1].report.totals.processes == nil)
        #expect(merged.rendered(as: .ndjson, style: ReportStyle()) == two + one)
        let document = merged.rendered(as: .json, style: ReportStyle())
        #expect(try schema("merged").violations(in: Data(document)) == [])
        #expect(try ReportFile.read(document, named: "x").status() == merged.status())
        let metrics = String(
            decoding: merged.rendered(as: .openmetrics, style: ReportStyle()),
            as: UTF8.self
        )
        #expect(!metrics.contains("scan_duration_seconds"))
    }

    @Test("reports one after another, in an array, twice: each counts once")
    func together() throws {
        let first = JSONReport.render(SampleReport.report(), style: ReportStyle())
        var later = SampleReport.report([])
        later.startedAt += .seconds(60)
        let second = JSONReport.render(later, style: ReportStyle())
        #expect(try ReportFile.read(first + second + first, named: "a").reports.count == 2)
        let array = Array("[".utf8) + first + Array(",".utf8) + second + Array("]".utf8)
        #expect(try ReportFile.read(array, named: "a").reports.count == 2)
        // Only the very same: who copies another's head does not hide what that says.
        let forged = JSONReport.render(SampleReport.report([]), style: ReportStyle())
        let merged = try ReportFile.read(forged + first, named: "a")
        #expect(merged.reports.count == 2 && merged.status() == .leftOver)
        #expect(merged.hostCount == 1)
    }

    // MARK: - What is no report

    private struct Mistake: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var old: String
        var new: String
        var place: String?
    }

    private static let mistakes: [Mistake] = [
        Mistake(
            testDescription: "another version",
            old: "reaper.report/1",
            new: "reaper.report/2",
            place: "2:13: expected a report of scan, clean, stop or run, with schema "
                + "reaper.report/1, found 'reaper.report/2', of reaper \(ReaperVersion.current)"
        ),
        Mistake(
            testDescription: "instances",
            old: "reaper.report/1",
            new: "reaper.instances/1",
            place: "2:13: expected a report of scan, clean, stop or run, with schema "
                + "reaper.report/1, found 'reaper.instances/1', which 'reaper list' writes"
        ),
        Mistake(testDescription: "a command", old: "\"clean\"", new: "\"a b\"", place: "3:14: "),
        Mistake(testDescription: "a kind", old: "\"orphan\"", new: "\"goblin\""),
        Mistake(testDescription: "a severity", old: "\"error\"", new: "\"fatal\""),
        Mistake(testDescription: "no view", old: "\"complete\": true", new: "\"completed\": true"),
        Mistake(
            testDescription: "a view of text",
            old: "\"complete\": true",
            new: "\"complete\": 1"
        ),
        Mistake(testDescription: "a finding less", old: "\"findings\": 3", new: "\"findings\": 4"),
        Mistake(testDescription: "an identity", old: "4127@88213", new: "4127@"),
        Mistake(
            testDescription: "a start",
            old: "\"start_ticks\": 88213",
            new: "\"start_ticks\": 1"
        ),
        Mistake(testDescription: "a port", old: "\"port\": 8080", new: "\"port\": 80800"),
        Mistake(testDescription: "a time", old: "2026-11-21T", new: "2026-02-31T"),
        Mistake(testDescription: "a result", old: "\"survived\"", new: "\"lived\""),
        Mistake(testDescription: "no deadline", old: "deadline_passed", new: "deadline"),
        Mistake(testDescription: "a proof", old: "\"tree\"", new: "\"trust\""),
        Mistake(testDescription: "doubled", old: "\"duration_ms\"", new: "\"command\""),
        Mistake(
            testDescription: "a long name",
            old: "build-7",
            new: String(repeating: "x", count: 2000)
        ),
        Mistake(testDescription: "base64", old: "/kE=", new: "/kF="),
    ]

    @Test("what is not as reaper writes it is refused, with the place", arguments: mistakes)
    private func refused(_ mistake: Mistake) throws {
        let report = SampleReport.report(plan: SampleReport.plan, outcome: SampleReport.outcome)
        let text = String(
            decoding: JSONReport.render(report, style: ReportStyle()),
            as: UTF8.self
        )
        #expect(text.contains(mistake.old))
        let changed = text.replacingOccurrences(of: mistake.old, with: mistake.new)
        let error = try #require(throws: JSONError.self) {
            try ReportFile.read(Array(changed.utf8), named: "a.json")
        }
        #expect(error.position.line > 1 || mistake.old.contains("complete"))
        #expect(error.description.hasPrefix(mistake.place ?? ""), "\(error)")
    }

    @Test("no beginning of a report is one, and none ends the program")
    func prefixes() throws {
        let report = SampleReport.report(plan: SampleReport.plan, outcome: SampleReport.outcome)
        let bytes = JSONReport.render(report, style: ReportStyle())
        for count in 0..<(bytes.count - 1) {
            #expect(throws: JSONError.self) {
                try ReportFile.read(Array(bytes[..<count]), named: "a")
            }
        }
    }

    @Test("numbers as large as they come end nothing")
    func extremes() throws {
        let text = String(
            decoding: JSONReport.render(SampleReport.report(), style: ReportStyle()),
            as: UTF8.self
        )
        let most = "\(Int64.max)"
        let changed = text.replacingOccurrences(of: "88213", with: most)
            .replacingOccurrences(of: "\"duration_ms\": 12", with: "\"duration_ms\": \(most)")
            .replacingOccurrences(of: "\"processes\": 2", with: "\"processes\": \(most)")
            .replacingOccurrences(of: "2026-11-21T03:39:38Z", with: "9999-12-31T23:59:59Z")
        let merged = try ReportFile.read(Array(changed.utf8), named: "a")
        for format in ReportFormat.allCases {
            _ = merged.rendered(as: format, style: ReportStyle())
        }
        #expect(merged.status() == .leftOver)
    }

    private func schema(_ name: String) throws -> JSONSchema {
        try JSONSchema(Data(contentsOf: PackageFiles.file("schema/\(name).schema.json")))
    }
}

extension Finding {
    /// As a report shows it.
    fileprivate var masked: Finding {
        var finding = self
        finding.summary = SecretMask.masked(text: summary)
        for index in evidence.indices {
            finding.evidence[index].fact = SecretMask.masked(text: evidence[index].fact)
            finding.evidence[index].value = evidence[index].value.map {
                SecretMask.masked(text: $0)
            }
        }
        return finding
    }
}

extension Report {
    fileprivate var expectedStatus: ReaperKit.ExitStatus { error == nil ? cleanStatus() : .usage }
}
