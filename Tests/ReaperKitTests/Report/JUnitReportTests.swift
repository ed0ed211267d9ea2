import Foundation
import FoundationXML
import ReaperKit
import Testing

@Suite("report as JUnit XML")
struct JUnitReportTests {
    @Test("it is XML, and its counts are those of its cases", arguments: FormatCase.all)
    private func counts(_ item: FormatCase) throws {
        let suite = try Suite(JUnitReport.render(item.report, style: ReportStyle()))
        #expect(suite.head["tests"] == "\(suite.cases.count)")
        #expect(suite.head["failures"] == "\(suite.cases.count { $0.problem == "failure" })")
        #expect(suite.head["errors"] == "\(suite.cases.count { $0.problem == "error" })")
        #expect(Set(suite.cases.map(\.name)).count == suite.cases.count)
    }

    @Test(
        "the schema of Jenkins accepts it",
        .enabled("no python3 with xmlschema, or no junit-10.xsd: 'make formats' has both") {
            OutsideReader.jenkinsSchema != nil && OutsideReader.hasPython("xmlschema")
        },
        arguments: FormatCase.all
            + [FormatCase(testDescription: "5,000", report: FormatCase.many())]
    )
    private func schema(_ item: FormatCase) throws {
        let schema = try #require(OutsideReader.jenkinsSchema)
        let run = try OutsideReader.python(
            "import sys, xmlschema; xmlschema.XMLSchema(sys.argv[2]).validate(sys.argv[1])",
            JUnitReport.render(item.report, style: ReportStyle()),
            [schema]
        )
        #expect(run.status == 0, "\(run.output)")
    }

    @Test("a case per rule and detector that looked, whatever was found")
    func cases() throws {
        let names = [
            "manta.node", "wasmcloud.provider", "dora.node", "zombie", "deleted_executable",
        ]
        var report = SampleReport.report()
        report.checks = FormatCase.checks
        let found = try Suite(JUnitReport.render(report, style: ReportStyle()))
        let nothing = try Suite(JUnitReport.render(FormatCase.empty, style: ReportStyle()))
        #expect(found.cases.map(\.name) == names + ["complete_view"])
        #expect(nothing.cases.map(\.name) == found.cases.map(\.name))
        #expect(nothing.cases.allSatisfy { $0.problem == nil })
        #expect(
            found.cases.filter { $0.problem == "failure" }.map(\.name) == Array(names.prefix(2))
        )
        let provider = try #require(found.cases.first { $0.name == "wasmcloud.provider" })
        #expect(provider.group == "reaper.rules" && provider.type == "orphan")
        #expect(provider.message == "Capability provider outlived its host")
        #expect(provider.text.contains("Provider <1>\n"))
        #expect(provider.text.contains("(/proc/4127/exe: /tmp/wasmcloudcache/http)"))
        #expect(provider.text.contains("reaper clean --pid 4127@88213"))
    }

    @Test("what --fail-on leaves out is told, and fails nothing")
    func threshold() throws {
        for (threshold, count) in [
            (FailureThreshold.info, 3), (.warning, 2), (.error, 1), (.never, 0),
        ] {
            var style = ReportStyle()
            style.failureThreshold = threshold
            let suite = try Suite(JUnitReport.render(SampleReport.report(), style: style))
            #expect(suite.head["failures"] == "\(count)")
            #expect(suite.output.contains("zombie") == (threshold != .info))
        }
    }

    @Test("an incomplete view is an error, with what could not be read")
    func incomplete() throws {
        let suite = try Suite(JUnitReport.render(FormatCase.incomplete, style: ReportStyle()))
        let view = try #require(suite.cases.first { $0.name == "complete_view" })
        #expect(view.problem == "error")
        #expect(view.text.contains("hidepid=2"))
        #expect(suite.head["errors"] == "1" && suite.head["failures"] == "0")
    }

    @Test("after an action what is gone passes, and what is left fails")
    func outcome() throws {
        var report = FormatCase.acted
        let suite = try Suite(JUnitReport.render(report, style: ReportStyle()))
        let failing = suite.cases.filter { $0.problem == "failure" }.map(\.name)
        // The stale file was removed, the orphan survived.
        #expect(failing == ["wasmcloud.provider", "processes", "files", "ports", "refusals"])
        report.outcome?.targets[1].result = .killed
        report.outcome?.proof = .none
        report.outcome?.unproven = "who could not be read may match"
        let other = try Suite(JUnitReport.render(report, style: ReportStyle()))
        #expect(other.cases.first { $0.name == "wasmcloud.provider" }?.problem == nil)
        #expect(other.cases.first { $0.name == "processes" }?.problem == nil)
        #expect(other.cases.first { $0.name == "proof" }?.problem == "error")
    }

    @Test("hostile names stay text, and controls are visible")
    func hostile() throws {
        let suite = try Suite(JUnitReport.render(FormatCase.hostile, style: ReportStyle()))
        let text = suite.cases.map(\.text).joined()
        for visible in ["]]><script>", "\\x1b[2J", "\\x0a::error::", "\u{fffd}", "\\u{fffe}"] {
            #expect(text.contains(visible))
        }
        #expect(!text.contains("hunter2"))
        #expect(suite.elements.isSubset(of: Suite.known))
    }

    @Test("5,000 findings are one failure, the first 100 with their evidence")
    func many() throws {
        let bytes = JUnitReport.render(FormatCase.many(), style: ReportStyle())
        #expect(bytes.count < 2_000_000)
        let suite = try Suite(bytes)
        let item = try #require(suite.cases.first { $0.name == "dora.node" })
        #expect(item.message.hasPrefix("5000 findings, the first: "))
        let lines = item.text.split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("orphan node ") } == 5000)
        #expect(lines.count { $0.contains("a tag") } == 100)
    }
}

/// What a reader of JUnit XML sees.
private final class Suite: NSObject, XMLParserDelegate {
    static let known: Set<String> = [
        "testsuite", "properties", "property", "testcase", "failure", "error", "system-out",
        "system-err",
    ]

    struct Case {
        var group: String
        var name: String
        var problem: String?
        var type = ""
        var message = ""
        var text = ""
    }

    private(set) var head: [String: String] = [:]
    private(set) var cases: [Case] = []
    private(set) var output = ""
    private(set) var elements: Set<String> = []
    private var path: [String] = []

    init(_ bytes: [UInt8]) throws {
        super.init()
        let parser = XMLParser(data: Data(bytes))
        parser.delegate = self
        let isWhole = parser.parse()
        try #require(isWhole, "\(String(describing: parser.parserError))")
    }

    func parser(
        _: XMLParser,
        didStartElement name: String,
        namespaceURI _: String?,
        qualifiedName _: String?,
        attributes: [String: String]
    ) {
        path.append(name)
        elements.insert(name)
        switch name {
        case "testsuite": head = attributes
        case "testcase":
            cases.append(
                Case(group: attributes["classname"] ?? "", name: attributes["name"] ?? "")
            )
        case "failure", "error":
            guard var last = cases.popLast() else { return }
            last.problem = name
            last.type = attributes["type"] ?? ""
            last.message = attributes["message"] ?? ""
            cases.append(last)
        default: break
        }
    }

    func parser(_: XMLParser, foundCharacters text: String) {
        switch path.last {
        case "failure", "error":
            guard var last = cases.popLast() else { return }
            last.text += text
            cases.append(last)
        case "system-out": output += text
        default: break
        }
    }

    func parser(
        _: XMLParser,
        didEndElement _: String,
        namespaceURI _: String?,
        qualifiedName _: String?
    ) {
        path.removeLast()
    }
}
