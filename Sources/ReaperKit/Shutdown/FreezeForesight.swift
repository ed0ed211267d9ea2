/// What can be said beforehand of processes in frozen control groups.
///
/// They act on nothing they are asked before they are thawed; ``LinuxKernel/wakeGroups(holding:)``
/// does that where everybody in a group is to be stopped.
struct FreezeForesight {
    private let groups = ControlGroupSet(made: [])

    /// Adds to the notes of a plan who stands still, and what becomes of that.
    func annotate(_ plan: inout ShutdownPlan, _ snapshot: Snapshot) {
        guard !groups.mounts.isEmpty else { return }
        let planned = Set(plan.targets.map(\.identity.pid))
        var answers: [ByteString: String?] = [:]
        for wave in plan.waves.indices {
            for index in plan.waves[wave].indices {
                let identity = plan.waves[wave][index].identity
                guard let process = snapshot.process(identity.pid), process.identity == identity,
                    let lines = process.cgroups?.known
                else { continue }
                for line in lines where answers[line] == nil {
                    answers[line] = .some(note(on: line, planned))
                }
                guard let note = lines.lazy.compactMap({ answers[$0] ?? nil }).first else {
                    continue
                }
                let old = plan.waves[wave][index].note
                // That it waits in the kernel is only how a freeze of version 1 looks.
                let rest = old.map { $0 == "waits in the kernel (D)" ? [] : [$0] } ?? []
                plan.waves[wave][index].note = (rest + [note]).joined(separator: "; ")
            }
        }
    }

    /// What is to be said of those with this line in `/proc/PID/cgroup`.
    private func note(on line: ByteString, _ planned: Set<Int32>) -> String? {
        guard let line = ControlGroupLine(parsing: line), let (mount, way) = groups.place(of: line)
        else { return nil }
        let frozen = (1...way.count).compactMap { length in
            try? ControlGroup(below: mount, Array(way.prefix(length)))
        }.filter { (try? $0.isToldToFreeze()) ?? false }
        guard let outermost = frozen.first, let innermost = frozen.last else {
            let own = try? ControlGroup(below: mount, way)
            guard (try? own?.isFrozen()) ?? false else { return nil }
            return "is frozen with a control group above \(line.path.text) that cannot be seen here"
        }
        let isWhole = (try? outermost.population().pids.isSubset(of: planned)) ?? false
        guard isWhole else {
            return "its control group \(innermost.path) is frozen and others are in it: "
                + "thaw it first (\(innermost.thawCommand))"
        }
        return "its control group \(innermost.path) is frozen and will be thawed"
    }
}

extension ControlGroup {
    /// What a person types to thaw it.
    var thawCommand: String {
        let plain = path.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
                || (0x61...0x7a).contains(byte) || "/._-:@+".utf8.contains(byte)
        }
        let parts = path.split(separator: "'", omittingEmptySubsequences: false)
        let place = plain ? path : "'\(parts.joined(separator: "'\\''"))'"
        return switch mount.hierarchy {
        case .unified: "echo 0 > \(place)/cgroup.freeze"
        case .freezer: "echo THAWED > \(place)/freezer.state"
        }
    }
}
