import CLinux
import Glibc

/// Services that a supervisor has left which was killed.
public struct Leftovers: Sendable {
    /// One of them.
    public struct Item: Sendable {
        var record: ServiceRecord
        /// How it is ended, if that was written down.
        var stop: ServiceEnding.Target?
        /// Its name.
        public var name: String { record.name }
        /// Its process.
        public var identity: ProcessIdentity { record.identity }
        /// Whether its process is gone, and only others with its mark can be left.
        public var isGone: Bool
    }

    /// Those whose process lives, or can have left others, by name.
    public var items: [Item] = []

    /// Reads the records of a state directory whose lock this process has.
    ///
    /// A record of another boot, or that cannot be read, tells of nobody, and goes.
    static func read(in directory: borrowing StateDirectory, _ facts: OwnFacts) -> Leftovers {
        var leftovers = Leftovers()
        guard var procfs = try? Procfs() else { return leftovers }
        for file in directory.recordNames() {
            guard let bytes = directory.read("services/\(file)"),
                let record = ServiceRecord(reading: bytes), record.bootID == facts.bootID,
                record.namespace == facts.namespace, record.fileName == "services/\(file)"
            else {
                directory.removeRecord(of: String(file.dropLast(5)))
                continue
            }
            let now = procfs.record(of: ProcessPlace(pid: record.identity.pid)).known
            let isAlive = now?.identity == record.identity && now?.isZombie == false
            let stop = directory.stop(beside: record)
            leftovers.items.append(Item(record: record, stop: stop, isGone: !isAlive))
        }
        directory.removeStrayStops()
        return leftovers
    }
}

extension Supervisor {
    /// What an earlier supervisor has left here, by its records.
    public func leftovers() -> Leftovers { Leftovers.read(in: directory, facts) }

    /// Ends what an earlier one has left, or takes it on; nothing has been started yet.
    ///
    /// Each is ended as it was started; where that was not written down, as the service file says.
    ///
    /// - Parameters:
    ///   - leftovers: What it has left.
    ///   - isForced: Whether those that end are killed without being asked.
    /// - Returns: Why not, one sentence for each that is left.
    public func takeOver(_ leftovers: Leftovers, isForced: Bool = false) -> [String] {
        var rest = leftovers.items
        if options.takeover == .adopt {
            rest.removeAll { item in
                guard !item.isGone, supervision.state(of: item.name) != nil else { return false }
                return adopt(item)
            }
        }
        guard !rest.isEmpty else { return [] }
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
            return ["what an earlier supervisor has left could not be looked at: \(error)"]
        }
        var left: [String] = []
        for part in result.parts {
            left += part.left.map { "\(part.name): \($0)" }
            guard part.left.isEmpty else { continue }
            directory.removeRecord(of: part.name)
            if part.ended > 0 { tellMessage(part.name, "left by an earlier supervisor, was ended") }
        }
        return left
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
            pidfd: pidfd
        )
        lookAtLogsSoon()
        if options.followsLogs, let log = running[item.name]?.log { follow(log, of: item.name) }
        do throws(SystemError) { try write(item.name) } catch {
            tellMessage(item.name, "no record of it: \(error)")
        }
        supervision.adopt(item.name, at: Clock.monotonic())
        tellMessage(item.name, "goes on as \(item.identity), left by an earlier supervisor")
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
