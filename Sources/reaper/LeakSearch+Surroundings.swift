import Glibc
import ReaperKit

extension LeakSearch {
    /// Looks for ports and files that are left.
    mutating func lookAround() throws(ScanSession.Failure) {
        guard let changes = baseline?.changes(), !changes.isEmpty else { return }
        let exemptions = options.selection.exemptions
        var (findings, ignored) = changes.fileFindings(besides: exemptions)
        var whole = try reportSoFar()
        if !changes.sockets.isEmpty {
            var options = options
            options.selection = Selection()
            options.selection.exemptions = exemptions
            options.selection.ports = PortSet(of: changes.sockets)
            var session = try ScanSession(options)
            let result = try session.look()
            let known = Set(whole.findings.compactMap(\.process))
            findings += changes.portFindings(among: result.findings, besides: known, exemptions)
            ignored += result.ignored
            whole.include(result.snapshot)
        }
        whole.findings += findings
        expected += ignored
        whole.snapshot.unreadable.notes += changes.limits.map(\.escapedForTerminal)
        whole.isComplete = whole.snapshot.unreadable.isEmpty
        if !whole.isComplete { statuses.append(.incomplete) }
        if !findings.isEmpty { tell(whole, about: findings) }
        report = whole
    }

    /// The report so far; of nothing, for whoever asked for a report in any case.
    func reportSoFar() throws(ScanSession.Failure) -> Report {
        if let report { return report }
        var options = options
        options.selection.process.pids = [PidCondition(pid: getpid())]
        let session = try ScanSession(options)
        let snapshot = Snapshot(host: session.scanner.host)
        return session.report("run", ScanResult(snapshot: snapshot, findings: []))
    }
}

extension PortSet {
    /// The ports of these sockets.
    fileprivate init(of sockets: [SocketRecord]) {
        self.init(
            members: sockets.map { Member(ports: $0.port...$0.port, transport: $0.transport) }
        )
    }
}
