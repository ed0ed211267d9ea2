import Glibc

extension ExplanationReader {
    /// How many processes of another network namespace are asked for its sockets before giving up.
    private static let witnesses = 3

    /// Reads everything about a port: sockets, who holds them, and the same in other namespaces.
    mutating func account(of ports: PortSet) throws(SystemError) -> PortAccount {
        var procfs = try Procfs()
        var host = procfs.hostFacts()
        host.userNames = userNames
        let query = SocketQuery(ports: ports, includesPeers: true, includesLingering: true)
        let table = try SocketTable.read(query)
        var account = PortAccount(
            ports,
            own: .init(
                host.namespaces?.network,
                sockets: table.sockets,
                source: table.source.name(for: ports.members.first?.transport ?? .tcp)
            ),
            on: host
        )
        account.notes = table.notes + procfs.limits(for: host)
        let records = try Self.listing(&procfs)
        addNamespaces(to: &account, records, query, &procfs)
        addHolders(to: &account, records, procfs)
        try addAccounts(to: &account)
        if !account.accounts.isEmpty { account.plan = try plan(for: ports) }
        return account
    }

    /// What `clean --ports` would do.
    private func plan(for ports: PortSet) throws(SystemError) -> ShutdownPlan {
        var selection = Selection()
        selection.ports = ports
        var scanner = try Scanner(ScanRequest(selection: selection, rules: rules))
        var result = try scanner.scan()
        var options = PlanningOptions()
        options.isSelected = true
        return scanner.plan(for: &result, options: options)
    }

    private static func listing(
        _ procfs: inout Procfs
    ) throws(SystemError) -> [ProcessRecord] {
        var records: [ProcessRecord] = []
        for pid in try procfs.pids() {
            _ = procfs.appendRecord(of: ProcessPlace(pid: pid), to: &records)
        }
        return records
    }

    /// Asks one process of each other namespace; proc_pid_net(5).
    private func addNamespaces(
        to account: inout PortAccount,
        _ records: [ProcessRecord],
        _ query: SocketQuery,
        _ procfs: inout Procfs
    ) {
        var members: [UInt64: [ProcessRecord]] = [:]
        var hidden: [Int32] = []
        for record in records where !record.isKernelThread && !record.isZombie {
            switch procfs.networkNamespace(of: record.pid) {
            case .value(let namespace):
                guard namespace != account.own.namespace else { continue }
                members[namespace, default: []].append(record)
            case .gone: continue
            case .denied: hidden.append(record.pid)
            }
        }
        account.hiddenNamespaces = UnseenProcesses(hidden)
        for (namespace, processes) in members.sorted(by: { $0.key < $1.key }) {
            for witness in processes.prefix(Self.witnesses) {
                // One that ended, or moved, is no witness.
                guard let table = try? SocketTable.read(query, namespaceOf: witness.pid),
                    procfs.networkNamespace(of: witness.pid) == .value(namespace)
                else { continue }
                account.others.append(
                    PortAccount.Place(
                        namespace,
                        witness: witness.identity,
                        sockets: table.sockets,
                        source: table.source.name(for: .tcp)
                    )
                )
                break
            }
        }
    }

    private func addHolders(
        to account: inout PortAccount,
        _ records: [ProcessRecord],
        _ procfs: borrowing Procfs
    ) {
        let map = HolderMap.read(
            of: account.wantedInodes,
            among: records.lazy.filter { !$0.isKernelThread }.map(\.pid),
            procDirectory: procfs.directory.raw,
            depth: .hiddenEverywhere
        )
        account.holders = map.holders
        account.refusals = UnseenProcesses(map.refusals.map(\.pid))
    }

    private mutating func addAccounts(to account: inout PortAccount) throws(SystemError) {
        let pids = Set(account.holders.values.joined().map(\.pid)).sorted()
        for pid in pids.prefix(Self.limit) {
            guard let one = try self.account(of: PidCondition(pid: pid)) else { continue }
            account.accounts.append(one)
        }
    }
}
