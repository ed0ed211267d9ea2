import Testing

@testable import ReaperKit

@Suite("HTML: report as a page")
struct HTMLReportTests {
    private static let attributes: Set<String> = [
        "lang", "charset", "http-equiv", "content", "name", "class", "id", "href", "role",
        "tabindex",
        "aria-label", "aria-labelledby", "scope", "data-severity", "data-host", "open", "hidden",
        "for",
        "type", "autocomplete", "value", "checked", "viewBox", "x", "y", "width", "height", "x1",
        "x2",
        "y1", "y2", "text-anchor",
    ]
    private static let names: Set<String> = [
        "html", "head", "meta", "title", "style", "body", "a", "header", "h1", "h2", "h3", "div",
        "p",
        "nav", "ul", "li", "main", "section", "dl", "dt", "dd", "code", "bdi", "time", "table",
        "caption", "thead", "tbody", "tr", "th", "td", "details", "summary", "span", "form",
        "label",
        "input", "select", "option", "fieldset", "legend", "button", "output", "figure",
        "figcaption",
        "svg", "g", "line", "rect", "text", "footer", "script",
    ]

    private func page(_ report: Report, _ style: ReportStyle = ReportStyle()) throws -> String {
        try HTMLReport.render(report, style: style).utf8Text()
    }

    @Test("nothing in it but what the source has; every link leads somewhere", arguments: pages())
    private func structure(_ item: PageCase) throws {
        let text = try item.page()
        let reader = try MarkupReader(text)
        var ids: Set<String> = []
        for element in reader.elements {
            #expect(Self.names.contains(element.name), "\(element.name)")
            for (name, value) in element.attributes {
                #expect(Self.attributes.contains(name), "\(name)")
                if name == "id" { #expect(ids.insert(value).inserted, "\(value) twice") }
            }
        }
        for element in reader.elements {
            for name in ["aria-labelledby", "for"] {
                if let value = element.attributes[name] { #expect(ids.contains(value), "\(value)") }
            }
            if let link = element.attributes["href"] {
                #expect(link.hasPrefix("#") && ids.contains(String(link.dropFirst())), "\(link)")
            }
        }
        #expect(reader.named("script").map(\.text) == [HTMLScript.text.text])
        #expect(reader.named("style").map(\.text) == [HTMLStyle.text.text])
        // What is not ASCII's own may only be what was shown as it is.
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            scalar == "\n" || String(scalar).escapedForTerminal == String(scalar)
        }
        #expect(isPlain)
    }

    @Test("headings in order, tables with headings, fields with labels", arguments: pages())
    private func accessibility(_ item: PageCase) throws {
        let reader = try MarkupReader(try item.page())
        let levels = reader.elements.compactMap { element in
            element.name.wholeMatch(of: /h([1-6])/).flatMap { Int($0.1) }
        }
        #expect(levels.count { $0 == 1 } == 1 && levels.first == 1)
        #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 })
        #expect(reader.named("html").first?.attributes["lang"] == "en")
        #expect(reader.named("main").count == 1 && reader.named("h1").count == 1)
        let heads = reader.named("title").filter { title in
            title.parent.map { reader.elements[$0].name } == "head"
        }
        #expect(heads.count == 1)
        #expect(reader.named("th").allSatisfy { $0.attributes["scope"] != nil })
        let captions = Set(reader.named("caption").compactMap(\.parent))
        let tables = reader.elements.indices.filter { reader.elements[$0].name == "table" }
        #expect(captions == Set(tables))
        let labelled = Set(reader.named("label").compactMap { $0.attributes["for"] })
        for element in reader.elements where ["input", "select"].contains(element.name) {
            let isInLabel = element.parent.map { reader.elements[$0].name == "label" } ?? false
            #expect(isInLabel || labelled.contains(element.attributes["id"] ?? ""))
        }
        #expect(reader.named("svg").allSatisfy { $0.attributes["aria-label"] != nil })
        #expect(reader.named("details").allSatisfy { $0.text != "" })
    }

    @Test("the policy names this style and this script")
    func policy() throws {
        #expect(
            ByteString(SHA256.digest(Array("abc".utf8))).base64
                == "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
        )
        for (text, digest) in [
            (HTMLStyle.text, HTMLStyle.digest), (HTMLScript.text, HTMLScript.digest),
        ] {
            #expect(ByteString(SHA256.digest(Array(text.text.utf8))).base64 == digest)
            #expect(!text.text.contains("</") && !text.text.contains("url("))
        }
        let text = try page(SampleReport.report())
        #expect(text.contains("default-src &apos;none&apos;; style-src &apos;sha256-"))
    }

    @Test("a name is text wherever it stands", arguments: FormatCase.nasty)
    private func names(_ name: ByteString) throws {
        var html = HTMLWriter()
        html.element("p", [.label(name.text)], text: name.text)
        html.foreign(name.text)
        let reader = try MarkupReader(html.bytes.utf8Text())
        #expect(reader.elements.map(\.name) == ["p", "bdi"])
        #expect(reader.elements.map(\.text) == [name.text, name.text].map(\.escapedForTerminal))
        #expect(reader.elements[0].attributes == ["aria-label": name.text.escapedForTerminal])
    }

    @Test("each finding with evidence, source, rule and what to do")
    func findings() throws {
        let reader = try MarkupReader(try page(SampleReport.report()))
        let rows = reader.named("tr").filter { $0.attributes["data-severity"] != nil }
        #expect(rows.map { $0.attributes["data-severity"] } == ["error", "warning", "info"])
        let row = try #require(rows.first)
        for part in [
            "wasmcloud\\x1b[2J 4127@88213", "2h31m", "alice", "8080/tcp", "wasmcloud.provider",
            "its executable lies in the cache (/proc/4127/exe: /tmp/wasmcloudcache/http)",
            "http --token *** --port 8080", "reaper clean --pid 4127@88213",
        ] {
            #expect(row.text.contains(part), "\(part)")
        }
        #expect(rows[1].text.contains("/run/user/1000/node.pid") && rows[1].text.contains("24m56s"))
        #expect(rows[2].text.contains("probable: "))
        #expect(reader.named("form").count == 1)
    }

    @Test("secrets are masked, also what was typed")
    func secrets() throws {
        var style = ReportStyle()
        style.request = ["reaper", "scan", "--command", "--password=hunter2"]
        var report = SampleReport.report()
        report.findings[1].summary = "started with --token hunter2"
        #expect(try !page(report, style).contains("hunter2"))
        style.showsSecrets = true
        #expect(try page(report, style).contains("hunter2"))
    }

    @Test("5,000 findings: tables of some hundred rows, each row once")
    func many() throws {
        let text = try page(FormatCase.manyStopped())
        let reader = try MarkupReader(text)
        #expect(reader.named("tr").count { $0.attributes["data-severity"] != nil } == 5000)
        #expect(reader.named("table").count { $0.attributes["class"] == "wide" } == 25)
        #expect(text.utf8.count < 12 << 20)
    }

    private static func pages() -> [PageCase] { PageCase.all }
}
