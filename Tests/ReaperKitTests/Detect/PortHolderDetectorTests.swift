import Glibc
import Testing

@testable import ReaperKit

@Suite("findings about port holders")
struct PortHolderDetectorTests {
    private func detect(
        _ processes: [ProcessRecord],
        ports: PortSet = PortSet(members: [.init(ports: 8080...8081)]),
        among pattern: ProcessPattern = ProcessPattern(),
        peers: Bool = false
    ) -> Detection {
        let snapshot = Cast.snapshot(processes) { $0.sockets = Self.sockets }
        return PortHolderDetector(ports: ports, among: pattern)
            .detection(in: snapshot, peers: peers)
    }

    static func socket(_ port: UInt16, _ inode: UInt64, user: UInt32 = 33) -> SocketRecord {
        SocketRecord(
            transport: .tcp,
            address: [0, 0, 0, 0],
            port: port,
            state: .listen,
            inode: inode,
            user: user
        )
    }

    static let sockets = [
        socket(8080, 1), socket(8081, 2), socket(9090, 3),
        SocketRecord(
            transport: .tcp,
            address: [127, 0, 0, 1],
            port: 40_000,
            peerPort: 8080,
            peerAddress: [127, 0, 0, 1],
            state: .established,
            inode: 4,
            user: 33
        ),
    ]

    private func holder(_ pid: Int32, _ inodes: [UInt64]) -> ProcessRecord {
        Cast.process(pid, "web") { $0.socketInodes = .value(inodes) }
    }

    @Test("each holder of a shared socket is found, with every port it holds")
    func shared() throws {
        let found = detect([holder(500, [1, 2, 3]), holder(501, [1]), holder(502, [3])]).findings
        #expect(found.map(\.process?.pid) == [500, 501])
        #expect(
            found.map(\.summary) == ["holds port 8080/tcp, 8081/tcp", "holds port 8080/tcp"]
        )
        #expect(found.map(\.verdict) == [.confirmed, .confirmed])
        #expect(found[0].evidence.map(\.value) == ["socket:[1]", "socket:[2]"])
        // They share one listener: one command for both.
        let shared = Remedy(.stop, command: "reaper clean --ports 8080/tcp")
        #expect(found.map(\.remedy) == [shared, shared])
        let alone = detect([holder(500, [1, 2])]).findings
        #expect(alone[0].remedy == Remedy(.stop, command: "reaper clean --pid 500@50000"))
    }

    @Test("a socket without a holder is held by somebody who cannot be seen")
    func unseen() {
        let found = detect([holder(500, [1])]).findings
        #expect(found.map(\.process?.pid) == [500, nil])
        #expect(found.last?.port == "8081/tcp" && found.last?.verdict == .suspect)
        #expect(
            found.last?.summary
                == "port 8081/tcp is held by a process that cannot be seen, of user 33; "
                + "run as root to see it"
        )
        #expect(found.last?.remedy.action == Remedy.Action.none)
    }

    @Test("who could not be looked at matters only while a socket has no known holder")
    func refused() {
        let secret = Cast.process(600) { $0.socketInodes = .denied(EACCES) }
        let open = detect([holder(500, [1]), secret])
        #expect(open.hidden == [HiddenFact(pid: 600, kind: .sockets, code: EACCES)])
        #expect(detect([holder(500, [1, 2]), secret]).hidden.isEmpty)
    }

    @Test("a holder that other conditions rule out is a known holder all the same")
    func otherConditions() throws {
        var pattern = ProcessPattern()
        pattern.names = [try Cast.glob("db")]
        let secret = Cast.process(600, "db") { $0.socketInodes = .denied(EACCES) }
        let detection = detect([holder(500, [1, 2]), secret], among: pattern)
        #expect(detection.findings.isEmpty && detection.hidden.isEmpty)
        let open = detect([holder(500, [1]), secret], among: pattern)
        // An unseen holder is not known to meet the conditions: no finding, but no certainty.
        #expect(open.findings.isEmpty && open.hidden.map(\.pid) == [600])
        pattern.names = [try Cast.glob("web")]
        #expect(detect([holder(500, [1, 2])], among: pattern).findings.count == 1)
    }

    @Test("a socket that may be on its way to somebody is told with whom", arguments: [0, 1000])
    func inFlight(user: UInt32) throws {
        let snapshot = Cast.snapshot([holder(500, []), holder(501, [])]) {
            $0.sockets = [Self.socket(8080, 1)]
            $0.receivers = [1: [500, 501]]
            $0.host.effectiveUser = user
        }
        let found = PortHolderDetector(
            ports: PortSet(members: [.init(ports: 8080...8080)]),
            among: ProcessPattern()
        ).detection(in: snapshot).findings
        let flight =
            "it may be on its way to web (500@50000) or 1 other, which has not received what was "
            + "sent to it (SCM_RIGHTS)"
        #expect(
            found.map(\.summary) == [
                user == 0
                    ? "no process has the socket of 8080/tcp open, which is of user 33: \(flight)"
                    : "a process that cannot be seen has the socket of 8080/tcp, which is of user "
                        + "33, or \(flight); run as root to see it"
            ]
        )
        #expect(found.first?.verdict == .suspect && found.first?.process == nil)
        #expect(
            found.first?.evidence.map(\.source)
                == ["sock_diag", "/proc/500/fdinfo", "/proc/501/fdinfo"]
        )
    }

    @Test("connected processes count only with peers")
    func peers() {
        let client = holder(700, [4])
        let holders = holder(500, [1, 2])
        #expect(detect([holders, client]).findings.map(\.process?.pid) == [500])
        let found = detect([holders, client], peers: true).findings
        #expect(found.map(\.process?.pid) == [500, 700])
        #expect(found.last?.summary == "is connected to 8080/tcp")
    }

    @Test("a summary names what was asked about, whatever else a holder has")
    func askedPorts() {
        let both = holder(500, [1, 4])
        let found = detect(
            [both],
            ports: PortSet(members: [.init(ports: 8080...8080)]),
            peers: true
        )
        #expect(found.findings.first?.summary == "holds port 8080/tcp")
        let unseen = detect([holder(500, [1, 2])], peers: true).findings.last
        #expect(
            unseen?.summary
                == "a process that cannot be seen, of user 33, is connected to 8080/tcp; "
                + "run as root to see it"
        )
        #expect(unseen?.port == "8080/tcp")
    }

    @Test("a socket that is bound and does not listen holds nothing", arguments: [false, true])
    func merelyBound(peers: Bool) throws {
        var bound = Self.socket(8080, 9)
        bound.state = .bound
        let snapshot = Cast.snapshot([holder(500, [1]), holder(501, [9])]) {
            $0.sockets = [Self.socket(8080, 1), bound]
        }
        let found = PortHolderDetector(
            ports: PortSet(members: [.init(ports: 8080...8080)]),
            among: ProcessPattern()
        ).detection(in: snapshot, peers: peers).findings
        #expect(found.map(\.process?.pid) == [500])
        #expect(
            found.first?.evidence.last?.fact
                == "another socket is bound to 8080/tcp and does not listen"
        )
    }

    @Test("descriptors are not read of kernel threads, zombies, or for a port nobody holds")
    func lazy() {
        let detector = PortHolderDetector(
            ports: PortSet(members: [.init(ports: 8080...8080)]),
            among: ProcessPattern()
        )
        let context = MatchContext(host: Cast.host, sockets: Self.sockets)
        let unread = Cast.process(500) { $0.socketInodes = nil }
        #expect(detector.interest(in: unread, context) == .needs(.sockets))
        #expect(detector.interest(in: unread, MatchContext(host: Cast.host)) == .none)
        #expect(detector.interest(in: Cast.kernelThread(30), context) == .none)
        let zombie = Cast.process(500, state: "Z") { $0.socketInodes = nil }
        #expect(detector.interest(in: zombie, context) == .none)
    }
}

@Suite("findings about selected processes")
struct SelectedProcessDetectorTests {
    private func pids(
        _ processes: [ProcessRecord],
        _ change: (inout ProcessPattern) throws -> Void
    ) rethrows -> [Int32?] {
        var pattern = ProcessPattern()
        try change(&pattern)
        return SelectedProcessDetector(pattern).findings(in: Cast.snapshot(processes))
            .map(\.process?.pid)
    }

    @Test("an empty pattern selects nobody")
    func empty() {
        #expect(pids([Cast.process(500)]) { _ in }.isEmpty)
        #expect(pids([Cast.process(500)]) { $0.users = [1000] }.contains(500))
    }

    @Test("reaper itself is never selected, not even by its number")
    func own() throws {
        #expect(pids([]) { $0.pids = [PidCondition(pid: 900)] }.isEmpty)
        #expect(try pids([]) { $0.names = [try Cast.glob("reaper")] }.isEmpty)
        // Another reaper is somebody else's.
        let other = Cast.process(901, "reaper")
        #expect(try pids([other]) { $0.names = [try Cast.glob("reaper")] } == [901])
    }

    @Test("an ancestor that only carries the pattern in its command line is not meant")
    func carrier() throws {
        let sudo = Cast.process(800, "sudo", parent: 50) {
            $0.arguments = .value(["sudo", "reaper", "clean", "--command", "*gunicorn*"])
        }
        let target = Cast.process(500, "gunicorn")
        let found = try pids([sudo, target]) {
            $0.commands = [try Cast.glob("*gunicorn*", as: .text)]
        }
        #expect(found == [500])
        let stranger = Cast.process(801, "sudo", parent: 50) { $0.arguments = sudo.arguments }
        #expect(
            try pids([stranger]) { $0.commands = [try Cast.glob("*gunicorn*", as: .text)] } == [801]
        )
    }

    @Test("PID 1 and kernel threads are selected only by number, so that they can be refused")
    func neverStopped() throws {
        let thread = Cast.kernelThread(30)
        #expect(pids([thread]) { $0.states = Array("IS".utf8) } == [50, 800])
        #expect(
            pids([thread]) { $0.pids = [PidCondition(pid: 30), PidCondition(pid: 1)] } == [1, 30]
        )
    }

    @Test("a zombie is selected as one; its parent would have to be reminded")
    func zombie() throws {
        var pattern = ProcessPattern()
        pattern.states = Array("Z".utf8)
        let found = SelectedProcessDetector(pattern)
            .findings(in: Cast.snapshot([Cast.process(500, parent: 50, state: "Z")]))
        #expect(found.map(\.kind) == [.zombie])
        #expect(found.map(\.remedy.action) == [.signalParent])
    }

    @Test(
        "a zombie of PID 1, or of whoever called reaper, is gone already, by its number too",
        arguments: [(1, "systemd (1@1)"), (800, "bash (800@80000)")],
        [false, true]
    )
    func collected(parent: (pid: Int32, label: String), isByNumber: Bool) throws {
        var pattern = ProcessPattern()
        pattern.states = isByNumber ? [] : Array("Z".utf8)
        pattern.pids = isByNumber ? [PidCondition(pid: 500)] : []
        let zombie = Cast.process(500, parent: parent.pid, state: "Z")
        let snapshot = Cast.snapshot([zombie])
        let found = SelectedProcessDetector(pattern).findings(in: snapshot)
        #expect(found.map(\.kind) == [.zombie])
        #expect(found.map(\.severity) == [.info] && found.map(\.remedy) == [Remedy(.none)])
        #expect(
            found.first?.summary
                == "has exited; its parent \(parent.label) has not waited for it yet"
        )
        var options = PlanningOptions()
        options.isSelected = true
        let plan = ShutdownPlanner(snapshot, rules: [], options: options).plan(for: found)
        #expect(plan.isEmpty && plan.refused.isEmpty)
    }

    @Test("a fact that was refused is counted, and nobody is selected by it")
    func refused() throws {
        var pattern = ProcessPattern()
        pattern.executables = [try Cast.glob("/x/*")]
        let secret = Cast.process(500) { $0.executable = .denied(EACCES) }
        let detection = SelectedProcessDetector(pattern).detection(in: Cast.snapshot([secret]))
        #expect(detection.findings.isEmpty)
        #expect(detection.hidden == [HiddenFact(pid: 500, kind: .executable, code: EACCES)])
    }

    /// Who leads reaper's process group, and who of a selection is then left.
    struct GroupCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var group: Int32
        var pids: [Int32] = []
        let want: [Int32?]
    }

    @Test(
        "reaper's own pipeline is not meant by a pattern",
        arguments: [
            GroupCase(testDescription: "reaper leads it", group: 900, want: [501]),
            GroupCase(testDescription: "a sibling leads it", group: 950, want: [501]),
            GroupCase(testDescription: "its leader is gone", group: 499, want: [501]),
            GroupCase(
                testDescription: "the calling script leads it",
                group: 800,
                want: [501, 950]
            ),
            GroupCase(testDescription: "unknown", group: 0, want: [501, 950]),
            GroupCase(testDescription: "named by number", group: 900, pids: [950], want: [950]),
        ]
    )
    func ownPipeline(testCase: GroupCase) throws {
        var pattern = ProcessPattern()
        pattern.names = [try Cast.glob("tee")]
        pattern.pids = testCase.pids.map { PidCondition(pid: $0) }
        let processes = [
            Cast.process(501, "tee", parent: 800) { $0.processGroup = 501 },
            Cast.process(950, "tee", parent: 800) { $0.processGroup = testCase.group },
        ]
        let snapshot = Cast.snapshot(processes) { $0.host.ownProcessGroup = testCase.group }
        let found = SelectedProcessDetector(pattern).findings(in: snapshot)
        #expect(found.map(\.process?.pid) == testCase.want)
    }

    @Test("what is older than reaper is no part of its pipeline, whatever group it is in")
    func olderThanReaper() throws {
        var pattern = ProcessPattern()
        pattern.names = [try Cast.glob("server")]
        let server = Cast.process(500, "server", parent: 800) { $0.processGroup = 900 }
        let snapshot = Cast.snapshot([server]) { $0.host.ownProcessGroup = 900 }
        let found = SelectedProcessDetector(pattern).findings(in: snapshot)
        #expect(found.map(\.process?.pid) == [500])
    }

    @Test("who launched the comparison with a baseline is no leak; a stranger is")
    func baseline() {
        let found = pids([Cast.process(500)]) {
            $0.absentFrom = Baseline(bootID: "", pidNamespace: 0)
        }
        #expect(found == [50, 500])
    }
}
