import Glibc

/// Who is left of services that were stopped, without a mark, and without a parent that would tell.
///
/// A process that has got rid of its mark, in a session of its own, is the supervisor's as soon as its
/// parent ends, and nothing tells any more from which service it came. But it cannot have come from
/// one that was first started after it. Where that leaves those alone that are stopped by now it is
/// ended with them; else it is told, and the end of them is not proven.
extension Supervisor {
    /// Who may be left of some services.
    private struct Remains {
        /// Those that can have come from nobody else.
        var own: [ProcessIdentity] = []
        /// Of whom that is not known, one sentence each.
        var doubts: [String] = []
    }

    /// Ends who is left of services that somebody has stopped; once for each who waits for that.
    func endRemains() {
        guard ending == nil else { return }
        for index in operations.indices where mayHaveLeft(operations[index]) {
            operations[index].hasLooked = true
            let operation = operations[index]
            guard case .stop(_, _, let isForced) = operation.request else { continue }
            let remains = remains(of: operation.names.filter(isStopped))
            operations[index].doubts += remains.doubts
            guard !remains.own.isEmpty else { continue }
            operations[index].isEndingRemains = true
            let count = counted(remains.own.count, "process", "processes")
            let names = operation.names.sorted().joined(separator: ", ")
            tellMessage(nil, "ending \(count) without a mark that only \(names) can have left")
            startWorker(
                ServiceEnding(strays: remains.own, isForced: isForced),
                for: .remains(operation.client)
            )
        }
    }

    /// Whether nobody wants a service to run, or it is none any more.
    private func isStopped(_ name: String) -> Bool {
        (supervision.state(of: name) ?? .stopped) == .stopped
    }

    private func mayHaveLeft(_ operation: Operation) -> Bool {
        operation.request.isStop && !operation.hasLooked && areStopped(operation)
    }

    /// Takes in what came of ending them.
    func concludeRemains(of client: Int, _ result: ServiceEndingResult) {
        for index in operations.indices where operations[index].client == client {
            operations[index].isEndingRemains = false
            for part in result.parts where !part.left.isEmpty {
                operations[index].problems.append(part.left.joined(separator: "; "))
            }
        }
        for part in result.parts where !part.left.isEmpty {
            tellMessage(nil, part.left.joined(separator: "; "))
        }
    }

    private func remains(of stopped: Set<String>) -> Remains {
        var remains = Remains()
        guard !stopped.isEmpty, var procfs = try? Procfs() else { return remains }
        var walk = ChildWalk()
        let own = getpid()
        let named = walk.directChildren(of: own, in: &procfs)
        for pid in named ?? (try? procfs.pids()) ?? [] where pid != own && children[pid] == nil {
            let place = ProcessPlace(pid: pid)
            guard var record = procfs.record(of: place).known else {
                // With hidepid= who is hidden looks as if gone, or is refused.
                if named != nil, PidLiveness.isProcess(pid) {
                    remains.doubts.append("process \(pid) descends from a service and is hidden")
                }
                continue
            }
            guard record.parent == own, !record.isZombie else { continue }
            procfs.read(.environment, of: &record, at: place)
            if isMarked(record) { continue }
            let origins = Set(firstStarts.filter { $0.value <= record.identity.startTime }.keys)
            guard !origins.isDisjoint(with: stopped) else { continue }
            if origins.allSatisfy(isStopped), !adoptsStrangers,
                carriesNoMark(record, in: &procfs)
            {
                remains.own.append(record.identity)
            } else {
                remains.doubts.append(sentence(about: record, origins.intersection(stopped)))
            }
        }
        return remains
    }

    private func sentence(about record: ProcessRecord, _ origins: Set<String>) -> String {
        let names = origins.sorted().prefix(3).joined(separator: " or ")
        let identity = record.identity
        return "\(record.name.text) (\(identity)) has no mark, and may have come from \(names):"
            + " 'reaper clean --pid \(identity)' ends it, and so does 'reaper down'"
    }

    /// Whether neither it nor anybody below it says that it is of some service, of whatever
    /// supervisor; `false` where one of them cannot be read.
    private func carriesNoMark(_ record: ProcessRecord, in procfs: inout Procfs) -> Bool {
        var walk = ChildWalk()
        guard let tree = walk.records(below: [record.pid], in: &procfs),
            tree.contains(where: { $0.identity == record.identity })
        else { return false }
        let prefix = Array("\(ServiceMarks.variable)=".utf8)
        for var member in tree where !member.isZombie {
            procfs.read(.environment, of: &member, at: ProcessPlace(pid: member.pid))
            guard let entries = member.environment?.known,
                !entries.contains(where: { $0.bytes.starts(with: prefix) })
            else { return false }
        }
        return true
    }

    /// Whether a process says of which of these services it is.
    private func isMarked(_ record: ProcessRecord) -> Bool {
        let prefix = Array("\(ServiceMarks.variable)=".utf8)
        let suffix = Array(":\(tag)".utf8)
        return (record.environment?.known ?? []).contains { entry in
            entry.bytes.starts(with: prefix) && entry.bytes.suffix(suffix.count) == suffix[...]
        }
    }
}

extension ServiceEnding {
    /// Processes that belong to no service, or to none that is known.
    init(strays: [ProcessIdentity], isForced: Bool) {
        let targets = strays.map { identity in
            Target(
                name: "\(identity)",
                identity: identity,
                mark: "",
                stop: StopAction(timeout: .seconds(5))
            )
        }
        self.init(targets, deadline: .seconds(10), isForced: isForced)
    }
}
