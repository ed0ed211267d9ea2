import Testing

@testable import ReaperKit

@Suite("ports explained")
struct PortExplanationTests {
    private static func socket(
        _ state: SocketState,
        inode: UInt64,
        port: UInt16 = 8080,
        peer: UInt16 = 0,
        transport: TransportProtocol = .tcp
    ) -> SocketRecord {
        SocketRecord(
            transport: transport,
            address: [127, 0, 0, 1],
            port: port,
            peerPort: peer,
            peerAddress: peer == 0 ? [] : [127, 0, 0, 1],
            state: state,
            inode: inode,
            user: 1000
        )
    }

    private static func account(
        _ sockets: [SocketRecord],
        holders: [UInt64: [SocketHolder]] = [:],
        _ processes: [ProcessRecord] = [],
        change: (inout PortAccount) -> Void = { _ in }
    ) -> PortAccount {
        var account = PortAccount(
            PortSet(members: [.init(ports: 8080...8080)]),
            own: .init(300, sockets: sockets, source: "sock_diag"),
            on: Cast.host
        )
        account.holders = holders
        let snapshot = Cast.snapshot(processes)
        account.accounts = processes.map { process in
            var plan = ShutdownPlan()
            plan.waves = [
                [ShutdownTarget(identity: process.identity, reason: "", name: process.name)]
            ]
            return ProcessAccount(process, in: snapshot, plan: plan)
        }
        change(&account)
        return account
    }

    private static func server(_ pid: Int32 = 500, _ name: ByteString = "node") -> ProcessRecord {
        Cast.process(pid, name, parent: 50) { $0.cgroups = .value(["0::/"]) }
    }

    private static func explanation(_ account: PortAccount) -> Explanation {
        Explanation(account, target: ":8080")
    }

    private static func holders(_ explanation: Explanation) -> [String] {
        explanation[.holders]?.statements.map(\.text) ?? []
    }

    @Test("a holder is named, with the socket and what frees the port")
    func holder() throws {
        let one = Self.explanation(
            Self.account(
                [Self.socket(.listen, inode: 7)],
                holders: [7: [SocketHolder(pid: 500, hold: .descriptor)]],
                [Self.server()]
            )
        )
        #expect(one.answer == .explained)
        #expect(one.summary == "port 8080 is held by node (500@50000)")
        #expect(one.port == "8080")
        let statements = try #require(one[.holders]?.statements)
        #expect(statements[0].process?.pid == 500)
        #expect(statements[1].text == "it listens on 127.0.0.1:8080/tcp")
        #expect(statements[1].source == "/proc/500/fd" && statements[1].value == "socket:[7]")
        #expect(one.advice == Advice(.stop, ["reaper clean --ports 8080"]))
    }

    @Test("what clean would do is told: whom it stops how, and whom it refuses why")
    func forecast() {
        let held: [UInt64: [SocketHolder]] = [7: [SocketHolder(pid: 500, hold: .descriptor)]]
        let sockets = [Self.socket(.listen, inode: 7)]
        var account = Self.account(sockets, holders: held, [Self.server()])
        account.plan = account.accounts[0].plan
        let stopped = Self.explanation(account)[.cleaning]?.statements
        #expect(stopped?.first?.label == "clean --ports 8080")
        #expect(
            stopped?.map(\.text)
                == ["stops one process", "node (500@50000): SIGTERM, SIGKILL after 10 s"]
        )
        account.plan = ShutdownPlan()
        account.plan.refuse(account.accounts[0].process.identity, "is an ancestor of reaper")
        let refused = Self.explanation(account)[.cleaning]?.statements
        #expect(refused?.map(\.text) == ["refuses node (500@50000): is an ancestor of reaper"])
    }

    @Test("a holder's instance is named, and stopped rather than the holder")
    func instance() throws {
        let listing = try InstanceScene.listing(
            [InstanceScene.process(4127)],
            [InstanceScene.file("web", 4127)]
        )
        let rules = try InstanceScene.rules()
        let instance = try #require(listing.instances.first)
        var account = Self.account(
            [Self.socket(.listen, inode: 7)],
            holders: [7: [500, 600].map { SocketHolder(pid: $0, hold: .descriptor) }],
            [Self.server(), Self.server(600)]
        )
        let standing = InstanceStanding(instance, in: listing, rules: rules)
        account.accounts[0].standings = [standing]
        let mixed = Self.explanation(account)
        #expect(
            Self.holders(mixed).contains { $0.hasPrefix("it is test instance web (alias-web)") }
        )
        #expect(mixed.advice?.commands == ["reaper stop web", "reaper clean --ports 8080"])
        account.accounts[1].standings = [standing]
        let one = Self.explanation(account)
        #expect(one[.cleaning]?.statements.count { $0.label == "stop" } == 1)
        #expect(one.advice?.commands == ["reaper stop web"])
        #expect(one.advice?.reason?.contains("'reaper clean --ports 8080' stops its") == true)
    }

    @Test("who shares a socket is named, and that all must let go")
    func shared() {
        let one = Self.explanation(
            Self.account(
                [Self.socket(.listen, inode: 7)],
                holders: [
                    7: [500, 600].map { SocketHolder(pid: $0, hold: .descriptor) }
                ],
                [Self.server(), Self.server(600)]
            )
        )
        #expect(one.summary == "port 8080 is held by node (500@50000) and 1 other process")
        #expect(Self.holders(one).contains { $0.hasPrefix("2 processes share one socket") })
    }

    @Test("sockets of their own on one port are told apart from a shared one")
    func reused() {
        let one = Self.explanation(
            Self.account(
                [Self.socket(.listen, inode: 7), Self.socket(.listen, inode: 8)],
                holders: [
                    7: [SocketHolder(pid: 500, hold: .descriptor)],
                    8: [SocketHolder(pid: 600, hold: .descriptor)],
                ],
                [Self.server(), Self.server(600)]
            )
        )
        #expect(Self.holders(one).contains { $0.contains("(SO_REUSEPORT)") })
        #expect(!Self.holders(one).contains { $0.contains("share one socket") })
    }

    private static let holds: [(SocketHold, String, String)] = [
        (.ioUring, "as a fixed file of an io_uring", "/proc/500/fdinfo"),
        (.threadDescriptor(tid: 501), "only its thread 501 has", "/proc/500/task/501/fd"),
    ]

    @Test("hidden holds are told", arguments: holds)
    private func hidden(hold: SocketHold, text: String, source: String) {
        let one = Self.explanation(
            Self.account(
                [Self.socket(.listen, inode: 7)],
                holders: [7: [SocketHolder(pid: 500, hold: hold)]],
                [Self.server()]
            )
        )
        let statement = one[.holders]?.statements.first { $0.text.contains(text) }
        #expect(statement?.source == source)
        #expect(one.answer == .explained)
    }

    @Test("a socket on its way is no certain hold, and the answer is not complete")
    func inFlight() {
        let one = Self.explanation(
            Self.account(
                [Self.socket(.listen, inode: 7)],
                holders: [7: [SocketHolder(pid: 500, hold: .inFlight)]],
                [Self.server()]
            )
        )
        #expect(one.answer == .incomplete)
        #expect(one.summary.contains("has it open; it may be on its way to "), "\(one.summary)")
        #expect(one.summary.contains("(500@50000)"), "\(one.summary)")
        #expect(Self.holders(one).contains { $0.contains("(SCM_RIGHTS)") })
        #expect(one.advice == nil)
    }

    @Test("a holder that cannot be seen is said to be unknown, and of which user")
    func unknown() {
        let one = Self.explanation(
            Self.account([Self.socket(.listen, inode: 7)]) { account in
                account.refusals = [900, 812, 813]
                account.host.userNames = [1000: "alice"]
            }
        )
        #expect(one.answer == .incomplete && one.answer.status == .incomplete)
        #expect(one.summary == "port 8080 is held by a process that cannot be seen")
        let statement = one[.holders]?.statements.first
        #expect(statement?.mark == .unknown)
        #expect(statement?.text.contains("for user alice") == true)
        let hidden = "3 processes (812, 813, 900) could not be looked at; run as root"
        #expect(statement?.text.contains(hidden) == true)
        #expect(one.unknown.count == 1)
    }

    @Test("as root it may be the kernel's own")
    func kernels() {
        let one = Self.explanation(
            Self.account([Self.socket(.listen, inode: 7)]) { $0.host.effectiveUser = 0 }
        )
        #expect(one.unknown.first?.contains("held by the kernel itself") == true)
    }

    private static let lingering: [(SocketState, String, String)] = [
        (.timeWait, "TIME_WAIT", "it goes away within 60 s; SO_REUSEADDR lets a server bind now"),
        (.finWait2, "FIN_WAIT_2", "the other end has not closed yet"),
        (.finWait1, "FIN_WAIT_1", "has not acknowledged the close"),
        (.lastAck, "LAST_ACK", "has not acknowledged the close"),
        (.established, "ESTABLISHED", "that the server has not accepted yet"),
    ]

    @Test("a socket that no process holds is explained", arguments: lingering)
    private func ownerless(state: SocketState, name: String, text: String) {
        let one = Self.explanation(Self.account([Self.socket(state, inode: 0, peer: 9)]))
        #expect(one.answer == .explained)
        #expect(one.summary.contains("is held by no process"))
        let statement = one[.lingering]?.statements.first
        #expect(statement?.text.contains("1 socket in state \(name): ") == true)
        #expect(statement?.text.contains(text) == true, "\(statement?.text ?? "")")
        #expect(one.advice == nil)
    }

    @Test("a socket that is bound and does not listen is in the way all the same")
    func bound() {
        let one = Self.explanation(
            Self.account(
                [Self.socket(.bound, inode: 7)],
                holders: [7: [SocketHolder(pid: 500, hold: .descriptor)]],
                [Self.server()]
            )
        )
        #expect(one.summary == "port 8080 is bound, but not served, by node (500@50000)")
        #expect(one.advice?.commands == ["reaper clean --pid 500@50000"])
    }

    @Test("a port that is only one end of a connection is told from one that is held")
    func client() {
        let one = Self.explanation(
            Self.account(
                [Self.socket(.established, inode: 7, peer: 443)],
                holders: [7: [SocketHolder(pid: 500, hold: .descriptor)]],
                [Self.server()]
            )
        )
        #expect(one.summary == "port 8080 is one end of a connection of node (500@50000)")
        #expect(Self.holders(one).contains { $0.contains("to 127.0.0.1:443 (established)") })
    }

    @Test("nobody is said to hold a free port, and that is status 1")
    func free() {
        let one = Self.explanation(Self.account([]))
        #expect(one.answer == .notFound && one.answer.status == .leftOver)
        #expect(one.summary == "port 8080 is held by nobody in this network namespace")
        #expect(one[.namespaces]?.statements.first?.text.contains("net:[300]") == true)
    }

    @Test("a table that may lack sockets leaves the question open")
    func notes() {
        let one = Self.explanation(Self.account([]) { $0.notes = ["sock_diag refused"] })
        #expect(one.answer == .incomplete && one.unknown == ["sock_diag refused"])
    }

    @Test("another network namespace is told apart, with whoever holds it there")
    func elsewhere() throws {
        let one = Self.explanation(
            Self.account(
                [],
                holders: [9: [SocketHolder(pid: 500, hold: .descriptor)]],
                [Self.server()]
            ) { account in
                account.others = [
                    .init(
                        777,
                        witness: ProcessIdentity(pid: 500, startTime: 50_000),
                        sockets: [Self.socket(.listen, inode: 9)],
                        source: "/proc/500/net/tcp"
                    ),
                    .init(888, sockets: [], source: "/proc/600/net/tcp"),
                ]
                account.hiddenNamespaces = [17, 18]
            }
        )
        #expect(one.answer == .explained)
        #expect(one.summary.contains("is held in another network namespace"))
        let statements = try #require(one[.namespaces]?.statements)
        #expect(
            statements[0].text.hasPrefix("in net:[777] node (500@50000) has 127.0.0.1:8080/tcp")
        )
        #expect(statements[0].source == "/proc/500/net/tcp")
        #expect(statements.contains { $0.text.contains("1 other in which nobody holds the port") })
        #expect(
            statements.contains {
                $0.text.contains("of 2 processes (17, 18) the network namespace")
            }
        )
    }

    @Test("whoever holds a port for a container is not what is to be stopped")
    func forwarder() {
        let proxy = Cast.process(500, "docker-proxy", parent: 50) {
            $0.cgroups = .value(["0::/system.slice/docker.service"])
            $0.arguments = .value(["docker-proxy", "-container-ip", "172.17.0.2"])
        }
        let one = Self.explanation(
            Self.account(
                [Self.socket(.listen, inode: 7)],
                holders: [7: [SocketHolder(pid: 500, hold: .descriptor)]],
                [proxy]
            )
        )
        #expect(Self.holders(one).contains { $0.contains("the container at 172.17.0.2") })
        #expect(one.advice?.action == Remedy.Action.none)
        #expect(one.advice?.commands == ["docker ps --filter publish=8080"])
    }
}
