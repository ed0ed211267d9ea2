/// One running, or once running, copy of what a rule describes, by the name that its system gives it.
public struct Instance: Sendable, Equatable {
    /// The rule that knows it, `system.rule`.
    public var rule: String
    /// Its own name: recorded, or the base name of its file.
    public var id: String
    /// A second name, for people.
    public var alias: String?
    /// How it is.
    public var state: InstanceState
    /// The number that is recorded; `nil` where none is, and for what has several processes.
    public var pid: Int32?
    /// The process that it is, a zombie too; `nil` where nobody is known to be it.
    public var process: ProcessIdentity?
    /// Processes that carry its mark in their environment, by number.
    public var members: [InstanceMember] = []
    /// Who remains of the session or process group that its recorded process led, when that is gone.
    public var remnants: [ProcessIdentity] = []
    /// Who has the socket that it is open, whoever inherited it from another of them left out.
    public var holders: [ProcessIdentity] = []
    /// Who of it, or of ``holders``, has not exited and does not go on, and why.
    public var standstills: [ProcessIdentity: Standstill] = [:]
    /// The file that tells of it.
    public var file: ByteString?
    /// Whether that is a socket, which names no process.
    public var isSocket = false
    /// The deciding fact as the end of a sentence, such as `process 4127 does not exist`.
    public var reason: String
    /// Every fact that was looked at, in order.
    public var evidence: [Evidence] = []
    /// Whether ``state`` is certain; that a process seems younger than its file, when a clock may
    /// have been set, makes it only probable that it is another one.
    public var isCertain = true
    /// Why what its file says is not believed, as the end of a sentence; `nil` where it is.
    ///
    /// Somebody else may have written it, to have a name or a process mistaken for another.
    public var distrust: String?
    /// Whether ``process`` is proven to be it, and not merely to have its number.
    public var isProven = false

    /// Creates an instance that nothing more is known of.
    public init(rule: String, id: String, state: InstanceState, reason: String) {
        self.rule = rule
        self.id = id
        self.state = state
        self.reason = reason
    }

    /// Whether certainly nothing of it runs any more.
    public var isOver: Bool { state.isOver && isCertain && remnants.isEmpty }

    /// Whether only its file's name is known of it: what that records cannot be read or understood.
    public var isUndeciphered: Bool {
        state == .unknown && file != nil && !isSocket && pid == nil && process == nil
    }

    /// The name of its system, the first half of ``rule``.
    public var system: String { String(rule.prefix { $0 != "." }) }

    /// Everybody it consists of.
    public var processes: [ProcessIdentity] {
        process.map { [$0] } ?? members.map(\.identity)
    }

    /// What people call it: the alias where it has one.
    public var name: String { alias ?? id }

    /// What distinguishes it from others of the same system.
    public var key: InstanceKey { InstanceKey(system: system, id: id) }
}

/// A process that carries an instance's mark.
public struct InstanceMember: Sendable, Equatable {
    /// Who.
    public var identity: ProcessIdentity
    /// Its own name within the instance, such as a dataflow's node.
    public var node: String?
    /// What the kernel calls it.
    public var name: ByteString
    /// The rule that knows it.
    public var rule: String
    /// Whether its parent carries the same mark, which children inherit.
    public var isInherited = false

    /// Creates a member.
    public init(identity: ProcessIdentity, node: String? = nil, name: ByteString, rule: String) {
        self.identity = identity
        self.node = node
        self.name = name
        self.rule = rule
    }
}

/// What an instance is known by in its system.
public struct InstanceKey: Sendable, Hashable {
    /// The system's name.
    public var system: String
    /// The instance's own name.
    public var id: String

    /// Creates a key.
    public init(system: String, id: String) {
        self.system = system
        self.id = id
    }
}

/// How an instance is, in the words that reports use.
public enum InstanceState: String, Sendable, CaseIterable {
    /// It runs.
    case running
    /// Its file is too young to tell.
    case starting
    /// It was asked to stop.
    case stopping
    /// It was stopped.
    case stopped
    /// It was to be stopped and is still there, or ended with an error.
    case failed
    /// Its process is gone; only its file is left.
    case stale
    /// Another process has its number now.
    case recycled
    /// It has exited, and its parent has not waited for it.
    case zombie
    /// It runs and belongs to a user whom reaper may not signal.
    case foreign
    /// It could not be learned.
    case unknown

    /// Whether nothing of it runs any more.
    public var isOver: Bool {
        switch self {
        case .stopped, .stale, .recycled, .zombie: true
        case .running, .starting, .stopping, .failed, .foreign, .unknown: false
        }
    }
}
