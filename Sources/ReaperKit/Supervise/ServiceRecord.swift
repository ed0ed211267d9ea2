/// What is written down of a service that runs, for whoever comes after its supervisor.
struct ServiceRecord: Sendable, Equatable {
    /// Its name.
    var name: String
    /// Its process.
    var identity: ProcessIdentity
    /// The boot in which it was started.
    var bootID: ByteString
    /// The pid namespace in which its number counts, as in `pid:[4026531836]`.
    var namespace: UInt64?
    /// What marks whatever it started.
    var mark: String
    /// The supervisor's own process.
    var supervisor: ProcessIdentity
    /// When it was started, on the wall's clock.
    var startedAt: Duration
    /// Its ports, as the service file says.
    var ports: PortSet?

    /// Where it is, in the state directory.
    var fileName: String { Self.fileName(of: name) }

    static func fileName(of name: String) -> String { "services/\(name).json" }

    /// The text, with the keys that rule `reaper.service` reads.
    var json: [UInt8] {
        var json = JSONWriter(.compact)
        json.object { json in
            json.member("id", name)
            json.member("pid", identity.pid)
            json.member("start_ticks", identity.startTime)
            json.member("boot_id", bootID)
            json.member("pid_namespace", namespace)
            json.member("mark", mark)
            json.member("supervisor_pid", supervisor.pid)
            json.member("supervisor_start_ticks", supervisor.startTime)
            json.member("started_at", startedAt.rfc3339())
            json.member("started_ns", startedAt.nanoseconds)
            if let ports {
                json.array("ports") { json in
                    for port in ports.members { json.element(port.text) }
                }
            }
        }
        json.endLine()
        return json.bytes
    }

    /// Creates a record.
    init(
        name: String,
        identity: ProcessIdentity,
        bootID: ByteString,
        namespace: UInt64?,
        mark: String,
        supervisor: ProcessIdentity,
        startedAt: Duration,
        ports: PortSet?
    ) {
        self.name = name
        self.identity = identity
        self.bootID = bootID
        self.namespace = namespace
        self.mark = mark
        self.supervisor = supervisor
        self.startedAt = startedAt
        self.ports = ports
    }

    /// Reads what ``json`` has written; `nil` for anything else.
    init?(reading bytes: [UInt8]) {
        guard let value = try? JSON5Reader.read(bytes, as: .json),
            let name = value["id"]?.string,
            let identity = Self.identity(value, "pid", "start_ticks"),
            let supervisor = Self.identity(value, "supervisor_pid", "supervisor_start_ticks"),
            let boot = value["boot_id"]?.string, let mark = value["mark"]?.string
        else { return nil }
        self.init(
            name: name,
            identity: identity,
            bootID: ByteString(boot),
            namespace: value["pid_namespace"]?.integer.flatMap(UInt64.init(exactly:)),
            mark: mark,
            supervisor: supervisor,
            startedAt: .nanoseconds(value["started_ns"]?.integer ?? 0),
            ports: nil
        )
    }

    private static func identity(
        _ value: JSONValue,
        _ pid: String,
        _ start: String
    ) -> ProcessIdentity? {
        guard let number = value[pid]?.integer.flatMap(Int32.init(exactly:)), number > 0,
            let time = value[start]?.integer.flatMap(UInt64.init(exactly:))
        else { return nil }
        return ProcessIdentity(pid: number, startTime: time)
    }
}

/// Facts about this process that records carry.
struct OwnFacts: Sendable {
    var identity: ProcessIdentity
    var bootID: ByteString
    var namespace: UInt64?

    /// Reads them.
    init() throws(SystemError) {
        var procfs = try Procfs()
        let host = procfs.hostFacts()
        guard let own = host.ownChain.first else {
            throw SystemError(call: "read", subject: "/proc/self/stat", code: 3)
        }
        identity = own
        bootID = ByteString(host.bootID)
        namespace = host.namespaces?.pid
    }
}
