/// The instances that `stop` was asked for, and how they are in the end.
enum HTMLInstances {
    static func write(_ instances: [Instance], _ source: HTMLSource, to html: inout HTMLWriter) {
        let title = counted(instances.count, "instance")
        html.block(
            "div",
            [.style("scroll"), .own("role", "region"), .number("tabindex", 0), .label(title)]
        ) { html in
            html.block("table") { html in
                html.element("caption", text: title)
                html.block("thead") { html in
                    html.element("tr") { html in
                        html.column("System", nil)
                        html.column("Instance", nil)
                        html.column("State", nil)
                        html.column("Why", nil)
                        html.column("File", nil)
                    }
                }
                html.block("tbody") { html in
                    for instance in instances { write(instance, source, to: &html) }
                }
            }
        }
    }

    private static func write(
        _ instance: Instance,
        _ source: HTMLSource,
        to html: inout HTMLWriter
    ) {
        html.block("tr") { html in
            html.element("td") { $0.foreign(instance.system) }
            html.element("th", [.rowHeading]) { html in
                html.code(source.shown(instance.id, limit: 200))
                guard let alias = instance.alias else { return }
                html.text(" ")
                html.foreign(source.shown(alias, limit: 200))
            }
            html.element("td", text: instance.stateText)
            html.element("td") { $0.foreign(source.shown(instance.reason)) }
            html.element("td") { html in
                guard let file = instance.file else { return }
                html.code(file.text.escapedForTerminal.truncated(to: 1000, keeping: .tail))
            }
        }
    }
}
