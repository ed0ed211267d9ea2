import ReaperKit
import Testing

@Suite("report as OpenMetrics")
struct OpenMetricsReportTests {
    private static let module = "prometheus_client.openmetrics.parser, prometheus_client.parser"

    @Test(
        "the parsers of OpenMetrics and of the older format read the same from it",
        .enabled("no python3 with prometheus_client: 'make formats' installs it") {
            OutsideReader.hasPython(module)
        },
        arguments: FormatCase.all
    )
    private func parser(_ item: FormatCase) throws {
        let program = """
            import sys, \(Self.module)
            text = open(sys.argv[1], encoding="utf-8", newline="").read()
            def read(parser):
                families = list(parser.text_string_to_metric_families(text))
                assert all(f.type == "gauge" and f.documentation for f in families)
                assert all(f.name.startswith("reaper_") and f.samples for f in families)
                return {(s.name, tuple(sorted(s.labels.items()))): s.value
                        for f in families for s in f.samples}
            new = read(prometheus_client.openmetrics.parser)
            assert new == read(prometheus_client.parser)
            print(sum(v for (n, _), v in new.items() if n == "reaper_findings"))
            """
        let run = try OutsideReader.python(program, OpenMetricsReport.render(item.report), [])
        #expect(run.status == 0, "\(run.output)")
        #expect(Double(run.output.dropLast()) == Double(item.report.findings.count))
    }

    @Test("counts by kind, rule and severity, the duration, and whether all was seen")
    func samples() throws {
        let lines = try lines(of: SampleReport.report())
        for sample in [
            #"reaper_findings{command="scan",kind="orphan",rule="wasmcloud.provider",severity="error"} 1"#,
            #"reaper_findings{command="scan",kind="zombie",rule="",severity="info"} 1"#,
            #"reaper_scan_duration_seconds{command="scan"} 0.012"#,
            #"reaper_report_timestamp_seconds{command="scan"} 1795241496.250"#,
            #"reaper_complete{command="scan"} 1"#,
            #"reaper_remaining_findings{command="scan",severity="warning"} 1"#,
            #"reaper_remaining_ports{command="scan"} 1"#,
            "# UNIT reaper_scan_duration_seconds seconds",
        ] {
            #expect(lines.contains(Substring(sample)))
        }
        #expect(lines.suffix(1) == ["# EOF"])
    }

    @Test("where nothing was found there are zeros, not gaps")
    func zeros() throws {
        let lines = try lines(of: FormatCase.incomplete)
        for severity in Severity.allCases {
            let labels = #"{command="scan",severity="\#(severity.rawValue)"}"#
            #expect(lines.contains("reaper_remaining_findings\(labels) 0"))
        }
        #expect(lines.contains(#"reaper_complete{command="scan"} 0"#))
        #expect(lines.contains(#"reaper_unreadable_processes{command="scan"} 1"#))
    }

    @Test("after an action every result is counted")
    func outcome() throws {
        let lines = try lines(of: FormatCase.acted)
        for result in TargetResult.allCases {
            let count = result == .exited || result == .survived ? 1 : 0
            let labels = #"{command="clean",result="\#(result.rawValue)"}"#
            #expect(lines.contains("reaper_stopped_processes\(labels) \(count)"))
        }
        #expect(lines.contains(#"reaper_held_ports{command="clean"} 1"#))
        // Its file was removed.
        let warnings = #"reaper_remaining_findings{command="clean",severity="warning"} 0"#
        #expect(lines.contains(Substring(warnings)))
        #expect(lines.contains(#"reaper_proven{command="clean"} 1"#))
    }

    @Test("no label ends before its time")
    func hostile() throws {
        let lines = try lines(of: FormatCase.hostile)
        for line in lines where !line.hasPrefix("#") {
            var isOpen = false
            var isEscaped = false
            for scalar in line.unicodeScalars {
                if isEscaped { isEscaped = false; continue }
                if scalar == "\\" { isEscaped = true }
                if scalar == "\"" { isOpen.toggle() }
                #expect(isOpen || !"<>|`".unicodeScalars.contains(scalar))
            }
            #expect(!isOpen && line.hasPrefix("reaper_"))
        }
    }

    @Test("5,000 findings of one rule are one time series")
    func many() throws {
        let lines = try lines(of: FormatCase.many())
        #expect(lines.filter { $0.hasPrefix("reaper_findings{") }.count == 1)
    }

    private func lines(of report: Report) throws -> [Substring] {
        try OpenMetricsReport.render(report).utf8Text().split(separator: "\n")
    }
}
