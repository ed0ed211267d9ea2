import Testing

@testable import ReaperKit

@Suite("ports that are held since a snapshot")
struct NewListenersTests {
    private static let old = Cast.process(100, "agent")
    private static let new = Cast.process(500, "web")
    private static let other = Cast.process(501, "db")

    private static var baseline: Baseline {
        Baseline(bootID: "boot-1", pidNamespace: 100, processes: [old.identity])
    }

    private static func socket(
        _ port: UInt16,
        _ inode: UInt64,
        change: (inout SocketRecord) -> Void = { _ in }
    ) -> SocketRecord {
        var socket = PortHolderDetectorTests.socket(port, inode)
        change(&socket)
        return socket
    }

    private func find(
        _ sockets: [SocketRecord],
        held: [UInt64: [SocketHolder]] = [:],
        found: Set<ProcessIdentity> = [],
        refusals: Int = 0,
        change: (inout HostFacts) -> Void = { _ in }
    ) -> [Finding] {
        var host = Cast.host
        host.userNames = [33: "www"]
        change(&host)
        let processes = [Self.old, Self.new, Self.other, Cast.process(800, "sh")]
        return NewListeners(
            baseline: Self.baseline,
            found: found,
            holders: held,
            processes: Dictionary(uniqueKeysWithValues: processes.map { ($0.pid, $0) }),
            refusals: refusals,
            source: "sock_diag",
            host: host
        ).findings(about: sockets)
    }

    private func holders(_ pids: Int32...) -> [SocketHolder] {
        pids.map { SocketHolder(pid: $0, hold: .descriptor) }
    }

    @Test("that of an old process is told with it")
    func oldHolder() throws {
        let found = find([Self.socket(80, 1)], held: [1: holders(100)])
        let finding = try #require(found.first)
        #expect(found.count == 1)
        #expect(finding.id == "leaked_port:80/tcp" && finding.port == "80/tcp")
        #expect(finding.holders == [Self.old.identity] && finding.process == nil)
        #expect(
            finding.summary == "port 80/tcp on every address was not held before; "
                + "it is held by agent (100@10000), which was there before"
        )
        #expect(finding.severity == .warning && finding.remedy.action == .none)
        #expect(finding.remedy.command == "reaper explain :80/tcp")
        #expect(finding.evidence.map(\.value) == ["socket:[1]", nil])
        #expect(finding.evidence.map(\.source) == ["sock_diag", "/proc/100/fd"])
    }

    @Test("that of a process which is found is told there, unless somebody else has it, too")
    func foundHolder() {
        let sockets = [Self.socket(80, 1), Self.socket(81, 2)]
        let held: [UInt64: [SocketHolder]] = [1: holders(500), 2: holders(500, 100)]
        let found = find(sockets, held: held, found: [Self.new.identity])
        #expect(found.map(\.port) == ["81/tcp"])
        #expect(
            found.first?.summary.hasSuffix(
                "held by web (500@50000), and by agent (100@10000), which was there before"
            ) == true
        )
        // Where processes are not asked for, that of a new one is told.
        let all = find(sockets, held: held)
        #expect(all.map(\.port) == ["80/tcp", "81/tcp"])
        #expect(all[0].summary.hasSuffix("web (500@50000), which came since"))
    }

    @Test("that of reaper's new ancestor is none, of an old one it is")
    func ancestors() {
        let sockets = [Self.socket(80, 1)]
        #expect(find(sockets, held: [1: holders(800)]).isEmpty)
        let old = find(sockets, held: [1: holders(100)]) { $0.ownChain.append(Self.old.identity) }
        #expect(old.map(\.port) == ["80/tcp"])
        // An old process and its new child, from which reaper inherited it.
        let both = find(sockets, held: [1: holders(100, 800)])
        #expect(both.first?.holders == [Self.old.identity])
    }

    @Test("sockets of one port are one finding")
    func grouped() {
        let sockets = [
            Self.socket(80, 1) { $0.address = [127, 0, 0, 1] },
            Self.socket(80, 2) { $0.address = [UInt8](repeating: 0, count: 15) + [1] },
            Self.socket(80, 3) {
                $0.transport = .udp
                $0.state = .close
            },
        ]
        let found = find(sockets, held: [1: holders(100), 2: holders(100), 3: holders(501)])
        #expect(found.map(\.port) == ["80/tcp", "80/udp"])
        #expect(found[0].summary.hasPrefix("port 80/tcp on 127.0.0.1, ::1 was not held before"))
        #expect(found[0].holders == [Self.old.identity])
        #expect(found[1].evidence[0].fact.contains("is bound to *:80"))
    }

    @Test("nobody is named without a reason why")
    func unknownHolder() {
        let sockets = [Self.socket(80, 1)]
        let none = find(sockets)
        let whose = "holder unknown, of user www: no process that can be seen has it open"
        #expect(none[0].summary.contains(whose))
        #expect(none[0].holders.isEmpty)
        let hidden = find(sockets, refusals: 1)
        #expect(
            hidden[0].summary.hasSuffix(
                "the descriptors of 1 process are not readable; run as root to see it"
            )
        )
        let root = find(sockets, refusals: 2) { $0.effectiveUser = 0 }
        #expect(root[0].summary.hasSuffix("the descriptors of 2 processes are not readable"))
        let flying = find(sockets, held: [1: [SocketHolder(pid: 501, hold: .inFlight)]])
        #expect(flying[0].summary.contains("may be on its way to db (501@50100), which has not"))
        #expect(flying[0].holders.isEmpty)
        #expect(flying[0].evidence.last?.source == "/proc/501/fdinfo")
    }
}
