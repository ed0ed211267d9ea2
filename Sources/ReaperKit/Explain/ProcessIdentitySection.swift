/// What a process is: the facts that a person would ask ps(1), ls(1) and ss(8) for.
enum ProcessIdentitySection {
    static func statements(of account: ProcessAccount) -> [Statement] {
        let process = account.process
        let host = account.snapshot.host
        var list = [
            Statement(process.label, label: "process", source: process.source("stat")),
            state(of: process),
            Statement(
                "\(host.startedAt(process.identity).timeText), "
                    + "\(host.age(of: process.identity).roughText) ago",
                label: "started",
                source: process.source("stat")
            ),
        ]
        if let inode = process.pidfdInode {
            list.append(
                Statement(
                    "\(inode), which no other process gets in this boot",
                    label: "pidfd",
                    source: "pidfd_open(\(process.pid))",
                    isDetail: true
                )
            )
        }
        guard !process.isKernelThread else { return list }
        list += program(of: account) + owner(of: account) + instances(of: account)
        guard !process.isZombie else { return list }
        return list + place(of: account) + ports(of: account)
    }

    private static func state(of process: ProcessRecord) -> Statement {
        let letter = String(decoding: [process.state], as: UTF8.self)
        var text = "\(letter), \(process.stateNoun)"
        if process.threads > 1 { text += "; \(process.threads) threads" }
        return Statement(text, label: "state", source: process.source("stat"))
    }

    private static func instances(of account: ProcessAccount) -> [Statement] {
        account.standings.map { standing in
            Statement(standing.sentence, label: "instance", source: standing.source)
        }
    }

    private static func program(of account: ProcessAccount) -> [Statement] {
        let process = account.process
        var list: [Statement] = []
        if let link = process.executable?.known {
            let suffix = link.isDeleted ? " (deleted)" : ""
            list.append(
                Statement(
                    link.path.text + suffix,
                    label: "executable",
                    source: process.source("exe"),
                    mark: link.isDeleted ? .odd : .plain
                )
            )
        }
        if let arguments = process.arguments?.known, !arguments.isEmpty {
            var statement = Statement("", label: "arguments", source: process.source("cmdline"))
            statement.arguments = arguments
            list.append(statement)
        }
        if let directory = process.workingDirectory?.known {
            list.append(
                Statement(
                    directory.text,
                    label: "directory",
                    source: process.source("cwd"),
                    mark: account.details.isDirectoryDeleted == true ? .odd : .plain
                )
            )
        }
        return list
    }

    private static func owner(of account: ProcessAccount) -> [Statement] {
        let process = account.process
        guard let status = process.status?.known else { return [] }
        let host = account.snapshot.host
        let name = host.userNames[status.realUser].map { "\($0) (\(status.realUser))" }
        return [
            Statement(
                name ?? "\(status.realUser)",
                label: "user",
                source: process.source("status")
            )
        ]
    }

    private static func place(of account: ProcessAccount) -> [Statement] {
        let process = account.process
        let source = process.source("stat")
        var list = [
            Statement(process.terminalName ?? "none", label: "terminal", source: source),
            Statement(session(of: account), label: "session", source: source),
        ]
        if process.processGroup > 0 {
            let isOwn = process.processGroup == process.pid
            list.append(
                Statement(
                    isOwn ? "\(process.pid), which it leads" : "\(process.processGroup)",
                    label: "group",
                    source: source,
                    isDetail: isOwn
                )
            )
        }
        if let path = process.cgroupPath {
            list.append(
                Statement(path.text, label: "cgroup", source: process.source("cgroup"))
            )
        }
        for namespace in account.details.foreignNamespaces {
            list.append(
                Statement(
                    "another \(namespace.name) namespace than reaper's, \(namespace.inode)",
                    label: "namespace",
                    source: process.source("ns/\(namespace.name)")
                )
            )
        }
        return list
    }

    private static func session(of account: ProcessAccount) -> String {
        let process = account.process
        guard process.session > 0 else { return "outside this pid namespace" }
        if process.session == process.pid { return "\(process.pid), which it leads" }
        guard let leader = account.snapshot.process(process.session) else {
            return "\(process.session), whose leader is gone"
        }
        // A number cannot be reused as long as it names a session with members.
        return leader.isZombie
            ? "\(process.session), whose leader \(leader.label) has exited"
            : "\(process.session), led by \(leader.label)"
    }

    private static func ports(of account: ProcessAccount) -> [Statement] {
        let process = account.process
        guard process.socketInodes?.known != nil else { return [] }
        let sockets = account.snapshot.sockets(of: process).filter(\.holdsPort)
        guard !sockets.isEmpty else { return [] }
        var seen: Set<String> = []
        let names = sockets.map { "\($0.endpointText)/\($0.transport.rawValue)" }
            .filter { seen.insert($0).inserted }
        return [
            Statement(
                names.joined(separator: ", "),
                label: names.count == 1 ? "port" : "ports",
                source: process.source("fd")
            )
        ]
    }
}

extension ProcessRecord {
    /// What its state letter means; proc_pid_stat(5).
    var stateNoun: String {
        switch UnicodeScalar(state) {
        case "R": "running"
        case "S": "sleeping"
        case "D": "waiting in the kernel"
        case "T": "stopped"
        case "t": "stopped by its tracer"
        case "Z": threads > 1 ? "its first thread has exited" : "exited, not waited for"
        case "X": "exited"
        case "I": "idle"
        default: "in a state that proc_pid_stat(5) does not list"
        }
    }
}

extension Duration {
    /// A time of day since 1970 for sentences.
    var timeText: String { rfc3339() ?? "at an unknown time" }
}
