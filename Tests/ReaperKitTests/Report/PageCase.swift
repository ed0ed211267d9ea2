import Testing

@testable import ReaperKit

/// A page of one report or several.
struct PageCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    private var report: any RenderableReport

    static let all: [PageCase] =
        FormatCase.all.map { PageCase(testDescription: $0.testDescription, report: $0.report) }
        + [
            PageCase(testDescription: "a timeline", report: shutdown),
            PageCase(testDescription: "several", report: merged(FormatCase.all.map(\.report))),
            PageCase(testDescription: "none", report: MergedReport()),
        ]

    func page(_ style: ReportStyle = ReportStyle()) throws -> String {
        try report.rendered(as: .html, style: style).utf8Text()
    }

    /// What several files say, each of a machine of its own where it is known.
    static func merged(_ reports: [Report]) -> MergedReport {
        var merged = MergedReport()
        for (number, report) in reports.enumerated() {
            var style = ReportStyle()
            style.isVerbose = true
            let name = "<b>\(number)\u{202e}.json"
            do throws(JSONError) {
                merged.add(
                    try ReportFile.read(JSONReport.render(report, style: style), named: name)
                )
            } catch {
                merged.unread.append(UnreadReport(file: name, reason: error.description))
            }
        }
        merged.unread.append(UnreadReport(file: "\"><script>", reason: "</td>"))
        return merged
    }

    /// One that exits, one that is killed after its grace, one that stays, one that was never asked.
    static var shutdown: Report {
        var report = FormatCase.acted
        let names: [ByteString] = ["<b>one", "two", "three", "four"]
        report.outcome?.targets = names.enumerated().map { index, name in
            let identity = ProcessIdentity(pid: Int32(10 + index), startTime: 7)
            return TargetOutcome(identity: identity, name: name, result: .exited)
        }
        func set(_ index: Int, _ change: (inout TargetOutcome) -> Void) {
            guard var target = report.outcome?.targets[index] else { return }
            change(&target)
            report.outcome?.targets[index] = target
        }
        set(0) {
            $0.asked = .zero
            $0.grace = .seconds(1)
            $0.after = .milliseconds(500)
        }
        set(1) {
            $0.asked = .milliseconds(500)
            $0.grace = .seconds(1)
            $0.killed = .milliseconds(1500)
            $0.after = .seconds(2)
            $0.result = .killed
        }
        set(2) {
            $0.asked = .seconds(1)
            $0.grace = .seconds(10)
            $0.result = .survived
        }
        set(3) { $0.result = .refused }
        return report
    }
}
