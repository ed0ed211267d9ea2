/// What a process has to do with an instance, and what `reaper stop` would do about that.
public struct InstanceStanding: Sendable, Equatable {
    /// How a process belongs to an instance.
    public enum Relation: Sendable, Equatable {
        /// It is the instance's process, or one of them.
        case member
        /// It is in the session or process group that the instance's process leads.
        case company
        /// It remains of an instance whose process is gone.
        case remnant
    }

    /// The instance.
    public var instance: Instance
    /// How the process belongs to it; ``Relation/member`` for an instance by itself.
    public var relation = Relation.member
    /// Why `stop` leaves it alone; `nil` where it stops it, or nothing of it runs.
    public var objection: String?
    /// Who is stopped before it, since they would start it again: their names.
    public var supervisors: [String] = []
    /// How sentences name a living owner that may start it again.
    public var keeper: String?
    /// The command that stops it and no other; `nil` where `stop` would not, or no name of it can
    /// be typed.
    public var command: String?
    /// The command of its own system that stops it, where `stop` would not.
    public var ownCommand: String?

    /// Asks what `stop` would do about an instance of a listing when it is named.
    ///
    /// - Parameters:
    ///   - instance: The instance.
    ///   - relation: How the process that is asked about belongs to it.
    ///   - listing: Where it was found.
    ///   - rules: The rules that were used.
    ///   - flags: Flags that lead to them, each after a space.
    public init(
        _ instance: Instance,
        _ relation: Relation = .member,
        in listing: InstanceListing,
        rules: [Rule],
        flags: String = ""
    ) {
        self.instance = instance
        self.relation = relation
        let stop = InstanceStop([instance], in: listing, rules: rules)
        objection = stop.refused.first?.reason
        supervisors = stop.supervisors.map { "\($0.name) (PID \($0.pid ?? 0))" }
        keeper = stop.keepers.first { $0.instance == instance }?.label
        if objection != nil, !instance.isOver { ownCommand = stop.ownCommand(of: instance) }
        guard stop.targets.contains(instance) || !stop.over.isEmpty else { return }
        let names = [instance.id, instance.alias, instance.processes.first?.description]
        let name = (names + [instance.file?.text]).compactMap(\.self).first { name in
            guard name.isPrintableWord, !name.hasPrefix("-") else { return false }
            switch InstancePattern(name).resolve(in: listing, rules: rules) {
            case .one(let found), .over(let found): return found.contains(instance)
            case .none, .ambiguous: return false
            }
        }
        command = name.map { "reaper stop \($0.quotedForShell)\(flags)" }
    }

    /// Every instance that a process belongs to, those first that it is itself.
    ///
    /// Who is only below one, in a session and group of its own, does not belong to it: a daemon
    /// such as sshd has nothing to do with what runs in its sessions.
    public static func all(
        of identity: ProcessIdentity,
        in listing: InstanceListing,
        rules: [Rule],
        flags: String = ""
    ) -> [InstanceStanding] {
        var standings: [InstanceStanding] = []
        for instance in listing.instances {
            let relation: Relation
            if instance.processes.contains(identity) {
                relation = .member
            } else if instance.remnants.contains(identity) {
                relation = .remnant
            } else if instance.company(in: listing.snapshot).contains(identity) {
                relation = .company
            } else {
                continue
            }
            standings.append(
                InstanceStanding(instance, relation, in: listing, rules: rules, flags: flags)
            )
        }
        return standings.filter { $0.relation == .member }
            + standings.filter { $0.relation != .member }
    }

    /// Whether `stop` ends the process together with the instance.
    public var isStoppable: Bool {
        command != nil && relation != .remnant && !instance.isOver
    }

    /// What it is called: `dora instance 3f2c (talk)`.
    public var label: String {
        let alias = instance.alias.flatMap { $0 == instance.id ? nil : " (\($0))" } ?? ""
        return "\(instance.system) instance \(instance.id)\(alias)"
    }

    /// Where it can be checked that there is such an instance.
    public var source: String {
        instance.file?.text ?? instance.evidence.first?.source ?? "reaper list"
    }
}
