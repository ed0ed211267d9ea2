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
        guard case .object = value.kind else {
            throw JSONError("expected an object for 'plan'", at: value.position)
        }
        bootID = try report["host"]?.text("boot_id")
        pidNamespace = try report["host"]?.number("pid_namespace")
        plan = try ShutdownPlan(reading: value)
        plan.follows = false
    }

    /// Why the plan cannot be executed on this machine now; `nil` when it can.
    public func objection(on host: HostFacts) -> String? {
        guard let bootID else { return "it does not say in which boot it was made" }
        guard !bootID.isEmpty, bootID == host.bootID else {
            return "it was made in another boot, or on another machine: its numbers mean others now"
        }
        guard let pidNamespace else { return "it does not say in which pid namespace it was made" }
        guard let own = host.namespaces else { return "reaper's own pid namespace is not known" }
        guard pidNamespace == own.pid else { return "it was made in another pid namespace" }
        return nil
    }
}

extension ShutdownPlan {
    /// Reads the member `plan` of a report.
    ///
    /// - Parameters:
    ///   - value: The member's value.
    ///   - isExact: Whether each target may be there once only, as in a plan to be executed; in the
    ///     report of several rounds it is there once per round.
    /// - Throws: The place of the first value that is missing or not what a plan has there.
    init(reading value: JSONValue, isExact: Bool = true) throws(JSONError) {
        self.init()
        var named: Set<ProcessIdentity> = []
        waves = try value.list("waves").map { (wave) throws(JSONError) in
            guard let targets = wave.array else {
                throw JSONError(
                    "expected an array of targets, found \(wave.kindName)",
                    at: wave.position
                )
            }
            return try targets.map { (target) throws(JSONError) in
                let planned = try target.target()
                guard named.insert(planned.identity).inserted || !isExact else {
                    throw JSONError(
                        "expected each target once, found \(planned.identity) again",
                        at: target.position
                    )
                }
                return planned
            }
        }
        removals = try value.list("remove").map { (removal) throws(JSONError) in
            try removal.removal()
        }
        refused = try value.list("refused").map { (refusal) throws(JSONError) in
            try refusal.refusal()
        }
        zombies = try value.list("zombies").map { (zombie) throws(JSONError) in
            ZombieTarget(
                identity: try zombie.identity("identity"),
                parent: try zombie.identity("parent"),
                isParentStopped: try zombie.flag("parent_is_stopped"),
                name: try zombie.bytes("name") ?? ""
            )
        }
        ports = try value.ports()
        sweeps = try value.list("sweeps").map { (sweep) throws(JSONError) in
            try sweep.sweep()
        }
    }
}

extension JSONValue {
    /// Numbers and ranges of ports, without names; `nil` without any.
    fileprivate func ports() throws(JSONError) -> PortSet? {
        var members: [PortSet.Member] = []
        for port in try list("ports") {
            members += try port.text(for: "ports").parse { (text) throws(ValueError) in
                try PortSet(parsing: text, services: ServiceNames()).members
            }
        }
        return members.isEmpty ? nil : PortSet(members: members)
    }

    /// A plan that is executed exactly names everybody whom it stops, these included.
    fileprivate func sweep() throws(JSONError) -> FinalSweep {
        var sweep = FinalSweep(owner: try required("owner").text(for: "owner").text)
        sweep.ports = try ports()
        for filter in try list("process_filters") {
            let text = try filter.text(for: "process_filters")
            let glob = try text.parse { (text) throws(ValueError) in
                try Glob(parsing: ByteString(text), as: .text)
            }
            sweep.names.append(glob)
        }
        sweep.killsOthers = try flag("kill_others")
        if self["others"] != nil {
            let others = try list("others").map { (other) throws(JSONError) in try other.target() }
            sweep.others = OthersAnswer(targets: others)
        }
        sweep.signal = try signal()
        sweep.timeout = try timeout()
        return sweep
    }

    private func signal() throws(JSONError) -> Signal {
        try required("signal").text(for: "signal").parse(Signal.init(parsing:))
    }

    private func timeout() throws(JSONError) -> Duration {
        let timeout = try required("timeout_ms")
        guard let milliseconds = timeout.integer, (0...86_400_000).contains(milliseconds) else {
            throw JSONError("expected 'timeout_ms' from 0 to 86400000", at: timeout.position)
        }
        return .milliseconds(milliseconds)
    }

    fileprivate func target() throws(JSONError) -> ShutdownTarget {
        let identity = try identity("identity")
        if let start: UInt64 = try number("start_ticks"), start != identity.startTime {
            throw JSONError("'start_ticks' and 'identity' name different start times", at: position)
        }
        var target = ShutdownTarget(
            identity: identity,
            depth: min(try number("depth") ?? 0, 4_194_304),
            root: self["root"] == nil ? identity : try self.identity("root"),
            reason: try text("reason") ?? "planned",
            name: try bytes("name") ?? "?"
        )
        target.signal = try signal()
        target.timeout = try timeout()
        target.note = try text("note")
        if let order = self["order"] {
            let word = try order.text(for: "order")
            guard let known = StopOrder(rawValue: word.text) else {
                let text = word.text.escapedForTerminal
                throw JSONError("'\(text)' is no order of stopping", at: order.position)
            }
            target.order = known
        }
        target.executable = try bytes("executable")
        target.user = try number("uid")
        target.pidfdInode = try number("pidfd_inode")
        target.leadsSession = try flag("leads_session")
        target.leadsGroup = try flag("leads_group")
        return target
    }

    fileprivate func removal() throws(JSONError) -> FileRemoval {
        let place = try required("path")
        guard let path = try bytes("path"), path.bytes.first == UInt8(ascii: "/"),
            !path.bytes.contains(0)
        else { throw JSONError("expected an absolute path for 'path'", at: place.position) }
        let changed = try required("changed_ns")
        guard let nanoseconds = changed.integer else {
            throw JSONError("expected a whole number for 'changed_ns'", at: changed.position)
        }
        var removal = FileRemoval(
            path: path,
            file: FileIdentity(
                device: try requiredNumber("device"),
                inode: try requiredNumber("inode"),
                changed: .nanoseconds(nanoseconds)
            ),
            rule: try text("rule"),
            reason: try text("reason") ?? "planned"
        )
        removal.isCompanion = try flag("companion")
        return removal
    }

    func refusal() throws(JSONError) -> Refusal {
        let reason = try required("reason").text(for: "reason").text
        if let path = try bytes("path") { return Refusal(path: path, reason: reason) }
        return Refusal(try identity("identity"), reason: reason)
    }
}
