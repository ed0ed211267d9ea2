/// The facts for and against a process being an orphan of one rule.
struct OrphanEvidence {
    /// How much a class of facts proves.
    enum Weight: Comparable {
        case none, weak, strong
    }

    /// Facts that say it belongs to what the rule is about.
    var ownership: [Evidence] = []
    var ownershipWeight = Weight.none
    /// Facts that say nobody looks after it any more.
    var abandonment: [Evidence] = []
    var abandonmentWeight = Weight.none
    /// Why nothing may be done, whatever the rest says; with any it is not a finding at all.
    var vetoes: [Evidence] = []
    /// Facts that were refused: unknown is not evidence.
    var unknown: [HiddenFact] = []
    /// Why whoever looks after it may be where nobody here can see them.
    var doubts: [Evidence] = []
    /// The systemd service it runs in, which the rule does not name.
    var unit: String?
    /// Whether more than the path of its program says whose it is: a variable, or a record.
    var isMarked = false

    mutating func owned(_ weight: Weight, _ evidence: Evidence) {
        ownership.append(evidence)
        ownershipWeight = max(ownershipWeight, weight)
    }

    mutating func abandoned(_ weight: Weight, _ evidence: Evidence) {
        abandonment.append(evidence)
        abandonmentWeight = max(abandonmentWeight, weight)
    }

    mutating func forbid(_ reason: String, _ source: String) {
        vetoes.append(Evidence(reason, source: source))
    }

    /// It takes at least one fact of each class and no veto; what is weak makes it probable.
    var verdict: Verdict {
        guard unknown.isEmpty, doubts.isEmpty, ownershipWeight > .none, abandonmentWeight > .none
        else {
            return .suspect
        }
        guard ownershipWeight == .strong, abandonmentWeight == .strong, unit == nil else {
            return .probable
        }
        return .confirmed
    }
}

extension OrphanEvidence {
    /// Collects what says that `process` belongs to what `rule` is about.
    ///
    /// Name, argument 0, working directory, open files and a port alone are never ownership: anybody
    /// can have them.
    mutating func collectOwnership(_ process: ProcessRecord, _ rule: Rule, in view: SnapshotView) {
        if let link = process.executable?.known, rule.match.names(link.path) {
            // In another mount namespace the path may be another file: the string proves little.
            owned(
                process.isInOtherMounts(than: view.snapshot.host) ? .weak : .strong,
                Evidence(
                    "its executable lies where \(rule.id) says",
                    source: process.source("exe"),
                    value: link.path
                )
            )
        }
        if let status = process.status?.known, let entries = process.environment?.known,
            let condition = rule.match.environment.first(where: { condition in
                !condition.isOrdinary && entries.contains { condition.matches($0) }
            })
        {
            // A program that changed users got its environment from somebody else; another user's
            // environment says what that user wants it to say; and root's processes must not be
            // condemned by a variable that a user passed to them.
            let isOwn = status.realUser == status.effectiveUser
            let isCallers = status.realUser == view.snapshot.host.effectiveUser
            let isRoots = status.realUser == 0
            if isOwn {
                isMarked = true
                owned(
                    !isCallers || isRoots && rule.owner == nil ? .weak : .strong,
                    Evidence(
                        "it was started with \(condition.name.text) in its environment",
                        source: process.source("environ")
                    )
                )
            }
        }
        for file in view.snapshot.instanceFiles where file.rule.isSameSystem(as: rule.id) {
            guard case .entries(let entries) = file.contents,
                let record = file.record(of: process, among: entries, in: view.snapshot),
                file.mayActOn(process) == .granted
            else { continue }
            isMarked = true
            owned(
                record == .identity ? .strong : .weak,
                Evidence(
                    record.fact,
                    source: file.path.text,
                    value: ByteString("\(record.pid(of: process))")
                )
            )
        }
    }

    /// Collects what says that nobody looks after `process` any more.
    mutating func collectAbandonment(
        _ process: ProcessRecord,
        _ rule: Rule,
        in view: SnapshotView
    ) {
        let parent = view.parent(of: process)
        if process.parent == 1 {
            let name = parent.map { " (\($0.name.text))" } ?? ""
            abandoned(
                .strong,
                Evidence(
                    "whoever started it is gone: PID 1\(name) adopted it",
                    source: process.source("stat"),
                    value: "1"
                )
            )
        } else if let parent, parent.identity.startTime > process.identity.startTime {
            abandoned(
                .strong,
                Evidence(
                    "its parent \(parent.label) started after it: it was adopted",
                    source: process.source("stat"),
                    value: ByteString("\(parent.pid)")
                )
            )
        } else if let parent, parent.isKnownAdopter {
            // Anybody can have such a name, and a shim starts its main process itself: it counts
            // in full only where an owner is named, and missing.
            abandoned(
                rule.owner == nil ? .weak : .strong,
                Evidence(
                    "whoever started it is gone: \(parent.label) adopted it",
                    source: process.source("stat"),
                    value: ByteString("\(parent.pid)")
                )
            )
        }
        if let parent, parent.session != process.session, process.session != process.pid,
            leaderIsGone(process, in: view)
        {
            abandoned(
                .strong,
                Evidence(
                    "the leader of its session is gone",
                    source: process.source("stat"),
                    value: ByteString("\(process.session)")
                )
            )
        }
        if process.executable?.known?.isDeleted == true {
            abandoned(
                .weak,
                Evidence("its executable was deleted", source: process.source("exe"))
            )
        }
    }

    private func leaderIsGone(_ process: ProcessRecord, in view: SnapshotView) -> Bool {
        guard process.session > 0 else { return false }
        guard let leader = view.snapshot.process(process.session) else {
            // With a limited view of /proc absence proves nothing.
            let unreadable = view.snapshot.unreadable
            return unreadable.notes.isEmpty && !unreadable.processes.contains(process.session)
        }
        return leader.isZombie || leader.session != process.session
    }

    /// Finds the mark of a reaper that counts in another pid namespace: from here it cannot be seen,
    /// however alive it is, and an ancestor outside is no parent here.
    mutating func collectDoubts(_ process: ProcessRecord, _ rule: Rule, in view: SnapshotView) {
        let variable = ByteString(CommandRun.variable)
        guard rule.match.environment.contains(where: { $0.name == variable }),
            let own = view.snapshot.host.namespaces?.pid
        else { return }
        let prefix = variable.bytes + [UInt8(ascii: "=")]
        for entry in process.environment?.known ?? [] where entry.bytes.starts(with: prefix) {
            let tag = ByteString(entry.bytes.dropFirst(prefix.count))
            guard let namespace = RunTag.namespace(of: tag), namespace != own else { continue }
            doubts.append(
                Evidence(
                    "the reaper that started it is in another pid namespace, and may be alive",
                    source: process.source("environ"),
                    value: ByteString("\(namespace)")
                )
            )
        }
    }

    /// Finds what forbids any action on `process` because of `rule`.
    mutating func collectVetoes(_ process: ProcessRecord, _ rule: Rule, in view: SnapshotView) {
        if view.isOwnChain(process.identity) || process.pid == 1 || process.isKernelThread {
            forbid(
                "reaper, its ancestors, PID 1 and kernel threads are never orphans",
                process.source("stat")
            )
        }
        if process.isKept {
            forbid(
                "REAPER_KEEP=1 in its environment asks to be left alone",
                process.source("environ")
            )
        }
        if rule.unrecorded, let path = view.snapshot.recordPath(of: process, inSystemOf: rule) {
            forbid("an instance file records it, so it is known", path)
        }
        if !rule.containers {
            if process.isInOtherPids(than: view.snapshot.host) {
                forbid("it lives in another pid namespace", process.source("ns/pid"))
            }
            if process.isInOtherMounts(than: view.snapshot.host) {
                forbid(
                    "it lives in another mount namespace, where its path is another file",
                    process.source("ns/mnt")
                )
            }
        }
        // Reaper's own service, such as a CI runner's, is no stranger's.
        let own = view.snapshot.host.servicePath
        unit =
            process.cgroups?.known?.first { line in
                guard let path = line.servicePath, path != own else { return false }
                return !rule.units.contains { $0.matches(path.baseName) }
            }?.serviceUnit
    }
}

extension OrphanEvidence {
    /// The service that looks after a process of which a rule only tells, and knows no more than a
    /// program that anybody may run: PID 1 is its parent because it started it.
    func keeper(by rule: Rule) -> String? {
        guard rule.stop == nil, rule.owner == nil, rule.severity == .info, !isMarked else {
            return nil
        }
        return unit
    }
}

extension ProcessRecord {
    /// Programs that adopt orphans on purpose, PR_SET_CHILD_SUBREAPER or init; nothing in `/proc`
    /// shows the flag itself.
    fileprivate static let adopters: Set<ByteString> = [
        "systemd", "init", "tini", "dumb-init", "docker-init", "catatonit", "conmon",
        "containerd-shim", "containerd-shim-runc-v2", "containerd-shim-", "s6-svscan", "runsvdir",
    ]

    var isKnownAdopter: Bool { Self.adopters.contains(name) }

    /// Whether it lives in another pid namespace than reaper, as far as either fact tells.
    func isInOtherPids(than host: HostFacts) -> Bool {
        if let status = status?.known, status.namespacePids.count > 1 { return true }
        guard let own = host.namespaces, let its = namespaces?.known else { return false }
        return its.pid != own.pid
    }

    /// Whether it lives in another mount namespace than reaper and its path is another file there.
    func isInOtherMounts(than host: HostFacts) -> Bool {
        guard let own = host.namespaces, let its = namespaces?.known else { return false }
        return its.mount != own.mount && !its.sharesExecutable
    }
}

extension EnvironmentCondition {
    /// Variables that every process of a login has: they say whose it is, and mark nothing.
    private static let ordinary: Set<ByteString> = [
        "HOME", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "TERM", "TMPDIR", "USER",
    ]

    /// Whether having the variable says nothing of what a process belongs to.
    fileprivate var isOrdinary: Bool { Self.ordinary.contains(name) }
}

extension ProcessPattern {
    /// Whether the pattern names this executable by its path.
    fileprivate func names(_ executable: ByteString) -> Bool {
        executables.contains { $0.matches(executable) }
            || directories.contains { executable.isBelow($0) }
    }
}

extension Snapshot {
    /// The first file of the rule's system that records this very process; `nil` for none.
    ///
    /// That it is known has nobody signalled, so the word of its own user or root's is enough.
    fileprivate func recordPath(of process: ProcessRecord, inSystemOf rule: Rule) -> String? {
        instanceFiles.first { file in
            guard file.rule.isSameSystem(as: rule.id), case .entries(let entries) = file.contents,
                file.owner == 0 || file.owner == process.status?.known?.realUser
            else { return false }
            switch file.record(of: process, among: entries, in: self) {
            case .identity, .number: return true
            case .session, .processGroup, nil: return false
            }
        }?.path.text
    }
}

extension String {
    /// Whether two rule ids `system.rule` come from one file.
    fileprivate func isSameSystem(as other: String) -> Bool {
        prefix { $0 != "." } == other.prefix { $0 != "." }
    }
}
