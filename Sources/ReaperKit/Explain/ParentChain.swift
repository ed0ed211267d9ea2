/// Who started a process, who started that one, and so on, as far as it can be believed.
///
/// A number in `ppid` names whoever has it at that moment: the parent, or who adopted the process
/// when its parent ended; proc_pid_stat(5), prctl(2) `PR_SET_CHILD_SUBREAPER`.
public struct ParentChain: Sendable, Equatable {
    /// What a process and the one above it have to do with each other.
    public enum Bond: Sendable, Equatable {
        /// Nothing speaks against the one having started the other.
        case started
        /// The parent is one that adopts whatever loses its parent: it may have done either.
        case startedOrAdopted
        /// Somebody else started it, who is gone; the text says why that is certain.
        case adopted(String)
    }

    /// A process and its parent.
    public struct Link: Sendable, Equatable {
        /// The child.
        public var child: ProcessIdentity
        /// Its parent.
        public var parent: ProcessRecord
        /// What they have to do with each other.
        public var bond: Bond
    }

    /// Why the chain goes no further.
    public enum End: Sendable, Equatable {
        /// The last parent is PID 1.
        case first
        /// The last one's parent is number 0: outside this pid namespace, or nobody.
        case outside
        /// The last one's parent number names somebody younger, so that it was used again.
        case recycled(ProcessRecord)
        /// The last one's parent number names nobody that was seen.
        case unseen(Int32)
    }

    /// From the process upward.
    public var links: [Link] = []
    /// Why there are no more.
    public var end: End

    /// Follows the parents of `process` through a snapshot.
    public init(of process: ProcessRecord, in snapshot: Snapshot) {
        var child = process
        var seen: Set<ProcessIdentity> = [process.identity]
        while true {
            if child.pid == 1 {
                end = .first
                return
            }
            guard child.parent > 0 else {
                end = .outside
                return
            }
            guard let parent = snapshot.process(child.parent) else {
                end = .unseen(child.parent)
                return
            }
            // Nobody is older than who started or adopted it; records read at different moments
            // can even form a cycle.
            guard parent.identity.startTime <= child.identity.startTime,
                seen.insert(parent.identity).inserted
            else {
                end = .recycled(parent)
                return
            }
            links.append(
                Link(
                    child: child.identity,
                    parent: parent,
                    bond: ParentChain.bond(between: child, and: parent)
                )
            )
            child = parent
        }
    }

    /// Every process above, nearest first.
    public var ancestors: [ProcessRecord] { links.map(\.parent) }

    /// What the process itself and its parent have to do with each other; `nil` without a parent.
    public var firstBond: Bond? { links.first?.bond }

    /// Ancestors that can have started what is below them.
    ///
    /// Who adopted a process did not start it; those above the adopter are ancestors of whoever did.
    public var starters: [ProcessRecord] {
        links.compactMap { link in
            switch link.bond {
            case .started: link.parent
            case .startedOrAdopted, .adopted: nil
            }
        }
    }

    /// Ancestors up to the first that adopted what is below it: they still look after the process.
    public var keepers: [ProcessRecord] {
        links.prefix { $0.bond == .started }.map(\.parent)
    }

    private static func bond(between child: ProcessRecord, and parent: ProcessRecord) -> Bond {
        // A process begins in its parent's session and can only leave it for one of its own;
        // setsid(2). Number 0 stands for a session outside this pid namespace.
        if child.session > 0, child.session != child.pid, child.session != parent.session {
            return .adopted("its session \(child.session) is neither its own nor its parent's")
        }
        guard parent.pid == 1 || parent.isKnownAdopter else { return .started }
        return .startedOrAdopted
    }
}
