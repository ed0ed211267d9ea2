/// The forms in which a report can be written.
public enum ReportFormat: String, Sendable, CaseIterable {
    /// For people.
    case table
    /// For people, in the tree of processes.
    case tree
    /// One object, `reaper.report/1`.
    case json
    /// One object per finding and line.
    case ndjson
    /// Test results, as Jenkins, GitLab and others show them.
    case junit
    /// Workflow commands of GitHub Actions, shown as annotations.
    case github
    /// Metrics for Prometheus.
    case openmetrics
    /// A page for people that needs nothing else.
    case html
    /// A graph for Graphviz.
    case dot

    /// Whether only a report of findings can be written so, and not instances or explanations.
    public var isOfFindingsOnly: Bool {
        switch self {
        case .table, .json, .ndjson: false
        case .tree, .junit, .github, .openmetrics, .html, .dot: true
        }
    }

    /// The whole text of a report in this format.
    public func render(_ report: Report, style: ReportStyle) -> [UInt8] {
        switch self {
        case .table: TableReport.render(report, style: style)
        case .tree: TreeReport.render(report, style: style)
        case .json: JSONReport.render(report, style: style)
        case .ndjson: JSONReport.renderLines(report, style: style)
        case .junit: JUnitReport.render(report, style: style)
        case .github: GitHubReport.render(report, style: style)
        case .openmetrics: OpenMetricsReport.render(report)
        case .html: HTMLReport.render(report, style: style)
        case .dot: DotReport.render(report, style: style)
        }
    }
}
