/// What findings that were read say of sockets and files, to be found at once: a report may be made
/// so that to search it again and again takes hours.
struct FindingIndex: Sendable {
    /// By inode.
    var sockets: [UInt64: SocketRecord] = [:]
    /// By path.
    var files: [ByteString: InstanceFile] = [:]
}

/// Reads the findings of a report, and gathers what they say of processes, sockets and files.
struct FindingReader {
    private var host: HostFacts
    private var processes: [Int32: ProcessRecord] = [:]
    /// Sockets and files so far.
    private(set) var index = FindingIndex()
    /// What the report says could not be read.
    var unreadable = Unreadable()

    init(host: HostFacts) { self.host = host }

    /// All that the findings said, as a scan would have seen it.
    var snapshot: Snapshot {
        Snapshot(
            host: host,
            processes: processes.values.sorted { $0.pid < $1.pid },
            sockets: index.sockets.values.sorted { ($0.port, $0.inode) < ($1.port, $1.inode) },
            instanceFiles: index.files.values.sorted { $0.path < $1.path },
            unreadable: unreadable
        )
    }

    /// Reads one finding.
    mutating func finding(_ value: JSONValue) throws(JSONError) -> Finding {
        let remedy = try value.required("remedy")
        var finding = Finding(
            kind: try value.choice("kind"),
            rule: try value["rule"]?.text(for: "rule").text,
            severity: try value.choice("severity"),
            verdict: try value.choice("verdict"),
            summary: try value.required("summary").text(for: "summary").text,
            evidence: try value.list("evidence").map { (item) throws(JSONError) in
                Evidence(
                    try item.required("fact").text(for: "fact").text,
                    source: try item.required("source").text(for: "source").text,
                    value: try item.bytes("value")
                )
            },
            remedy: Remedy(try remedy.choice("action"))
        )
        finding.hint = try value["hint"]?.text(for: "hint").text
        if let process = value["process"] { finding.process = try self.process(process) }
        if let file = value["file"] { finding.file = try self.file(file) }
        finding.port = try value["port"]?.text(for: "port").text
        finding.holders = try value.list("holders").map { (item) throws(JSONError) in
            try item.elementIdentity()
        }
        if finding.process == nil, finding.file == nil, finding.port == nil {
            // Of older reports nothing but the name says which port it was.
            let prefix = "\(finding.kind.rawValue):"
            let id = try value.required("id").text(for: "id").text
            if id.hasPrefix(prefix) { finding.port = String(id.dropFirst(prefix.count)) }
        }
        return finding
    }

    private mutating func process(_ value: JSONValue) throws(JSONError) -> ProcessIdentity {
        let identity = try value.identity("identity")
        guard let start: UInt64 = try value.number("start_ticks"), start == identity.startTime
        else {
            throw JSONError(
                "expected the start time of 'identity' for 'start_ticks'",
                at: value.position
            )
        }
        if host.sinceBoot == .zero, let started = try value.time("started_at") {
            setBoot(by: identity, started)
        }
        // Without a name nothing but the identity was known.
        guard let name = try value.bytes("name") else { return identity }
        var record = ProcessRecord(
            identity: identity,
            name: name,
            parent: try value.number("ppid") ?? 0
        )
        if let user: UInt32 = try value.number("uid") {
            record.status = .value(
                ProcessStatus(realUser: user, effectiveUser: user, threadGroup: identity.pid)
            )
            host.userNames[user] = try value.text("user")
        }
        if value["command"] != nil {
            let words = try value.list("command").map { (word) throws(JSONError) in
                guard let text = word.string else {
                    throw JSONError("expected strings in 'command'", at: word.position)
                }
                return ByteString(text)
            }
            record.arguments = .value(words)
        }
        if value["ports"] != nil {
            let inodes = try value.list("ports").map { (port) throws(JSONError) in
                try socket(port)
            }
            record.socketInodes = .value(inodes)
        }
        if processes[identity.pid] == nil { processes[identity.pid] = record }
        return identity
    }

    /// From one process's start, told twice, follows when its machine was started.
    private mutating func setBoot(by identity: ProcessIdentity, _ started: Duration) {
        guard host.wallClock > .zero else { return }
        // Before this is set, the age is how long before boot it would have started.
        host.sinceBoot = host.wallClock - started - host.age(of: identity)
    }

    private mutating func socket(_ value: JSONValue) throws(JSONError) -> UInt64 {
        guard let port: UInt16 = try value.number("port") else {
            throw JSONError("expected a member 'port' in each port", at: value.position)
        }
        let state = try value.required("state").text(for: "state")
        let record = SocketRecord(
            transport: try value.choice("protocol"),
            address: [],
            port: port,
            state: state.text == "listen" ? .listen : .close,
            inode: try value.requiredNumber("inode"),
            user: 0
        )
        guard index.sockets.updateValue(record, forKey: record.inode) ?? record == record else {
            throw JSONError("expected one port per socket, found another", at: value.position)
        }
        return record.inode
    }

    private mutating func file(_ value: JSONValue) throws(JSONError) -> ByteString {
        _ = try value.required("path").text(for: "path")
        let path = try value.bytes("path") ?? ""
        guard let modified = try value.time("modified_at") else { return path }
        index.files[path] = InstanceFile(
            path: path,
            rule: "",
            format: .pid,
            file: FileIdentity(device: 0, inode: 0, changed: .zero),
            owner: try value.number("owner_uid") ?? 0,
            mode: 0,
            modified: modified,
            contents: .entries([])
        )
        return path
    }
}
