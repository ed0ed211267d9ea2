import ReaperKit
import Testing

@Suite("what is ignored is told")
struct IgnoredTextTests {
    private func text(_ change: (inout ReportStyle) -> Void = { _ in }) -> String {
        var style = ReportStyle()
        change(&style)
        return String(
            decoding: TableReport.render(FormatCase.comparison, style: style),
            as: UTF8.self
        )
    }

    @Test("a table counts it, lists it with -v, and escapes it")
    func table() {
        #expect(text().contains("\n\n3 ignored; -v lists them\n"))
        let verbose = text { $0.isVerbose = true }
        #expect(
            verbose.contains(
                "\n3 ignored:\n"
                    + "  wasmcloud\\x1b[2J (4127@88213) by --ignore name=<x>|`\\x1b[2J\n"
                    + "  port 80/tcp by --ignore port=80\n"
                    + "  leaked file /run/<a>.pid by --ignore live.*\n"
            ),
            "\(verbose)"
        )
        #expect(!text { $0.isQuiet = true }.contains("ignored"))
    }

    @Test("the row of a port shows it")
    func row() { #expect(text().contains("leaked_port  ")) }

    @Test("a job summary lists it, as text")
    func summary() {
        let bytes = GitHubSummary.render(FormatCase.comparison, style: ReportStyle())
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(text.contains("3 ignored:\n\n- "))
        #expect(!text.contains("<x>") && !text.contains("\u{1b}"))
    }
}
