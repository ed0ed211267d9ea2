import Testing

@testable import ReaperKit

@Suite("ports of what was found")
struct PortNamesTests {
    private let report = SampleReport.report()

    @Test("every format that tells of a process tells its ports")
    func formats() throws {
        var style = ReportStyle()
        style.isVerbose = true
        for text in [
            TableReport.render(report, style: style),
            JUnitReport.render(report, style: style),
            GitHubReport.render(report, style: style),
        ] {
            let text = try text.utf8Text()
            #expect(text.contains("  ports: 8080/tcp"), "\(text)")
            // It is connected, and holds no port for others.
            #expect(!text.contains("40000"))
        }
        let graph = try DotReport.render(report, style: style).utf8Text()
        #expect(graph.contains("8080/tcp"), "\(graph)")
        let page = try GitHubSummary.render(report, style: style).utf8Text()
        #expect(page.contains("| Ports |") && page.contains("| 8080/tcp |"), "\(page)")
    }

    @Test("each is named once, whatever the addresses, and none where none is known")
    func names() throws {
        var report = report
        let socket = report.snapshot.sockets[0]
        var other = socket
        other.inode = 778
        report.snapshot.sockets = [socket, other]
        let findings = report.findings
        let ports = PortNames(report)
        #expect(findings.map(ports.text).filter { !$0.isEmpty } == ["8080/tcp"])
        report.snapshot.sockets = []
        #expect(findings.map(PortNames(report).text) == ["", "", ""])
    }
}
