/// Which ports the processes of a report have, as people read them.
struct PortNames {
    /// What holds a port, by inode: reports of others may name very many of them.
    private let sockets: [UInt64: SocketRecord]
    private let report: Report

    init(_ report: Report) {
        self.report = report
        let held = report.snapshot.sockets.lazy.filter { $0.holdsPort && $0.inode != 0 }
        sockets = Dictionary(held.map { ($0.inode, $0) }) { first, _ in first }
    }

    /// Those of a report that was read back, whose sockets are in order already.
    init(_ report: Report, _ index: FindingIndex) {
        self.report = report
        sockets = index.sockets
    }

    /// `80/tcp, 8080/tcp`: each once, however many addresses and descriptors there are; empty where
    /// it holds none, or that was not read.
    func text(of finding: Finding) -> String { names(of: finding).joined(separator: ", ") }

    /// The ports of the process that a finding is about, or the port that it is about itself.
    func names(of finding: Finding) -> [String] {
        guard !sockets.isEmpty, finding.file == nil, let process = finding.process,
            report.record(of: process) != nil
        else { return finding.port.map { [$0] } ?? [] }
        return names(of: process)
    }

    /// The ports of a process; none where they were not read.
    func names(of process: ProcessIdentity) -> [String] {
        guard !sockets.isEmpty, let record = report.record(of: process) else { return [] }
        let held = (record.socketInodes?.known ?? []).compactMap { sockets[$0] }
            .filter(\.holdsPort)
        var seen: Set<String> = []
        return held.sorted { ($0.port, $0.transport.rawValue) < ($1.port, $1.transport.rawValue) }
            .map(\.portName)
            .filter { seen.insert($0).inserted }
    }
}
