/// Every instance that the rules know in one snapshot: from files, and from environments.
///
/// A function of values: what it needs beyond `stat` must have been read, see
/// ``Scanner/instances(files:)``.
public struct InstanceCatalog {
    let view: SnapshotView
    private let rules: [Rule]
    private let users: [UInt32]
    private let answer: (Rule, ProcessRecord) -> RecordedAnswer

    /// Prepares to judge the files and processes of a snapshot by the rules of a request.
    public init(_ snapshot: Snapshot, _ request: ScanRequest) {
        let view = SnapshotView(snapshot, rules: request.rules)
        self.view = view
        rules = request.rules
        users = request.instances?.scope.users ?? []
        answer = FileDetection(request: request).detector(in: view).matches
    }

    /// The instances by system, name and file.
    public func instances() -> [Instance] {
        joined(fromFiles(), fromEnvironments()).map { standing($0) }.sorted { left, right in
            (left.system, left.id, left.alias ?? "", left.file?.text ?? "")
                < (right.system, right.id, right.alias ?? "", right.file?.text ?? "")
        }
    }

    /// Notes who of an instance stands still, as far as that is seen from outside.
    private func standing(_ instance: Instance) -> Instance {
        var instance = instance
        for identity in instance.processes {
            guard let process = record(identity), !process.isZombie else { continue }
            instance.standstills[identity] = Standstill(of: process)
        }
        return instance
    }

    // MARK: - Files

    private func fromFiles() -> [Instance] {
        let known = Dictionary(rules.map { ($0.id, $0) }) { first, _ in first }
        return view.snapshot.instanceFiles.flatMap { file -> [Instance] in
            guard let rule = known[file.rule] else { return [] }
            let judge = StalenessJudge(snapshot: view.snapshot, rule: rule) { answer(rule, $0) }
            guard case .entries(let entries) = file.contents else {
                return [whole(file, judge.judge(file).whole)]
            }
            return distinct(entries).map { instance($0, file, rule, judge) }
        }
    }

    /// The entries, one for each name and number: some systems write each twice, only once with
    /// what proves the identity.
    private func distinct(_ entries: [InstanceEntry]) -> [InstanceEntry] {
        var distinct: [InstanceEntry] = []
        for entry in entries {
            let twin = distinct.firstIndex { $0.id == entry.id && $0.pid == entry.pid }
            guard let twin, entry.id != nil else {
                distinct.append(entry)
                continue
            }
            if distinct[twin].startTicks == nil { distinct[twin] = entry }
        }
        return distinct
    }

    /// A file that names no process: a socket, or what could not be understood.
    private func whole(_ file: InstanceFile, _ judgment: StalenessJudgment) -> Instance {
        var state = InstanceState(judgment)
        if case .socket(.bound) = file.contents, judgment.answer == .keep { state = .running }
        return instance(of: file, named: nil, state, judgment)
    }

    private func instance(
        _ entry: InstanceEntry,
        _ file: InstanceFile,
        _ rule: Rule,
        _ judge: StalenessJudge
    ) -> Instance {
        var judgment = judge.judge(entry, of: file)
        var state = InstanceState(judgment)
        var process: ProcessRecord?
        if judgment.answer == .keep {
            let isLocked = if case .held = file.lock { true } else { false }
            let named = judge.identify(entry, of: file)
            process = named.answer == .keep ? record(named.process) : nil
            if let process {
                judgment = named
                state = self.state(of: process)
            } else if isLocked, entry.pid == nil {
                state = .running
            } else if isLocked {
                judgment.reason += "; it is not known who: \(named.reason)"
            }
        } else if judgment.isZombie {
            process = entry.pid.flatMap { view.snapshot.process($0) }
        }
        var instance = instance(of: file, named: entry, state, judgment)
        instance.pid = entry.pid
        instance.process = process?.identity
        instance.isProven = process.map { isProven($0, entry, rule) } ?? false
        if let process, case .refused(let reason) = file.mayActOn(process, for: user) {
            instance.distrust = reason
        }
        instance.remnants = view.snapshot.remnants(of: entry, judgment, in: file)
        if let count = instance.remnants.isEmpty ? nil : instance.remnants.count {
            instance.reason +=
                ", but \(counted(count, "process", "processes")) of its session or group "
                + (count == 1 ? "runs" : "run")
        }
        return instance
    }

    private func instance(
        of file: InstanceFile,
        named entry: InstanceEntry?,
        _ state: InstanceState,
        _ judgment: StalenessJudgment
    ) -> Instance {
        let id = entry?.id.flatMap { $0.isEmpty ? nil : $0 } ?? file.path.stem
        var instance = Instance(rule: file.rule, id: id, state: state, reason: judgment.reason)
        instance.alias = entry?.alias.flatMap { $0.isEmpty ? nil : $0 }
        instance.file = file.path
        instance.isSocket = file.format == .socket
        instance.evidence = judgment.evidence
        instance.isCertain = !state.isOver || judgment.certainty == .confirmed
        if instance.isUndeciphered, !file.isBelieved(by: user) {
            instance.distrust =
                "\(file.path.text) may be anybody's: "
                + (file.isWritableByOthers
                    ? "users other than its owner can write or replace it"
                    : "it belongs to user \(file.owner)")
        }
        return instance
    }

    /// Whether more than a number says that the process is the recorded one.
    private func isProven(
        _ process: ProcessRecord,
        _ entry: InstanceEntry,
        _ rule: Rule
    ) -> Bool {
        guard !process.isZombie else { return false }
        if let recorded = entry.pidfdInode, recorded == process.pidfdInode { return true }
        if !rule.match.isEmpty { return answer(rule, process) == .holds }
        return entry.startTicks == process.identity.startTime
    }

    /// Who would act on what files say.
    private var user: UInt32 { view.snapshot.host.effectiveUser }

    func record(_ identity: ProcessIdentity?) -> ProcessRecord? {
        identity.flatMap { view.snapshot.process($0.pid) }.flatMap {
            $0.identity == identity ? $0 : nil
        }
    }

    /// Whether reaper may signal it: whoever has not root's rights may signal its own, kill(2).
    private func state(of process: ProcessRecord) -> InstanceState {
        let own = view.snapshot.host.effectiveUser
        guard own != 0 else { return .running }
        guard let user = process.status?.known?.realUser else { return .unknown }
        return user == own ? .running : .foreign
    }

    // MARK: - Environments

    /// One instance per name in a system, whichever of its rules know its processes.
    private func fromEnvironments() -> [Instance] {
        var instances: [InstanceKey: Instance] = [:]
        let marking = rules.compactMap { MarkingRule($0, of: users) }
        let readers = marking.map { InstanceMarkReader($0.rule) }
        for process in view.snapshot.processes {
            guard let entries = process.environment?.known, !process.isZombie,
                process.identity != view.snapshot.host.ownChain.first
            else { continue }
            var nameless: Rule?
            var isNamed = false
            for (marking, reader) in zip(marking, readers) {
                guard let reader, reader.isMarked(entries),
                    marking.pattern.evaluate(process, in: view.context) == .holds
                else { continue }
                guard let mark = reader.mark(in: entries) else {
                    nameless = nameless ?? marking.rule
                    continue
                }
                add(process, mark, of: marking.rule, to: &instances)
                isNamed = true
                break
            }
            // It runs, and a scan finds it when its owner is gone: it must not be missing here.
            if !isNamed, let nameless { add(process, .nameless, of: nameless, to: &instances) }
        }
        return instances.values.map { settled($0) }
    }

    private func add(
        _ process: ProcessRecord,
        _ mark: InstanceMark,
        of rule: Rule,
        to instances: inout [InstanceKey: Instance]
    ) {
        let key = InstanceKey(system: rule.system, id: mark.id)
        var instance =
            instances[key]
            ?? Instance(rule: rule.id, id: mark.id, state: .running, reason: "")
        // Which of its rules names it must not depend on the order of numbers.
        instance.rule = rules.first { [instance.rule, rule.id].contains($0.id) }?.id ?? rule.id
        instance.alias = instance.alias ?? mark.alias
        instance.members.append(
            InstanceMember(
                identity: process.identity,
                node: mark.node,
                name: process.name,
                rule: rule.id
            )
        )
        instances[key] = instance
    }

    /// Says how an instance is whose members are all known.
    private func settled(_ instance: Instance) -> Instance {
        var instance = instance
        for index in instance.members.indices {
            let member = instance.members[index]
            guard let process = record(member.identity) else { continue }
            instance.members[index].isInherited = instance.members.contains {
                $0.identity.pid == process.parent && $0.node == member.node
            }
        }
        let records = instance.members.compactMap { record($0.identity) }
        let states = records.map { state(of: $0) }
        instance.state = states.contains(.running) ? .running : states.first ?? .unknown
        instance.isProven = true
        let heads = instance.members.filter { !$0.isInherited }
        var mark = "its mark"
        if instance.id == InstanceMark.nameless.id {
            // Which instances these are, and of how many, is not known.
            instance.state = .unknown
            instance.isProven = false
            mark = "a mark that names no instance"
        }
        instance.reason =
            heads.count == 1
            ? "process \(heads[0].identity.pid) carries \(mark)"
            : "\(heads.count) processes carry \(mark)"
        instance.evidence = heads.map { member in
            Evidence(
                "process \(member.identity.pid) carries \(mark)",
                source: "/proc/\(member.identity.pid)/environ",
                value: rules.first { $0.id == member.rule }?.instance?.environment.map {
                    ByteString($0)
                }
            )
        }
        if instance.members.count == 1 { instance.pid = instance.members[0].identity.pid }
        return instance
    }
}

extension InstanceState {
    /// What a judgment alone says; who a live process is decides the rest.
    init(_ judgment: StalenessJudgment) {
        switch judgment.answer {
        case _ where judgment.isZombie: self = .zombie
        case .stale: self = .stale
        case .recycled: self = .recycled
        case .settling: self = .starting
        case .keep, .report: self = .unknown
        }
    }
}

extension ByteString {
    /// The base name without what follows its last dot, such as `nginx` of `/run/nginx.pid`.
    public var stem: String {
        let name = baseName.text
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
        return String(name[..<dot])
    }
}
