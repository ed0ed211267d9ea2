import Testing

@testable import ReaperKit

@Suite("HTML: in a browser", .serialized, .timeLimit(.minutes(10)))
struct HTMLBrowserTests {
    @Test(
        "hostile names make no element, no attribute and no script",
        .enabled("no chromium here") { !Browser.isMissing },
        arguments: [false, true]
    )
    func hostile(isMerged: Bool) throws {
        var report = FormatCase.hostile
        report.snapshot.processes[0].name = "\"><img src=x onerror=document.title=1>"
        report.snapshot.processes[1].name = "<script>document.title=1</script>"
        report.snapshot.host.name = "</title><script>document.title=1</script>"
        report.outcome = PageCase.shutdown.outcome
        let page =
            isMerged
            ? PageCase.merged([report]).rendered(as: .html, style: ReportStyle())
            : HTMLReport.render(report, style: ReportStyle())
        let before = try MarkupReader(page.utf8Text())
        let after = try MarkupReader(try Browser.document(of: page))
        #expect(after.elements.map(\.name) == before.elements.map(\.name))
        #expect(after.named("script").count == 1 && after.named("img").isEmpty)
        for element in after.elements {
            for name in element.attributes.keys {
                #expect(!name.hasPrefix("on") && name != "src" && name != "style")
            }
        }
        #expect(after.named("title").first?.text == before.named("title").first?.text)
        // The script ran, so that the page's policy allows it.
        #expect(before.named("form").first?.attributes["hidden"] != nil)
        #expect(after.named("form").first?.attributes["hidden"] == nil)
    }

    @Test("5,000 findings are loaded", .enabled("no chromium here") { !Browser.isMissing })
    func many() throws {
        let page = HTMLReport.render(FormatCase.manyStopped(), style: ReportStyle())
        let document = try Browser.document(of: page)
        #expect(document.contains(">5000 of 5000 shown</output>"))
        #expect(document.contains("</html>"))
    }

    @Test(
        "tidy has nothing to say",
        .enabled("no tidy here") { hasTidy() },
        arguments: PageCase.all
    )
    private func tidy(_ item: PageCase) throws {
        let run = try OutsideReader.run(["tidy", "-quiet", "-errors"], Array(item.page().utf8))
        #expect(run.status == 0 && run.output.isEmpty, "\(run.output.prefix(500))")
    }
}

private func hasTidy() -> Bool { (try? OutsideReader.run(["tidy", "-version"], []))?.status == 0 }
