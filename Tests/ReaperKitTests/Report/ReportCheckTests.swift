import ReaperKit
import Testing

@Suite("who looked")
struct ReportCheckTests {
    private static var rules: [Rule] {
        var orphans = Rule(id: "a.orphans", title: "Orphans", source: "test")
        orphans.match.directories = ["/x"]
        var files = Rule(id: "a.files", title: "Files", source: "test")
        files.instance = InstanceRule()
        var veto = orphans
        veto.id = "a.veto"
        veto.protect = true
        return [orphans, files, veto]
    }

    private func names(_ change: (inout Selection) -> Void) -> [String] {
        var selection = Selection()
        change(&selection)
        return ScanRequest(selection: selection, rules: Self.rules).checks.map(\.name)
    }

    @Test("without a selector: every rule that finds, and the detectors")
    func everything() {
        #expect(names { _ in } == ["a.orphans", "a.files", "zombie", "deleted_executable"])
    }

    @Test("with kinds only those that find them")
    func kinds() {
        #expect(names { $0.kinds = [.zombie] } == ["zombie"])
        #expect(names { $0.kinds = [.orphan] } == ["a.orphans"])
        #expect(names { $0.kinds = [.staleInstance] } == ["a.files"])
    }

    @Test("with selectors what they select, and nothing else was asked")
    func selectors() {
        #expect(names { $0.process.pids = [PidCondition(pid: 7)] } == ["leaked_process"])
        #expect(
            names { $0.ports = PortSet(members: [.init(ports: 80...80)]) } == ["port_holder"]
        )
    }

    @Test("for instances the rules that know some")
    func instances() {
        var request = ScanRequest(rules: Self.rules)
        request.instances = InstanceQuery()
        #expect(request.checks.map(\.name) == ["a.files"])
    }
}

@Suite("report in every format")
struct ReportFormatTests {
    @Test("5,000 findings that were all stopped", arguments: ReportFormat.allCases)
    private func many(_ format: ReportFormat) throws {
        let bytes = format.render(FormatCase.manyStopped(), style: ReportStyle())
        #expect(try !bytes.utf8Text().isEmpty && bytes.count < 16_000_000)
    }

    @Test("every case can be written", arguments: ReportFormat.allCases)
    private func all(_ format: ReportFormat) throws {
        for item in FormatCase.all {
            let text = try format.render(item.report, style: ReportStyle()).utf8Text()
            #expect(!text.contains("hunter2") && !text.contains("\u{1b}"))
        }
    }
}
