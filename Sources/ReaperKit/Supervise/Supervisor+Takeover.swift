import CLinux
import Glibc

/// Services that a supervisor has left which was killed.
public struct Leftovers: Sendable {
    /// One of them.
    public struct Item: Sendable {
        var record: ServiceRecord
        /// How it is ended, if that was written down.
        var stop: ServiceEnding.Target?
        /// When its mark was made, as far as the supervisor's record tells; 0: not known.
        var since: UInt64 = 0
        /// Its name.
        public var name: String { record.name }
        /// Its process.
        public var identity: ProcessIdentity { record.identity }
        /// Whether its process is gone, and only others with its mark can be left.
        public var isGone: Bool
    }

    /// Those whose process lives, or can have left others, by name.
    public var items: [Item] = []
    /// Why others may be left whom nobody knows, one sentence each.
    public var doubts: [String] = []
    /// The supervisor that lives although its lock is gone; its services are its own.
    public var keeper: ProcessIdentity?

    /// Reads the records of a state directory whose lock this process has.
    ///
    /// Only a record of another boot goes: it tells of nobody. What cannot be understood, or is of
    /// another pid namespace, stays, and is told.
    ///
    /// - Throws: Why it cannot be learned who is left.
    static func read(
        in directory: borrowing StateDirectory,
        _ facts: OwnFacts
    ) throws(SystemError) -> Leftovers {
        var leftovers = Leftovers()
        var procfs = try Procfs()
        for file in try directory.recordNames() {
            let path = "\(directory.path)/services/\(file)"
            guard let bytes = directory.read("services/\(file)"),
                let record = ServiceRecord(reading: bytes), record.fileName == "services/\(file)"
            else {
                leftovers.doubts.append("\(path): is no record of a service, or cannot be read")
                continue
            }
            guard record.bootID == facts.bootID else {
                directory.removeRecord(of: record.name)
                continue
            }
            guard record.namespace == facts.namespace else {
                leftovers.doubts.append("\(path): is of another pid namespace: look there")
                continue
            }
            let now = procfs.record(of: ProcessPlace(pid: record.identity.pid)).known
            let isAlive = now?.identity == record.identity && now?.isZombie == false
            if record.supervisor != facts.identity, leftovers.keeper == nil {
                let pid = record.supervisor.pid
                let keeper = procfs.record(of: ProcessPlace(pid: pid)).known
                if keeper?.identity == record.supervisor, keeper?.isZombie == false {
                    leftovers.keeper = record.supervisor
                }
            }
            let stop = directory.stop(beside: record)
            leftovers.items.append(Item(record: record, stop: stop, isGone: !isAlive))
        }
        leftovers.addUnrecorded(in: directory, facts)
        directory.removeStrayStops()
        return leftovers
    }

    /// Those that the earlier supervisor may have started without having written it down: they
    /// carry its mark.
    private mutating func addUnrecorded(
        in directory: borrowing StateDirectory,
        _ facts: OwnFacts
    ) {
        guard let bytes = directory.read("supervisor.json", limit: 4 << 20),
            let value = try? JSON5Reader.read(bytes, as: .json),
            value["boot_id"]?.string == facts.bootID.text, let tag = value["tag"]?.string,
            value["pid"]?.integer != Int64(facts.identity.pid)
        else { return }
        let known = Set(items.map(\.name))
        let start = value["start_ticks"]?.integer.flatMap(UInt64.init(exactly:)) ?? 0
        for name in (value["services"]?.array ?? []).compactMap(\.string)
        where !known.contains(name) {
            let record = ServiceRecord(
                name: name,
                identity: ProcessIdentity(pid: 0, startTime: 0),
                bootID: facts.bootID,
                namespace: facts.namespace,
                mark: "\(name):\(tag)",
                supervisor: facts.identity,
                startedAt: .zero,
                ports: nil
            )
            items.append(Item(record: record, stop: nil, since: start, isGone: true))
        }
    }
}

/// What came of ending what an earlier supervisor has left.
public struct TakeoverResult: Sendable {
    /// Who is left, one sentence each.
    public var left: [String] = []
    /// Why others may be, one sentence each.
    public var doubts: [String] = []

    /// What to tell whoever asked for it.
    public var status: ExitStatus {
        left.isEmpty ? (doubts.isEmpty ? .clean : .incomplete) : .leftOver
    }
}

extension Supervisor {
    /// What an earlier supervisor has left here, by its records.
    ///
    /// - Throws: Why that cannot be learned.
    public func leftovers() throws(SystemError) -> Leftovers {
        try Leftovers.read(in: directory, facts)
    }

    /// Ends what an earlier one has left, or takes it on; nothing has been started yet.
    ///
    /// Each is ended as it was started; where that was not written down, as the service file says.
    ///
    /// - Parameters:
    ///   - leftovers: What it has left.
    ///   - isForced: Whether those that end are killed without being asked.
    /// - Returns: Who is left, and what is not known.
    public func takeOver(_ leftovers: Leftovers, isForced: Bool = false) -> TakeoverResult {
        var answer = TakeoverResult()
        answer.doubts = leftovers.doubts
        if let keeper = leftovers.keeper {
            answer.left = [
                "process \(keeper) looks after these services, and its lock was removed:"
                    + " 'reaper clean --pid \(keeper)' ends it, and they are found then"
            ]
            return answer
        }
        var rest = leftovers.items
        if options.takeover == .adopt {
            rest.removeAll { item in
                guard !item.isGone, supervision.state(of: item.name) != nil else { return false }
                return adopt(item)
            }
        }
        guard !rest.isEmpty else { return answer }
        let names = Set(rest.map(\.name))
        let targets = rest.map { item in
            var target = target(toEnd: item)
            target.after = target.after.filter(names.contains)
            return target
        }
        let result: ServiceEndingResult
        do throws(SystemError) {
            result = try ServiceEnding(targets, isForced: isForced).run(protecting: []) { _, _ in }
        } catch {
            answer.doubts.append("what an earlier supervisor has left was not looked at: \(error)")
            return answer
        }
        for part in result.parts {
            answer.left += part.left.map { "\(part.name): \($0)" }
            guard part.left.isEmpty else { continue }
            directory.removeRecord(of: part.name)
            if part.ended > 0 { tellMessage(part.name, "left by an earlier supervisor, was ended") }
        }
        if answer.left.isEmpty, result.proof == .none,
            result.parts.contains(where: { $0.ended > 0 })
        {
            answer.doubts.append(
                "it is not proven that nothing is left of them: \(result.unproven ?? "")"
            )
        }
        return answer
    }

    private func target(toEnd item: Leftovers.Item) -> ServiceEnding.Target {
        let form = supervision.startedForm(of: item.name).map { service in
            ServiceEnding.Target(
                of: service,
                after: supervision.dependents(of: item.name),
                log: log(of: service).path
            )
        }
        var target =
            item.stop ?? form
            ?? ServiceEnding.Target(name: item.name, identity: nil, mark: "", stop: StopAction())
        target.identity = item.isGone ? nil : item.identity
        target.mark = item.record.mark
        target.since = item.stop?.since ?? item.since
        return target
    }

    private func adopt(_ item: Leftovers.Item) -> Bool {
        let pidfd = clinux_pidfd_open(item.identity.pid)
        guard pidfd >= 0 else { return false }
        // Read after the pidfd was opened: if it is still there, both are one process.
        guard var procfs = try? Procfs(),
            let now = procfs.record(of: ProcessPlace(pid: item.identity.pid)).known,
            now.identity == item.identity,
            let service = supervision.startedForm(of: item.name)
        else {
            _ = close(pidfd)
            return false
        }
        var record = item.record
        record.supervisor = facts.identity
        record.ports = service.stop.ports
        running[item.name] = RunningService(
            record: record,
            log: log(of: service),
            fingerprint: item.stop?.fingerprint,
            since: item.stop?.since ?? 0,
            isAdopted: true,
            pidfd: pidfd
        )
        lookAtLogsSoon()
        if options.followsLogs, let log = running[item.name]?.log { follow(log, of: item.name) }
        do throws(SystemError) { try write(item.name) } catch {
            tellMessage(item.name, "no record of it: \(error)")
        }
        // It ran before this supervisor did: anybody can have come from it.
        firstStarts[item.name] = 0
        hasAdopted = true
        supervision.adopt(item.name, at: Clock.monotonic())
        tellMessage(item.name, "goes on as \(item.identity), left by an earlier supervisor")
        if let former = item.stop?.fingerprint, former != service.fingerprint {
            tellMessage(
                item.name,
                "adopted with its former definition; 'reaper restart \(item.name)' takes the new one"
            )
        }
        return true
    }
}

extension Supervision {
    /// Takes on a service that runs already.
    mutating func adopt(_ name: String, at now: Duration) {
        entries[name]?.state = .running
        entries[name]?.since = now
    }
}
