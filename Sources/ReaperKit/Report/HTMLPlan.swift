/// What a plan says beside the tree: files, zombies, who is refused or left alone, and what comes after.
enum HTMLPlan {
    static func write(_ plan: ShutdownPlan, _ source: HTMLSource, to html: inout HTMLWriter) {
        html.block("p", text: PlanTable.headline(of: plan))
        if !plan.targets.isEmpty {
            let waves = plan.waves.count(where: { !$0.isEmpty })
            let order = waves > 1 ? "\(waves) waves, one after the other. " : ""
            html.block(
                "p",
                text: order + "In each tree step by step: a process of the next step is asked when "
                    + "those of the step before are gone, or have had their grace. The processes "
                    + "below have their steps, signals and reasons."
            )
        }
        let report = source.report
        section(
            "Zombies whose parent is asked to wait for them",
            plan.zombies.map { zombie in
                let child = report.processText(zombie.identity, name: zombie.name.orNone)
                if zombie.isGone { return (child, "is gone: somebody has waited for it") }
                let parent = "parent " + report.processText(zombie.parent)
                guard zombie.isParentStopped else { return (child, parent) }
                return (child, parent + ", which is stopped: it will be continued (SIGCONT)")
            },
            to: &html
        )
        section(
            "Removed once every target is gone",
            plan.removals.map { ($0.path.text, source.shown($0.reason)) },
            to: &html
        )
        section(
            "Refused",
            plan.refused.map { (report.refusalText($0), source.shown($0.reason)) },
            to: &html
        )
        for sweep in plan.sweeps {
            html.list(SweepText.lines(of: sweep, in: report, source.plain).filter { !$0.isEmpty })
        }
        let left = PlanTable.leftAlone(by: plan, in: report, source.plain)
        if !left.isEmpty { html.list(left) }
    }

    private static func section(
        _ title: String,
        _ items: [(what: String, why: String)],
        to html: inout HTMLWriter
    ) {
        guard !items.isEmpty else { return }
        html.block("details", items.count > 50 ? [] : [.flag("open")]) { html in
            html.element("summary", text: "\(title): \(items.count)")
            html.element("ul") { html in
                for item in items {
                    html.element("li") { html in
                        html.code(item.what.escapedForTerminal.truncated(to: 1000, keeping: .tail))
                        html.text(": ")
                        html.foreign(item.why)
                    }
                }
            }
        }
    }
}

extension HTMLSource {
    /// The style of plain text, with everything in it.
    var plain: ReportStyle {
        var plain = ReportStyle()
        plain.showsSecrets = style.showsSecrets
        plain.isVerbose = true
        return plain
    }
}

extension ByteString {
    /// `nil` where there is no name.
    fileprivate var orNone: ByteString? { isEmpty ? nil : self }
}
