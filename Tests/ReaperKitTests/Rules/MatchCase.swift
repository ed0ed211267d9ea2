@testable import ReaperKit

/// Process 700, every fact of it read, and what a pattern says of it.
struct MatchCase: Sendable, CustomStringConvertible {
    typealias Change = @Sendable (inout ProcessPattern) throws -> Void
    typealias Doing = @Sendable (inout ProcessRecord) -> Void

    let description: String
    let want: MatchAnswer
    let pattern: Change
    let process: Doing

    init(
        _ description: String,
        _ want: MatchAnswer,
        _ pattern: @escaping Change,
        process: @escaping Doing = { _ in }
    ) {
        self.description = description
        self.want = want
        self.pattern = pattern
        self.process = process
    }

    func answer(peers: Bool = false) throws -> MatchAnswer {
        try makePattern().evaluate(makeProcess(), in: MatchCase.context(peers: peers))
    }

    func makePattern() throws -> ProcessPattern {
        var pattern = ProcessPattern()
        try self.pattern(&pattern)
        return pattern
    }

    func makeProcess() -> ProcessRecord {
        var process = Cast.process(700, "node") { process in
            process.executable = .value(ExecutableLink(path: "/opt/app/bin/node20"))
            process.arguments = .value(["/usr/bin/server", "--port", "80"])
            process.workingDirectory = .value("/srv/site")
            process.environment = .value(["HOME=/root", "JOB=17", "EMPTY="])
            process.cgroups = .value(["1:name=systemd:/old", "0::/ci/job:1"])
            process.socketInodes = .value([77])
        }
        self.process(&process)
        return process
    }

    static func context(peers: Bool = false) -> MatchContext {
        MatchContext(host: Cast.host, sockets: MatchCase.sockets, includesPeers: peers)
    }

    static let sockets = [
        SocketRecord(
            transport: .tcp,
            address: [0, 0, 0, 0],
            port: 8080,
            state: .listen,
            inode: 77,
            user: 0
        ),
        SocketRecord(
            transport: .udp,
            address: [0, 0, 0, 0],
            port: 53,
            state: .close,
            inode: 78,
            user: 0
        ),
        SocketRecord(
            transport: .tcp,
            address: [127, 0, 0, 1],
            port: 8080,
            peerPort: 40_000,
            peerAddress: [127, 0, 0, 1],
            state: .established,
            inode: 79,
            user: 0
        ),
        SocketRecord(
            transport: .tcp,
            address: [127, 0, 0, 1],
            port: 8080,
            state: .timeWait,
            inode: 0,
            user: 0
        ),
    ]

    static func ports(_ port: UInt16, _ transport: TransportProtocol? = nil) -> PortSet {
        PortSet(members: [.init(ports: port...port, transport: transport)])
    }
}
