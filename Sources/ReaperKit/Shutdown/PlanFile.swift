/// A plan that an earlier `clean --dry-run --json` wrote, to be executed exactly.
public struct PlanFile: Sendable {
    /// What it says; it does not follow members that appear later.
    public var plan: ShutdownPlan
    /// The boot in which it was made: numbers mean nothing in another one.
    public var bootID: String?
    /// The pid namespace in which it was made.
    public var pidNamespace: UInt64?

    /// Reads a JSON report that holds a plan.
    ///
    /// - Throws: The place of the first value that is missing or not what a plan has there.
    public init(parsing bytes: [UInt8]) throws(JSONError) {
        let report = try JSON5Reader.read(bytes, as: .json)
        guard report["schema"]?.string == "reaper.report/1" else {
            throw JSONError(
                "expected a report of 'reaper clean --dry-run --json', with schema reaper.report/1",
                at: report.position
            )
        }
        guard let value = report["plan"] else {
            throw JSONError(
                "this report has no plan: make one with 'reaper clean --dry-run --json'",
                at: report.position
            )
        }
        bootID = report["host"]?["boot_id"]?.string
        pidNamespace = report["host"]?["pid_namespace"]?.integer.map { UInt64(clamping: $0) }
        plan = ShutdownPlan()
        plan.follows = false
        plan.waves = try value.list("waves").map { (wave) throws(JSONError) in
            guard let targets = wave.array else { throw wave.isNot("a list of targets") }
            return try targets.map { (target) throws(JSONError) in try target.target() }
        }
        plan.removals = try value.list("remove").map { (removal) throws(JSONError) in
            try removal.removal()
        }
        plan.zombies = try value.list("zombies").map { (zombie) throws(JSONError) in
            ZombieTarget(
                identity: try zombie.identity("identity"),
                parent: try zombie.identity("parent"),
                isParentStopped: zombie["parent_is_stopped"]?.kind == .bool(true)
            )
        }
        var members: [PortSet.Member] = []
        for port in try value.list("ports") {
            do throws(ValueError) {
                members += try PortSet(parsing: port.string ?? "", services: ServiceNames()).members
            } catch {
                throw JSONError(error.description, at: port.position)
            }
        }
        if !members.isEmpty { plan.ports = PortSet(members: members) }
    }

    /// Why the plan cannot be executed on this machine now; `nil` when it can.
    public func objection(on host: HostFacts) -> String? {
        guard let bootID else { return "it does not say in which boot it was made" }
        guard bootID == host.bootID else {
            return "it was made in another boot, or on another machine: its numbers mean others now"
        }
        guard let pidNamespace, let own = host.namespaces else {
            return "it does not say in which pid namespace it was made"
        }
        guard pidNamespace == own.pid else { return "it was made in another pid namespace" }
        return nil
    }
}

extension JSONValue {
    fileprivate func isNot(_ expected: String) -> JSONError {
        JSONError("expected \(expected), found \(kindName)", at: position)
    }

    /// The elements of a member; a missing one has none.
    fileprivate func list(_ name: String) throws(JSONError) -> [JSONValue] {
        guard let value = self[name] else { return [] }
        guard let elements = value.array else { throw value.isNot("an array for \(name)") }
        return elements
    }

    fileprivate func identity(_ name: String) throws(JSONError) -> ProcessIdentity {
        guard let value = self[name] else {
            throw JSONError("expected a member '\(name)'", at: position)
        }
        let condition: PidCondition
        do throws(ValueError) {
            condition = try PidCondition(parsing: value.string ?? "")
        } catch {
            throw JSONError(error.description, at: value.position)
        }
        guard let start = condition.startTime else { throw value.isNot("PID@START for \(name)") }
        return ProcessIdentity(pid: condition.pid, startTime: start)
    }

    fileprivate func target() throws(JSONError) -> ShutdownTarget {
        let identity = try identity("identity")
        var target = ShutdownTarget(
            identity: identity,
            depth: Int(self["depth"]?.integer ?? 0),
            root: self["root"] == nil ? identity : try self.identity("root"),
            reason: self["reason"]?.string ?? "planned",
            name: ByteString(self["name"]?.string ?? "?")
        )
        guard let signal = self["signal"]?.string else {
            throw JSONError("expected a member 'signal'", at: position)
        }
        do throws(ValueError) { target.signal = try Signal(parsing: signal) } catch {
            throw JSONError(error.description, at: self["signal"]?.position ?? position)
        }
        guard let timeout = self["timeout_ms"]?.integer, (0...86_400_000).contains(timeout) else {
            throw JSONError("expected 'timeout_ms' from 0 to 86400000", at: position)
        }
        target.timeout = .milliseconds(timeout)
        if let order = self["order"]?.string {
            guard let known = StopOrder(rawValue: order) else {
                throw JSONError("'\(order.escapedForTerminal)' is no order", at: position)
            }
            target.order = known
        }
        target.executable = self["executable"]?.string.map { ByteString($0) }
        target.user = self["uid"]?.integer.map { UInt32(clamping: $0) }
        target.pidfdInode = self["pidfd_inode"]?.integer.map { UInt64(clamping: $0) }
        target.leadsSession = self["leads_session"]?.kind == .bool(true)
        target.leadsGroup = self["leads_group"]?.kind == .bool(true)
        return target
    }

    fileprivate func removal() throws(JSONError) -> FileRemoval {
        guard let path = self["path"]?.string, path.hasPrefix("/"), self["path_b64"] == nil else {
            throw JSONError("expected an absolute 'path' in UTF-8", at: position)
        }
        guard let device = self["device"]?.integer, let inode = self["inode"]?.integer,
            let changed = self["changed_ns"]?.integer
        else {
            throw JSONError("expected 'device', 'inode' and 'changed_ns'", at: position)
        }
        var removal = FileRemoval(
            path: ByteString(path),
            file: FileIdentity(
                device: UInt64(clamping: device),
                inode: UInt64(clamping: inode),
                changed: .nanoseconds(changed)
            ),
            rule: self["rule"]?.string,
            reason: self["reason"]?.string ?? "planned"
        )
        removal.isCompanion = self["companion"]?.kind == .bool(true)
        return removal
    }
}
