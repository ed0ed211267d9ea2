/// What can be written in the formats of findings: one report, or several together.
public protocol RenderableReport: Sendable {
    /// The whole text in this format.
    func rendered(as format: ReportFormat, style: ReportStyle) -> [UInt8]

    /// The text for the job summary of GitHub Actions, at most `limit` bytes of it.
    func summary(style: ReportStyle, limit: Int) -> [UInt8]
}

extension Report: RenderableReport {
    /// The whole text in this format.
    public func rendered(as format: ReportFormat, style: ReportStyle) -> [UInt8] {
        format.render(self, style: style)
    }

    /// The text for the job summary of GitHub Actions, at most `limit` bytes of it.
    public func summary(style: ReportStyle, limit: Int) -> [UInt8] {
        GitHubSummary.render(self, style: style, limit: limit)
    }
}

extension MergedReport: RenderableReport {
    /// The whole text in this format; a tree or graph of several machines there is none, and is empty.
    public func rendered(as format: ReportFormat, style: ReportStyle) -> [UInt8] {
        switch format {
        case .table: MergedTable.render(self, style: style)
        case .json: MergedJSON.render(self, style: style)
        case .ndjson: MergedJSON.renderLines(self)
        case .junit: JUnitReport.render(self, style: style)
        case .github: GitHubReport.render(self, style: style)
        case .openmetrics: OpenMetricsReport.render(self)
        case .html: HTMLReport.render(self, style: style)
        case .tree, .dot: []
        }
    }

    /// The text for the job summary of GitHub Actions, at most `limit` bytes of it.
    public func summary(style: ReportStyle, limit: Int) -> [UInt8] {
        GitHubSummary.render(self, style: style, limit: limit)
    }
}
