import Foundation
import TestSupport
import Testing

@testable import ReaperKit

private let schemaFile = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "schema/explanation.schema.json")

/// Explanations of one of everything, nasty texts included.
enum SampleExplanation {
    static var process: Explanation {
        let process = SampleReport.snapshot.processes[0]
        var account = ProcessAccount(process, in: SampleReport.snapshot)
        account.process.environment = .value(["GITHUB_RUN_ID=\u{1b}[2J", "TOKEN=hunter2"])
        account.details.foreignNamespaces = [.init("net", 9)]
        return Explanation(account, target: "4127")
    }

    static var zombie: Explanation {
        Explanation(
            ProcessAccount(SampleReport.snapshot.processes[1], in: SampleReport.snapshot),
            target: "5200"
        )
    }

    static var port: Explanation {
        var account = PortAccount(
            PortSet(members: [.init(ports: 8080...8080, transport: .tcp)]),
            own: .init(nil, sockets: SampleReport.snapshot.sockets, source: "sock_diag"),
            on: SampleReport.host
        )
        account.notes = ["sock_diag refused\u{1b}[2J"]
        return Explanation(account, target: ":8080/tcp")
    }

    static var file: Explanation {
        var account = FileAccount(ByteString([0x2f, 0xff, 0x0a]), in: SampleReport.snapshot)
        account.users = [
            .init(SampleReport.orphan, "\u{1b}[31mred", .executable, source: "/proc/4127/exe")
        ]
        return Explanation(account, target: "/x")
    }

    static var nobody: Explanation {
        Explanation(target: "no\u{1b}such", kind: .name, answer: .notFound, summary: "nobody")
    }

    static func report(_ explanations: [Explanation]) -> ExplanationReport {
        ExplanationReport(
            startedAt: .seconds(1_795_241_496),
            duration: .milliseconds(12),
            host: SampleReport.host,
            explanations: explanations,
            notes: explanations.count > 1 ? ["3 more\u{1b}"] : []
        )
    }

    static var all: ExplanationReport { report([process, zombie, port, file, nobody]) }
}

@Suite("explanations as JSON")
struct ExplanationJSONTests {
    private func object(_ report: ExplanationReport) throws -> [String: Any] {
        let text = Data(ExplanationJSON.render(report, style: ReportStyle()))
        return try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
    }

    @Test("keep to the schema")
    func schema() throws {
        let schema = try JSONSchema(Data(contentsOf: schemaFile))
        let text = Data(ExplanationJSON.render(SampleExplanation.all, style: ReportStyle()))
        #expect(try schema.violations(in: text) == [])
    }

    @Test("the schema names every topic, kind, answer and mark")
    func names() throws {
        let text = try String(contentsOf: schemaFile, encoding: .utf8)
        let words =
            ExplanationSection.Topic.allCases.map(\.rawValue)
            + Explanation.Kind.allCases.map(\.rawValue)
            + Explanation.Answer.allCases.map(\.rawValue)
            + Statement.Mark.allCases.filter { $0 != .plain }.map(\.rawValue)
        for word in words { #expect(text.contains("\"\(word)\""), "\(word)") }
    }

    @Test("secrets are masked unless they are asked for")
    func secrets() {
        var style = ReportStyle()
        let masked = ExplanationJSON.render(SampleExplanation.all, style: style)
        #expect(!String(decoding: masked, as: UTF8.self).contains("hunter2"))
        style.showsSecrets = true
        let shown = String(
            decoding: ExplanationJSON.render(SampleExplanation.all, style: style),
            as: UTF8.self
        )
        #expect(shown.contains("--token hunter2"))
        #expect(!shown.contains("TOKEN=hunter2"), "an environment is never printed")
    }

    @Test("a stream has one line per explanation, each with the host")
    func lines() throws {
        let text = ExplanationJSON.renderLines(SampleExplanation.all, style: ReportStyle())
        let lines = text.split(separator: UInt8(ascii: "\n"))
        let whole = try object(SampleExplanation.all)
        let explanations = try #require(whole["explanations"] as? [NSDictionary])
        #expect(lines.count == explanations.count)
        for (line, explanation) in zip(lines, explanations) {
            let json = try JSONSerialization.jsonObject(with: Data(line))
            var object = try #require(json as? [String: Any])
            #expect(object.removeValue(forKey: "schema") as? String == "reaper.explained/1")
            for key in ["command", "version", "host", "started_at"] {
                #expect((object.removeValue(forKey: key) as? NSObject)?.isEqual(whole[key]) == true)
            }
            #expect(explanation.isEqual(to: object))
        }
    }

    @Test("the worst answer is the status, and an open question makes it incomplete")
    func status() throws {
        #expect(SampleExplanation.report([SampleExplanation.process]).status == .clean)
        #expect(SampleExplanation.all.status == .leftOver)
        let open = SampleExplanation.report([SampleExplanation.process, SampleExplanation.port])
        #expect(open.status == .incomplete)
        #expect(try object(open)["complete"] as? Bool == false)
    }
}

@Suite("explanations as text")
struct ExplanationTextTests {
    private func text(
        _ report: ExplanationReport = SampleExplanation.all,
        change: (inout ReportStyle) -> Void = { _ in }
    ) -> String {
        var style = ReportStyle()
        change(&style)
        return String(decoding: ExplanationText.render(report, style: style), as: UTF8.self)
    }

    @Test("nothing of foreign origin comes through raw", arguments: [false, true])
    func escaped(isVerbose: Bool) {
        let scalars = text { $0.isVerbose = isVerbose }.unicodeScalars
        #expect(!scalars.contains { $0.value < 0x20 && $0 != "\n" })
        #expect(!scalars.contains { (0x7f..<0xa0).contains($0.value) })
    }

    @Test("lines end at 80 columns, or at the terminal's width, unless a word is longer")
    func width() {
        for width in [nil, 40, 72, 200] {
            let lines = text { $0.width = width }.split(separator: "\n")
            for line in lines {
                let columns = min(width ?? 80, 100)
                // A command is there to be copied, and is never wrapped.
                if line.hasPrefix("  reaper ") { continue }
                let hasLongWord = line.split(separator: " ").contains { $0.count > columns / 2 }
                #expect(line.count <= columns || hasLongWord, "\(columns): \(line)")
            }
        }
    }

    @Test("color changes nothing but the color")
    func color() {
        let plain = text()
        let painted = text { $0.color = true }
        #expect(painted.contains("\u{1b}["))
        let bare = painted.replacing(#/\u{1b}\[[0-9]*m/#, with: "")
        #expect(bare == plain)
    }

    @Test("every fact is followed by where it was read")
    func sources() {
        let report = SampleExplanation.report([SampleExplanation.process])
        let shown = text(report)
        #expect(shown.contains("/tmp/wasmcloudcache/http (/proc/4127/exe)"))
        #expect(shown.contains("http --token *** --port 8080 (/proc/4127/cmdline)"))
        #expect(shown.contains("What it is\n") && shown.contains("Its parents\n"))
    }

    @Test("what stands out does so without color")
    func marks() {
        let shown = text(SampleExplanation.report([SampleExplanation.zombie]))
        #expect(shown.contains("\n  ! it has exited"), "\(shown)")
    }

    @Test("details are left out unless all is asked for, and quiet leaves only the answer")
    func detail() {
        let report = SampleExplanation.report([SampleExplanation.process])
        #expect(!text(report).contains("pidfd_open"))
        #expect(text(report) { $0.isVerbose = true }.contains("pidfd_open"))
        let quiet = text(report) { $0.isQuiet = true }
        #expect(quiet.split(separator: "\n").count == 1)
        #expect(quiet.hasPrefix("wasmcloud\\x1b[2J (4127@88213)"), "\(quiet)")
    }

    @Test("what could not be learned is said at the end")
    func unknown() {
        let shown = text(SampleExplanation.report([SampleExplanation.port]))
        #expect(shown.contains("What could not be learned\n  ? "))
        #expect(shown.hasSuffix("\n"))
    }
}
