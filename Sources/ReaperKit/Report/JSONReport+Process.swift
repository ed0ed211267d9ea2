extension ProcessIdentity {
    /// Writes what `snapshot` knows of this process.
    func write(to json: inout JSONWriter, from snapshot: Snapshot, style: ReportStyle) {
        // A record under the same number is not enough: it must be the same process.
        let record = snapshot.process(pid).flatMap { $0.identity == self ? $0 : nil }
        json.member("identity", description)
        json.member("pidfd_inode", record?.pidfdInode)
        json.member("pid", pid)
        json.member("start_ticks", startTime)
        if snapshot.host.wallClock > .zero {
            json.member("started_at", snapshot.host.startedAt(self).rfc3339())
        }
        record?.write(to: &json, from: snapshot, style: style)
    }
}

extension ProcessRecord {
    fileprivate func write(
        to json: inout JSONWriter,
        from snapshot: Snapshot,
        style: ReportStyle
    ) {
        // 0 stands for a parent, session or group outside this pid namespace: not known here.
        json.member("ppid", parent == 0 ? nil : parent)
        json.member("name", name)
        json.member("command", shownArguments(style))
        json.member("executable", executable?.known?.path)
        json.member("cwd", workingDirectory?.known)
        json.member("uid", status?.known?.realUser)
        json.member("user", userName(in: snapshot.host))
        json.member("state", String(UnicodeScalar(state)))
        json.member("session", session == 0 ? nil : session)
        json.member("process_group", processGroup == 0 ? nil : processGroup)
        json.member("cgroup", cgroupPath)
        json.member("tty", terminalName)
        guard socketInodes?.known != nil else { return }
        snapshot.sockets(of: self).filter(\.holdsPort).write(to: &json, from: snapshot)
    }

    /// The arguments, secrets masked unless the style shows them; `nil` if they were not read.
    func shownArguments(_ style: ReportStyle) -> [ByteString]? {
        guard let arguments = arguments?.known else { return nil }
        return style.showsSecrets ? arguments : SecretMask.masked(arguments: arguments)
    }

    /// The real user's name; `nil` if the user, or its name, is not known.
    func userName(in host: HostFacts) -> String? {
        status?.known.flatMap { host.userNames[$0.realUser] }
    }

    /// The path in the unified hierarchy (`0::PATH`), else in the first one listed; cgroups(7).
    var cgroupPath: ByteString? {
        guard let lines = cgroups?.known else { return nil }
        let unified = lines.first { $0.bytes.starts(with: "0::".utf8) }
        guard let line = unified ?? lines.first else { return nil }
        let fields = line.bytes.split(
            separator: UInt8(ascii: ":"),
            maxSplits: 2,
            omittingEmptySubsequences: false
        )
        return fields.count == 3 ? ByteString(fields[2]) : nil
    }
}

extension [SocketRecord] {
    /// Writes them as the member `ports`.
    func write(to json: inout JSONWriter, from snapshot: Snapshot) {
        // The snapshot lists the sockets of reaper's own network namespace only.
        write(to: &json, inNetwork: snapshot.host.namespaces?.network)
    }

    /// Writes them as the member `ports`.
    func write(to json: inout JSONWriter, inNetwork namespace: UInt64?) {
        json.array("ports") { json in
            for socket in self {
                json.object { json in
                    json.member("protocol", socket.transport.rawValue)
                    json.member("address", socket.addressText)
                    json.member("port", socket.port)
                    json.member("state", socket.state == .close ? "bound" : socket.state.name)
                    json.member("inode", socket.inode)
                    json.member("net_namespace", namespace)
                }
            }
        }
    }
}

extension RunFacts {
    /// The command's words as the style allows.
    func shownCommand(_ style: ReportStyle) -> [ByteString] {
        style.showsSecrets ? command : SecretMask.masked(arguments: command)
    }
}
