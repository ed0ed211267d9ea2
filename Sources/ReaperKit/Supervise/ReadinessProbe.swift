import Glibc

/// Looks whether a service that was started does its work yet.
struct ReadinessProbe: ~Copyable {
    /// How often a port or a file is looked for; the kernel tells of neither.
    static let pause = Duration.milliseconds(50)
    /// How often a command is run.
    static let commandPause = Duration.milliseconds(500)

    private var procfs: Procfs
    private var walk = ChildWalk()

    init() throws(SystemError) { procfs = try Procfs() }

    /// Whether the file is there, whatever it is.
    static func exists(_ path: ByteString) -> Bool {
        unsafe access(path.terminated, F_OK) == 0
    }

    /// Whether every port of the set is served, each by somebody of the tree below a process.
    ///
    /// A range is served when one of its ports is.
    mutating func serves(_ ports: PortSet, below pid: Int32) -> Bool {
        let sockets = sockets(of: ports, below: pid)
        return ports.members.allSatisfy { member in
            let one = PortSet(members: [member])
            return sockets.contains { one.contains($0.port, $0.transport) }
        }
    }

    /// The sockets that serve these ports and are held by the tree below a process.
    mutating func sockets(of ports: PortSet, below pid: Int32) -> [SocketRecord] {
        guard let table = try? SocketTable.read(SocketQuery(ports: ports, includesBound: false)),
            case let sockets = table.sockets.filter(\.holdsPort), !sockets.isEmpty
        else { return [] }
        var descriptors = DescriptorTable(
            interest: sockets.map(\.inode),
            procDirectory: procfs.directory.raw
        )
        var held: Set<UInt64> = []
        for process in walk.records(below: [pid], in: &procfs) ?? [] {
            let answer = descriptors.sockets(below: procfs.directory.raw, "\(process.pid)/")
            held.formUnion(answer.known ?? [])
        }
        return sockets.filter { held.contains($0.inode) }
    }

    /// Who has a port that the service waits for and is not of it, for the reason of a failure.
    func hint(_ ports: PortSet) -> String? {
        guard let check = try? PortCheck.look(at: ports), !check.isFree else { return nil }
        let list = check.held.map { "\($0.port)" }.joined(separator: ", ")
        return "port \(list) is held, but not by it"
    }
}
