import Glibc

extension ExplanationReader {
    /// Reads everything about a path: what is there, whether it is stale, and who uses it.
    mutating func account(of typed: ByteString) throws(SystemError) -> FileAccount {
        let place = PathPlace(typed)
        var path = place.resolved
        let named = Self.rules(rules, naming: [place.absolute, place.resolved])
        if let match = named.first { path = match.path }
        var refusal: String?
        var facts = Self.facts(of: path, &refusal)
        var target: ByteString?
        var rule = named.first?.rule
        if facts?.kind == .symbolicLink {
            target = try? linkTarget(of: path, in: AT_FDCWD)
            rule = rule ?? target.flatMap(Self.linkRule)
            // A link that records nothing stands for what it leads to.
            if rule == nil, let end = PathPlace.resolved(path) {
                path = end
                facts = Self.facts(of: path, &refusal)
            }
        }
        var account = FileAccount(path, in: Snapshot(host: HostFacts()))
        account.facts = facts
        account.refusal = refusal
        account.linkTarget = target
        account.rules = named.map(\.rule)
        account.companions = rules.filter { rule in rule.remove.contains { $0.matches(path) } }
        account.describing = rules.filter { rule in
            rule.match.executables.contains { $0.matches(path) }
                || rule.match.directories.contains { path.isBelow($0) }
        }
        account.ruleFlags = ruleFlags
        try judge(&account, by: rule)
        try addUsers(to: &account)
        return account
    }

    /// What is at a path; nothing, or a refusal, where that is the kernel's answer.
    private static func facts(of path: ByteString, _ refusal: inout String?) -> FileFacts? {
        do throws(SystemError) {
            return try FileFacts(of: path)
        } catch {
            if error.code != ENOENT, error.code != ENOTDIR { refusal = reasonText(error.code) }
            return nil
        }
    }

    /// Rules whose instance files a path is one of, in order.
    private static func rules(
        _ rules: [Rule],
        naming paths: [ByteString]
    ) -> [(rule: Rule, path: ByteString)] {
        rules.compactMap { rule in
            guard let instance = rule.instance,
                let path = paths.first(where: { path in
                    instance.files.contains { $0.matches(path) }
                        && !instance.exclude.contains { $0.matches(path) }
                })
            else { return nil }
            return (rule, path)
        }
    }

    // MARK: - Judging

    private mutating func judge(_ account: inout FileAccount, by rule: Rule?) throws(SystemError) {
        guard let facts = account.facts, facts.kind != .directory else {
            account.snapshot = try judged([], by: []).snapshot
            return
        }
        let candidates = rule.map { [$0] } ?? Self.guesses(account.path, facts)
        var reader = try InstanceFileReader()
        for candidate in candidates {
            guard var file = try reader.read(account.path, as: candidate) else { continue }
            // What only looks like an instance file must look like one all the way.
            if rule == nil, !file.isUnderstood, !Self.isPidFile(account.path) {
                account.instance = account.instance ?? file
                continue
            }
            var (snapshot, judgment, finding) = try judged([file], by: [candidate])
            if case .settling(let wait) = judgment?.whole.answer {
                Polling.wait(until: Clock.monotonic() + wait)
                guard let again = try reader.read(account.path, as: candidate) else { continue }
                file = again
                (snapshot, judgment, finding) = try judged([file], by: [candidate])
            }
            account.instance = file
            account.judgment = judgment
            account.finding = finding
            account.snapshot = snapshot
            return
        }
        account.snapshot = try judged([], by: []).snapshot
    }

    private func judged(
        _ files: [InstanceFile],
        by rules: [Rule]
    ) throws(SystemError) -> (
        snapshot: Snapshot, judgment: InstanceFileJudgment?, finding: Finding?
    ) {
        var selection = Selection()
        selection.kinds = [.staleInstance, .staleSocket]
        let request = ScanRequest(selection: selection, rules: rules)
        var scanner = try Scanner(request)
        var result = try scanner.scan(files: files)
        result.snapshot.host.userNames = userNames
        let view = SnapshotView(result.snapshot, rules: rules)
        let judgments = FileDetection(request: request).judgments(in: view)
        return (result.snapshot, judgments.first?.judgment, result.findings.first)
    }

    // MARK: - Guessing

    /// How a file that no rule names may be read, by what it is and what it is called.
    private static func guesses(_ path: ByteString, _ facts: FileFacts) -> [Rule] {
        func rule(_ format: InstanceFormat, pidKey: String? = nil) -> Rule {
            var rule = Rule(id: "(none)", title: "A file that no rule names", source: path.text)
            var instance = InstanceRule()
            instance.format = format
            instance.pidKey = pidKey
            rule.instance = instance
            rule.keep = true
            return rule
        }
        switch facts.kind {
        case .socket: return [rule(.socket)]
        case .regular where facts.permissions & 0o111 == 0:
            let name = path.baseName.text.lowercased()
            let isLock = [".lock", ".lck", "lockfile", ".lk"].contains { name.hasSuffix($0) }
            var list = facts.size <= 64 || isPidFile(path) ? [rule(.pid)] : []
            if name.hasSuffix(".json"), facts.size <= 65_536 {
                list.append(rule(.json, pidKey: "pid"))
            }
            if isLock || name == "lock" { list.append(rule(.lock)) }
            return list
        case .regular, .directory, .symbolicLink, .fifo, .device: return []
        }
    }

    private static func isPidFile(_ path: ByteString) -> Bool {
        path.bytes.suffix(4).elementsEqual(".pid".utf8)
    }

    /// `HOST-PID`, as Chromium's `SingletonLock` has it.
    private static func linkRule(_ target: ByteString) -> Rule? {
        let pattern = "^(?<host>[^/]+)-(?<pid>[0-9]+)$"
        guard (try? InstanceText.matches(of: pattern, in: target.bytes)) != nil else { return nil }
        var rule = Rule(id: "(none)", title: "A link that no rule names", source: target.text)
        var instance = InstanceRule()
        instance.format = .symlink
        instance.pattern = pattern
        rule.instance = instance
        rule.keep = true
        return rule
    }

    // MARK: - Users

    private func addUsers(to account: inout FileAccount) throws(SystemError) {
        let procfs = try Procfs()
        let proc = procfs.directory.raw
        var search = FileUserSearch(account.path, file: account.facts?.identity)
        let processes = account.snapshot.processes.filter { !$0.isKernelThread && !$0.isZombie }
        var hidden: [Int32] = []
        for process in processes where process.pid != getpid() {
            switch search.look(at: process.pid, below: proc) {
            case .value(let uses):
                account.users += uses.map {
                    FileAccount.User(process.identity, process.name, $0.use, source: $0.source)
                }
            case .gone: continue
            case .denied: hidden.append(process.pid)
            }
        }
        account.hiddenUsers = UnseenProcesses(hidden)
        guard let facts = account.facts, facts.kind == .socket else { return }
        let sockets = Self.sockets(boundTo: facts)
        let map = HolderMap.read(
            of: sockets,
            among: processes.map(\.pid),
            procDirectory: proc,
            depth: .descriptors
        )
        let holders = Set(map.holders.values.joined().map(\.pid))
        account.users += processes.filter { holders.contains($0.pid) }.map {
            FileAccount.User($0.identity, $0.name, .socket, source: $0.source("fd"))
        }
    }

    static func sockets(boundTo facts: FileFacts) -> [UInt64] {
        guard let table = try? UnixSocketTable.current(), let mounts = try? MountTable.current()
        else { return [] }
        let device =
            mounts.mount(of: facts).map { DeviceNumber(major: $0.major, minor: $0.minor) }
            ?? DeviceNumber(facts.identity.device)
        return table.sockets(boundTo: facts.identity.inode, of: device)
    }
}

extension InstanceFile {
    /// Whether its contents are what its format asks for, as far as they could be read.
    fileprivate var isUnderstood: Bool {
        switch contents {
        case .malformed, .oversized: false
        case .entries, .unsafe, .denied, .socket: true
        }
    }
}
