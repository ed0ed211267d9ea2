/// What is unusual about a process, as sentences with their sources.
enum Oddity {
    /// Everything unusual, what matters most first.
    static func all(of account: ProcessAccount) -> [Statement] {
        let process = account.process
        if process.isKernelThread { return [] }
        if process.isZombie { return zombie(account) }
        return adoption(account) + deletions(account) + standstill(account) + deafness(account)
            + rights(account) + neglect(account)
    }

    private static func odd(
        _ text: String,
        _ source: String,
        value: ByteString? = nil,
        process: ProcessIdentity? = nil
    ) -> Statement {
        Statement(text, source: source, value: value, mark: .odd, process: process)
    }

    // MARK: - Ended

    private static func zombie(_ account: ProcessAccount) -> [Statement] {
        let process = account.process
        let source = process.source("stat")
        let state = ByteString([process.state])
        guard let parent = account.snapshot.process(process.parent) else {
            return [
                odd("it has exited and its parent has not waited for it", source, value: state)
            ]
        }
        if parent.pid == 1 {
            return [
                odd(
                    "it has exited; PID 1 has not waited for it yet",
                    source,
                    value: state,
                    process: parent.identity
                )
            ]
        }
        let why =
            parent.state == UInt8(ascii: "T") ? ", and cannot: it is stopped" : ""
        return [
            odd(
                "it has exited and its parent \(parent.label) has not waited for it\(why); only a "
                    + "parent can end a zombie",
                source,
                value: state,
                process: parent.identity
            )
        ]
    }

    /// Children that have exited: only this process can end them.
    private static func neglect(_ account: ProcessAccount) -> [Statement] {
        let process = account.process
        let zombies = account.snapshot.processes.filter { child in
            child.isZombie && child.parent == process.pid
        }
        guard let first = zombies.first else { return [] }
        let more = zombies.count > 3 ? " and \(zombies.count - 3) more" : ""
        let names = zombies.prefix(3).map(\.label).joined(separator: ", ") + more
        let whom =
            zombies.count == 1
            ? "its child \(names) has exited"
            : "\(zombies.count) of its children have exited (\(names))"
        let why = process.state == UInt8(ascii: "T") ? ", and cannot: it is stopped" : ""
        return [
            odd(
                "\(whom), and it has not waited for \(zombies.count == 1 ? "it" : "them")\(why)",
                first.source("stat"),
                value: ByteString([first.state]),
                process: first.identity
            )
        ]
    }

    // MARK: - Left alone

    private static func adoption(_ account: ProcessAccount) -> [Statement] {
        let process = account.process
        let chain = account.chain
        let source = process.source("stat")
        guard let link = chain.links.first else {
            if case .recycled(let parent) = chain.end {
                return [
                    odd(
                        "the number of its parent, \(parent.pid), was used again by "
                            + "\(parent.label), which started after it: the real parent is unknown",
                        source,
                        process: parent.identity
                    )
                ]
            }
            return []
        }
        let value = ByteString("\(link.parent.pid)")
        switch link.bond {
        case .started: return []
        case .adopted(let reason):
            return [
                odd(
                    "it was adopted by \(link.parent.label): \(reason), so whoever started it is "
                        + "gone",
                    source,
                    value: value,
                    process: link.parent.identity
                )
            ]
        case .startedOrAdopted:
            // What a service manager keeps in a group of its own it has started itself.
            let place = ControlGroupPlace(lines: process.cgroups?.known ?? [])
            guard place.unit?.isService != true, place.container == nil, !place.isManagers else {
                return []
            }
            return [
                odd(
                    "its parent is \(link.parent.label), which adopts whatever loses its parent: "
                        + "whoever started it is gone, or that started it itself",
                    source,
                    value: value,
                    process: link.parent.identity
                )
            ]
        }
    }

    private static func deletions(_ account: ProcessAccount) -> [Statement] {
        let process = account.process
        var list: [Statement] = []
        if let link = process.executable?.known, link.isDeleted {
            let fact =
                link.path.bytes.starts(with: "/memfd:".utf8)
                ? "its executable exists in memory only"
                : link.isReplaced == true
                    ? "its executable was replaced by a newer file of the same name, as by an "
                        + "upgrade: it still runs the old one"
                    : "its executable was deleted"
            list.append(odd(fact, process.source("exe"), value: link.path))
        }
        if account.details.isDirectoryDeleted == true {
            list.append(
                odd(
                    "the directory it stands in was deleted",
                    process.source("cwd"),
                    value: process.workingDirectory?.known
                )
            )
        }
        return list
    }

    // MARK: - Standing still

    private static func standstill(_ account: ProcessAccount) -> [Statement] {
        let process = account.process
        let state = ByteString([process.state])
        var list: [Statement] = []
        if process.state == UInt8(ascii: "Z") {
            list.append(
                odd(
                    "its first thread has exited and \(counted(Int(process.threads) - 1, "other")) "
                        + "\(process.threads == 2 ? "runs" : "run") on: it looks like a zombie and "
                        + "is none",
                    process.source("stat"),
                    value: state
                )
            )
        }
        if process.state == UInt8(ascii: "T") {
            list.append(
                odd(
                    "it is stopped: signals that it handles wait until it is continued",
                    process.source("stat"),
                    value: state
                )
            )
        }
        if let tracer = process.status?.known?.tracer, tracer != 0 {
            let record = account.snapshot.process(tracer)
            list.append(
                odd(
                    "it is traced by \(record?.label ?? "process \(tracer)"), as by a debugger",
                    process.source("status"),
                    value: ByteString("TracerPid: \(tracer)"),
                    process: record?.identity
                )
            )
        }
        if process.state == UInt8(ascii: "D") {
            let place = account.details.waitChannel.map { " (\($0))" } ?? ""
            list.append(
                odd(
                    "it waits in the kernel\(place) and may not be interrupted, not even by SIGKILL",
                    process.source("wchan"),
                    value: state
                )
            )
        }
        if let group = account.details.frozenGroup {
            list.append(
                odd(
                    "its control group is frozen, as by 'docker pause' or a batch system",
                    group.text
                )
            )
        }
        return list
    }

    // MARK: - Resisting

    private static func deafness(_ account: ProcessAccount) -> [Statement] {
        let process = account.process
        guard let status = process.status?.known else { return [] }
        let bit = UInt64(1) << UInt64(Signal.terminate.number - 1)
        let source = process.source("status")
        if status.ignoredSignals & bit != 0 {
            return [
                odd("it ignores SIGTERM: only SIGKILL ends it", source, value: "SigIgn has bit 15")
            ]
        }
        if status.blockedSignals & bit != 0, process.threads == 1 {
            return [
                odd(
                    "it blocks SIGTERM: it may wait for that signal, or not take it at all",
                    source,
                    value: "SigBlk has bit 15"
                )
            ]
        }
        return []
    }

    private static func rights(_ account: ProcessAccount) -> [Statement] {
        let process = account.process
        var list: [Statement] = []
        if let status = process.status?.known, status.realUser != status.effectiveUser {
            let host = account.snapshot.host
            list.append(
                odd(
                    "it has the rights of user \(host.userText(status.effectiveUser)), not of user "
                        + "\(host.userText(status.realUser)) who started it",
                    process.source("status")
                )
            )
        }
        if process.variable("LD_PRELOAD").map({ !$0.isEmpty }) == true {
            list.append(
                odd(
                    "it was started with other libraries put before its own (LD_PRELOAD)",
                    process.source("environ"),
                    value: process.variable("LD_PRELOAD")
                )
            )
        }
        if process.isKept {
            list.append(
                odd(
                    "it asks every rule to leave it alone (REAPER_KEEP=1): no rule takes it for an "
                        + "orphan, and 'reaper stop' without a name lets it run; a selector or a "
                        + "name stops it all the same",
                    process.source("environ")
                )
            )
        }
        return list
    }
}

extension HostFacts {
    /// A user's name, or its number where it has none here.
    func userText(_ user: UInt32) -> String { userNames[user] ?? "\(user)" }
}
