/// One report, and what the sections of a page look up in it for each of very many findings.
struct HTMLSource {
    let report: Report
    let style: ReportStyle
    /// Its place among the reports of the page.
    let number: Int
    /// What became of whom, in the end.
    let results: [ProcessIdentity: TargetOutcome]
    /// Files that are gone.
    let removed: Set<ByteString>
    private let index: FindingIndex

    init(
        _ report: Report,
        _ style: ReportStyle,
        number: Int = 0,
        index: FindingIndex? = nil
    ) {
        self.report = report
        self.style = style
        self.number = number
        let targets = report.outcome?.targets ?? []
        results = Dictionary(targets.map { ($0.identity, $0) }) { first, _ in first }
        removed = Set(report.outcome?.removed ?? [])
        self.index = index ?? FindingIndex(report.snapshot)
    }

    /// Foreign text that may carry a secret, as the style allows it to be shown, and not without end.
    func shown(_ text: String, limit: Int = 1000) -> String {
        style.shown(text).escapedForTerminal.truncated(to: limit)
    }

    /// Which finding of this report it is, as links name it.
    func anchor(ofFinding position: Int) -> HTMLWriter.Anchor { .init("f", number, position) }

    /// What a process is called, as far as anybody knows.
    func name(of identity: ProcessIdentity, _ name: ByteString? = nil) -> String {
        let known = report.record(of: identity)?.name
        return (name.flatMap { $0.isEmpty ? nil : $0 } ?? known)?.text ?? ""
    }

    /// `8080/tcp`, each once however many addresses and descriptors there are.
    func ports(of identity: ProcessIdentity) -> String {
        let inodes = report.record(of: identity)?.socketInodes?.known ?? []
        var seen: Set<String> = []
        return inodes.compactMap { $0 == 0 ? nil : index.sockets[$0] }
            .filter(\.holdsPort)
            .sorted { ($0.port, $0.transport.rawValue) < ($1.port, $1.transport.rawValue) }
            .map(\.portName)
            .filter { seen.insert($0).inserted }
            .joined(separator: ", ")
    }

    /// How old a process or file is; empty where that is not known.
    func age(of finding: Finding) -> String {
        let host = report.snapshot.host
        if let path = finding.file {
            guard let file = index.files[path], host.wallClock > .zero else { return "" }
            return (host.wallClock - file.modified).roughText
        }
        return finding.process.map(age) ?? ""
    }

    /// How long a process has run; empty where that is not known.
    func age(of identity: ProcessIdentity) -> String {
        let host = report.snapshot.host
        return host.sinceBoot > .zero ? host.age(of: identity).roughText : ""
    }

    /// Whose a process is, by name or number; empty where that is not known.
    func user(of identity: ProcessIdentity) -> String {
        guard let record = report.record(of: identity) else { return "" }
        return record.userName(in: report.snapshot.host)
            ?? record.status?.known.map { "\($0.realUser)" } ?? ""
    }

    /// What became of what a finding is about; `nil` where nothing was done about it.
    func end(of finding: Finding) -> (words: String, isGone: Bool)? {
        if let path = finding.file { return removed.contains(path) ? ("removed", true) : nil }
        guard let result = finding.process.flatMap({ results[$0]?.result }) else { return nil }
        return (result.words, result.isGone)
    }
}

extension FindingIndex {
    /// What a scan saw, by inode and path.
    init(_ snapshot: Snapshot) {
        self.init()
        for socket in snapshot.sockets where sockets[socket.inode] == nil {
            sockets[socket.inode] = socket
        }
        for file in snapshot.instanceFiles where files[file.path] == nil {
            files[file.path] = file
        }
    }
}

extension Severity {
    /// Its class in the style.
    var html: HTMLWriter.Word {
        switch self {
        case .error: "error"
        case .warning: "warning"
        case .info: "info"
        }
    }
}

extension HTMLWriter {
    /// A process as people read and type it: its name, then `4127@88213`.
    mutating func process(
        _ identity: ProcessIdentity,
        name: ByteString? = nil,
        in source: HTMLSource
    ) {
        let name = source.name(of: identity, name)
        if !name.isEmpty {
            foreign(name)
            text(" ")
        }
        code(identity.description)
    }
}
