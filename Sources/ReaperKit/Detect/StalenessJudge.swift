/// Judges instance files, each entry by the same questions in the same order.
///
/// The first answer wins, and the order matters: what another host, another boot or a lock says is
/// worth more than a number that the kernel hands out again.
public struct StalenessJudge {
    /// A file younger than this may belong to an instance that is just starting.
    public static let settlingTime = Duration.seconds(2)
    /// How much later than its file a process may seem to start: start times count in ticks, and
    /// both are rounded.
    static let clockTolerance = Duration.seconds(2)

    /// What the scan saw; `status` must have been read where nested pid namespaces matter.
    public var snapshot: Snapshot
    /// The rule that names the files.
    public var rule: Rule
    /// Asks the rule's `match` about a process.
    public var matches: (ProcessRecord) -> RecordedAnswer

    /// Creates a judge for the files of one rule.
    public init(
        snapshot: Snapshot,
        rule: Rule,
        matches: @escaping (ProcessRecord) -> RecordedAnswer
    ) {
        self.snapshot = snapshot
        self.rule = rule
        self.matches = matches
    }

    /// Judges a file: it is stale only if each of its entries is.
    public func judge(_ file: InstanceFile) -> InstanceFileJudgment {
        var trail = Trail(source: file.path.text)
        switch file.contents {
        case .unsafe(let reason):
            return InstanceFileJudgment(
                whole: trail.end(.report, "it is not safe to open: \(reason)")
            )
        case .malformed(let reason):
            return InstanceFileJudgment(whole: trail.end(.report, "it is malformed: \(reason)"))
        case .oversized(let bytes, let limit):
            return InstanceFileJudgment(
                whole: trail.end(
                    .report,
                    "it is too big to be read: it holds \(bytes) bytes, more than the \(limit) that"
                        + " are read of such a file"
                )
            )
        case .denied(let code):
            let reason = SystemError(call: "", subject: "", code: code).reason
            return InstanceFileJudgment(whole: trail.end(.report, "it cannot be read: \(reason)"))
        case .socket(let liveness):
            return InstanceFileJudgment(whole: settle(judge(liveness, of: file), file))
        case .entries(let entries):
            let judgments = entries.map { judge($0, of: file) }
            return InstanceFileJudgment(
                whole: combine(judgments, entries, source: file.path.text),
                entries: judgments
            )
        }
    }

    /// Judges one entry of a file that could be read.
    public func judge(_ entry: InstanceEntry, of file: InstanceFile) -> StalenessJudgment {
        settle(unsettled(entry, of: file), file)
    }

    /// Says who the process of an entry is, whoever else holds a lock on the file.
    ///
    /// - Returns: ``StalenessJudgment/Answer/keep`` with the process if the entry was written about
    ///   it, as far as can be said.
    func identify(_ entry: InstanceEntry, of file: InstanceFile) -> StalenessJudgment {
        unsettled(entry, of: file, heedsLock: false)
    }

    private func unsettled(
        _ entry: InstanceEntry,
        of file: InstanceFile,
        heedsLock: Bool = true
    ) -> StalenessJudgment {
        var trail = Trail(source: file.path.text)
        if let flaw = entry.flaw { return trail.end(.report, "it is malformed: \(flaw)") }
        if let answer = judgePlace(entry, of: file, &trail) { return answer }
        if let answer = judgeLock(file, &trail), heedsLock { return answer }
        guard let pid = entry.pid else {
            return trail.end(.report, "it names no process and its lock cannot be asked")
        }
        if let answer = judgeNamespace(pid, entry, &trail) { return answer }
        trail.question = .existence
        if entry.liveness == .gone {
            return trail.end(
                .stale,
                "process \(pid) does not exist",
                source: "pidfd_open(\(pid))",
                value: "ESRCH"
            )
        }
        guard let process = snapshot.process(pid) else {
            guard entry.liveness == .alive else {
                return trail.end(
                    .report,
                    "whether process \(pid) exists could not be learned",
                    source: "pidfd_open(\(pid))"
                )
            }
            return trail.end(
                .keep,
                "number \(pid) is in use, but the view is limited: /proc does not show who has it",
                source: "pidfd_open(\(pid))"
            )
        }
        if process.isZombie { return judgeZombie(process, &trail) }
        return judgeIdentity(process, entry, file, &trail)
    }

    /// Another host, a shared file system, another boot.
    private func judgePlace(
        _ entry: InstanceEntry,
        of file: InstanceFile,
        _ trail: inout Trail
    ) -> StalenessJudgment? {
        trail.question = .host
        if let host = entry.host {
            if !HostName.isSame(host, snapshot.host.name) {
                return trail.end(.keep, "it was written on another host", value: host)
            }
            trail.note("it was written on this host", value: host)
        }
        if file.isOnNetworkFileSystem {
            return trail.end(
                .keep,
                "its file system is shared with other hosts",
                source: "/proc/self/mountinfo"
            )
        }
        trail.question = .boot
        if let boot = entry.bootID, !snapshot.host.bootID.isEmpty {
            if !HostName.isSameBoot(boot, snapshot.host.bootID) {
                return trail.end(.stale, "it was written in another boot", value: boot)
            }
            trail.note("it was written in this boot", value: boot)
        }
        return nil
    }

    private func judgeLock(_ file: InstanceFile, _ trail: inout Trail) -> StalenessJudgment? {
        trail.question = .lock
        let source = "flock(2) and fcntl(2) on \(file.path.text)"
        switch file.lock {
        case .held(let kind):
            return trail.end(.keep, "somebody holds a lock on it", source: source, value: kind)
        case .free where file.format == .lock:
            return trail.end(.stale, "nobody holds a lock on it", source: source)
        case .free:
            if file.format != .symlink { trail.note("nobody holds a lock on it", source: source) }
        case .unknown(let code):
            let reason = SystemError(call: "", subject: "", code: code).reason
            trail.note("whether it is locked could not be learned", source: source, value: reason)
        }
        return nil
    }

    /// A number counts in the pid namespace that it was written in.
    private func judgeNamespace(
        _ pid: Int32,
        _ entry: InstanceEntry,
        _ trail: inout Trail
    ) -> StalenessJudgment? {
        trail.question = .namespace
        let own = snapshot.host.namespaces?.pid
        if let recorded = entry.pidNamespace, recorded != own {
            guard let process = nested(pid, in: recorded) else {
                if isOver(recorded) {
                    return trail.end(
                        .stale,
                        "its pid namespace is gone: no process is in it",
                        source: "/proc/PID/ns/pid",
                        value: "\(recorded)"
                    )
                }
                return trail.end(.keep, "its pid namespace is not ours", value: "\(recorded)")
            }
            return trail.end(
                .keep,
                "its process is alive in pid namespace \(recorded)",
                source: "/proc/\(process.pid)/status",
                value: "\(process.identity)",
                process: process.identity
            )
        }
        // A record of ours needs no guess; otherwise the writer may have counted in a container.
        guard entry.pidNamespace == nil, let process = nested(pid, in: nil) else { return nil }
        let numbers = process.status?.known?.namespacePids ?? []
        return trail.end(
            .keep,
            "number \(pid) belongs to process \(process.pid) in a nested pid namespace",
            source: "/proc/\(process.pid)/status",
            value: "NSpid: " + numbers.map { "\($0)" }.joined(separator: " "),
            process: process.identity
        )
    }

    /// Whether it is certain that no process is in this pid namespace.
    ///
    /// Only the first one of all contains every other; namespaces(7), and PROC_PID_INIT_INO of
    /// `include/linux/proc_ns.h` in the kernel.
    private func isOver(_ namespace: UInt64) -> Bool {
        guard snapshot.host.namespaces?.pid == 0xEFFF_FFFC, snapshot.unreadable.notes.isEmpty,
            namespace != 0xEFFF_FFFC
        else { return false }
        return snapshot.processes.allSatisfy { process in
            if process.isKernelThread || process.isZombie { return true }
            // A single number: it lives in ours. Everybody may read that.
            if process.status?.known?.namespacePids.count == 1 { return true }
            switch process.namespaces {
            case .value(let its): return its.pid != namespace
            // Who has ended since is in none.
            case .gone: return true
            case .denied, nil: return false
            }
        }
    }

    /// The process that calls itself `pid` in a pid namespace below ours and may be the rule's.
    private func nested(_ pid: Int32, in namespace: UInt64?) -> ProcessRecord? {
        snapshot.processes.first { process in
            guard let numbers = process.status?.known?.namespacePids, numbers.count > 1,
                numbers.last == pid, !process.isZombie
            else { return false }
            if let namespace { return process.namespaces?.known?.pid == namespace }
            return rule.match.isEmpty || matches(process) != .fails
        }
    }

    private func judgeZombie(
        _ process: ProcessRecord,
        _ trail: inout Trail
    ) -> StalenessJudgment {
        trail.question = .unreaped
        let parent = snapshot.process(process.parent)
        let name = parent.map { "\(process.parent) (\($0.name.text))" } ?? "\(process.parent)"
        var judgment = trail.end(
            .stale,
            "process \(process.pid) has exited and its parent \(name) has not waited for it",
            source: "/proc/\(process.pid)/stat",
            value: String(decoding: [process.state], as: UTF8.self),
            process: parent?.identity
        )
        judgment.isZombie = true
        return judgment
    }

    private func judge(_ liveness: SocketLiveness, of file: InstanceFile) -> StalenessJudgment {
        var trail = Trail(source: file.path.text)
        if let answer = judgePlace(InstanceEntry(pid: nil), of: file, &trail) { return answer }
        trail.question = .listener
        switch liveness {
        case .bound:
            return trail.end(.keep, "a socket is bound to it", source: "sock_diag(7), connect(2)")
        case .unbound:
            return trail.end(
                .stale,
                "no socket is bound to it",
                source: "sock_diag(7), connect(2)",
                value: "ECONNREFUSED"
            )
        case .unknown(let reason):
            return trail.end(
                .report,
                "whether a socket is bound to it could not be learned: \(reason)"
            )
        }
    }

    /// Turns what is dead but very young into "look again".
    private func settle(_ judgment: StalenessJudgment, _ file: InstanceFile) -> StalenessJudgment {
        guard judgment.isDead else { return judgment }
        // A rename into place changes only the second; a time in the future says nothing.
        let age = [file.modified, file.file.changed]
            .map { snapshot.host.wallClock - $0 }
            .filter { $0 > .zero - StalenessJudge.settlingTime }
            .min()
        guard let age, age < StalenessJudge.settlingTime else { return judgment }
        var settling = judgment
        settling.answer = .settling(StalenessJudge.settlingTime - age)
        settling.evidence.append(
            Evidence(
                "it is younger than \(StalenessJudge.settlingTime.milliseconds / 1000) s",
                source: "statx(\(file.path.text))",
                value: ByteString("\(max(age.milliseconds, 0)) ms")
            )
        )
        settling.questions.append(.settling)
        return settling
    }
}
