/// The frame of the page: what is told to the browser, the way through the page, and its sections.
struct HTMLPage {
    /// A part of the page with a heading of its own.
    struct Section {
        var anchor: HTMLWriter.Anchor
        var title: String
        /// Whether the way through the page, which is to be short, has it.
        var isListed = true
        var body: (inout HTMLWriter) -> Void
    }

    /// What the page is about, in a few words.
    var title: String
    /// How it stands.
    var verdict: HTMLVerdict
    var sections: [Section] = []

    /// Adds a section.
    mutating func add(
        _ anchor: HTMLWriter.Anchor,
        _ title: String,
        isListed: Bool = true,
        _ body: @escaping (inout HTMLWriter) -> Void
    ) {
        sections.append(Section(anchor: anchor, title: title, isListed: isListed, body: body))
    }

    /// The whole text.
    func render() -> [UInt8] {
        var html = HTMLWriter()
        html.verbatim("<!DOCTYPE html>\n")
        html.block("html", [.own("lang", "en")]) { html in
            html.block("head") { writeHead(to: &$0) }
            html.block("body") { writeBody(to: &$0) }
        }
        return html.bytes
    }

    /// The policy comes before everything that it is about, but for the encoding.
    private func writeHead(to html: inout HTMLWriter) {
        html.open("meta", [.own("charset", "utf-8")])
        html.open(
            "meta",
            [
                .own("http-equiv", "Content-Security-Policy"),
                .content(
                    "default-src 'none'; style-src 'sha256-\(HTMLStyle.digest)'; "
                        + "script-src 'sha256-\(HTMLScript.digest)'; base-uri 'none'; "
                        + "form-action 'none'"
                ),
            ]
        )
        html.open("meta", [.own("name", "referrer"), .own("content", "no-referrer")])
        html.open(
            "meta",
            [.own("name", "viewport"), .own("content", "width=device-width, initial-scale=1")]
        )
        html.open(
            "meta",
            [.own("name", "generator"), .content("reaper \(ReaperVersion.current)")]
        )
        html.element("title", text: "\(title): \(verdict.word.lowercased())")
        html.element("style") { $0.verbatim(HTMLStyle.text) }
    }

    private func writeBody(to html: inout HTMLWriter) {
        let main = HTMLWriter.Anchor("report")
        html.block("a", [.style("skip"), .link(to: main)], text: "Skip to the report")
        html.block("header") { html in
            html.element("h1", text: title)
            verdict.write(to: &html)
        }
        html.block("nav", [.label("Sections")]) { html in
            html.element("ul") { html in
                for section in sections where section.isListed {
                    html.element("li") { html in
                        html.element("a", [.link(to: section.anchor)], text: section.title)
                    }
                }
            }
        }
        html.block("main", [.id(main)]) { html in
            for section in sections {
                html.block("section", [.labelled(by: section.anchor)]) { html in
                    html.block("h2", [.id(section.anchor)], text: section.title)
                    section.body(&html)
                }
            }
        }
        html.block("footer") { html in
            html.element("p") { html in
                html.text(
                    "Written by reaper \(ReaperVersion.current). This page is all there is of it: it "
                        + "loads nothing. What cannot be seen in a name is shown as "
                )
                html.code("\\xNN")
                html.text(" or ")
                html.code("\\u{NNNN}")
                html.text(".")
            }
        }
        html.element("script") { $0.verbatim(HTMLScript.text) }
    }
}
