/// What somebody else has frozen: `docker pause`, `systemctl freeze`, a batch system's suspend, or
/// a reaper that was sent SIGKILL.
extension LinuxKernel {
    /// Thaws what is frozen and holds nobody but members, before they are asked.
    ///
    /// Whoever stops a paused container, or a frozen unit, expects it to be let run and to end in
    /// order; that is what its manager does too. Where others would run as well, it is left, and
    /// said: a handler runs when they are thawed, SIGKILL takes effect at once in version 2 only.
    public func wakeGroups(
        holding members: Set<ProcessIdentity>
    ) -> [ProcessIdentity: String] {
        // Most groups are not frozen, and many members share one.
        let isAnyFrozen = Set(cgroups.joined().compactMap(ControlGroupLine.init(parsing:)))
            .contains { line in !frozenGroups(above: line).isEmpty || standsStill(line) }
        guard isAnyFrozen else { return [:] }
        var reasons: [ProcessIdentity: String] = [:]
        var thawed: [ControlGroup] = []
        for identity in members.sorted() {
            guard case .success(let handle) = open(identity),
                let record = record(through: handle, [.cgroups])
            else { continue }
            if let group = thawed.first(where: { isMember(record, of: $0) }) {
                reasons[identity] = Self.sentence(thawed: group)
                continue
            }
            for hierarchy in [ControlGroupMount.Hierarchy.freezer, .unified] {
                switch thaw(hierarchy, of: record, within: members) {
                case .runs: continue
                case .kept(let reason): reasons[identity] = reason
                case .thawed(let groups):
                    thawed += groups
                    reasons[identity] = groups.last.map(Self.sentence(thawed:))
                }
                break
            }
        }
        return reasons
    }

    private static func sentence(thawed group: ControlGroup) -> String {
        "its control group \(group.path) was frozen and has been thawed"
    }

    /// What came of looking for a freeze.
    enum Thaw {
        /// It is not frozen there.
        case runs
        /// These were thawed, outermost first.
        case thawed([ControlGroup])
        /// It stays frozen; the text says why.
        case kept(String)
    }

    /// Thaws the groups that hold a process frozen, if all who are in them are being stopped.
    ///
    /// A group stands still when it was told to, or one above it: thawing the inner one alone
    /// changes nothing; freezer-subsystem.rst, `freezer.self_freezing`.
    func thaw(
        _ hierarchy: ControlGroupMount.Hierarchy,
        of record: ProcessRecord,
        within set: Set<ProcessIdentity>
    ) -> Thaw {
        let lines = (record.cgroups?.known ?? []).compactMap(ControlGroupLine.init(parsing:))
        guard let line = lines.first(where: { $0.hierarchy == hierarchy }) else { return .runs }
        let frozen = frozenGroups(above: line)
        guard !frozen.isEmpty else {
            guard standsStill(line) else { return .runs }
            return .kept(
                "its control group \(line.path.text) is frozen with one above it that cannot be "
                    + "seen from here: thaw that first"
            )
        }
        let members = Dictionary(grouping: set, by: \.pid)
        let depth = groups.place(of: line)?.components.count ?? 0
        for group in frozen {
            let whose =
                group.components.count == depth
                ? "its control group \(group.path)"
                : "the control group \(group.path), above its own,"
            guard inhabitants(of: group, members, standsStill: false) != nil else {
                return .kept(
                    "\(whose) is frozen and others are in it: thaw it first (\(group.thawCommand))"
                )
            }
            do throws(SystemError) {
                try group.thaw()
            } catch {
                return .kept("\(whose) is frozen and may not be thawed: \(error)")
            }
        }
        return .thawed(frozen)
    }

    /// The group and those above it that were told to freeze by somebody else, outermost first.
    private func frozenGroups(above line: ControlGroupLine) -> [ControlGroup] {
        guard let (mount, way) = groups.place(of: line) else { return [] }
        return (1...way.count).compactMap { length in
            guard
                let group = try? ControlGroup(below: mount, Array(way.prefix(length))),
                (try? group.isToldToFreeze()) ?? false,
                !groups.held.contains(where: { $0.isFrozenByUs && $0.isSame(as: group) })
            else { return nil }
            return group
        }
    }

    /// Whether the group stands still, but not by us.
    private func standsStill(_ line: ControlGroupLine) -> Bool {
        guard let (mount, way) = groups.place(of: line),
            !groups.held.contains(where: {
                $0.isFrozenByUs && $0.mount == mount && way.starts(with: $0.components)
            }),
            let group = try? ControlGroup(below: mount, way)
        else { return false }
        return (try? group.isFrozen()) ?? false
    }

    private func isMember(_ record: ProcessRecord, of group: ControlGroup) -> Bool {
        (record.cgroups?.known ?? []).compactMap(ControlGroupLine.init(parsing:)).contains { line in
            guard let (mount, way) = groups.place(of: line) else { return false }
            return mount == group.mount && way.starts(with: group.components)
        }
    }
}
