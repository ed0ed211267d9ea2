import ReaperKit

/// What a simulated process does when something happens to it.
struct Temperament {
    enum AnswerToTerm {
        case exits(after: Duration)
        case ignores
        /// Leaves a child behind, in a session of its own or not, and exits.
        case leavesSuccessor(ownSession: Bool, after: Duration)
    }

    /// When a process is gone and its number given to somebody else, at the worst moment.
    enum Vanishing: CaseIterable {
        /// Between being listed and being read.
        case midLook
        /// Between the look and the handle.
        case beforePin
        /// Between the handle and the second reading through it.
        case beforeRecord
        /// Between the handle and the signal.
        case beforeSend
        /// As soon as a signal was sent.
        case afterSend
        /// As soon as it exits.
        case afterExit
    }

    var answerToTerm = AnswerToTerm.exits(after: .microseconds(100))
    /// Replaces this many children that die, one each time.
    var respawns = 0
    /// Time from SIGKILL to its death; `nil` never dies of it.
    var dying: Duration? = .zero
    /// Time from SIGSTOP until it cannot run any more.
    var stopping = Duration.zero
    /// Whether it forks in that time.
    var forksWhileStopping = false
    /// Whether it runs another program by the time it stops.
    var executesWhileStopping = false
    /// Whether the kernel refuses signals to it.
    var isForeign = false
    /// Whether no handle can be opened on it.
    var cannotBeHeld = false
    /// How often that is so before one can be: descriptors are short for a while.
    var deniedPins = 0
    var vanishing: Vanishing?
    /// Whether all of its session and group go with it, so that their number is given away too.
    var vanishesWithCompany = false
    /// When the children that it makes from now on vanish.
    var legacy: Vanishing?
    /// Time until its parent, if it is alive and running, buries it; `nil` never does.
    var burial: Duration? = .zero
    /// Whether SIGCHLD makes it bury its children.
    var buriesWhenTold = false
    /// Hops as a comet does: forks itself and exits, this often, this far apart.
    var hops = 0
    var hopInterval = Duration.zero
}

/// One process of the simulated machine; it stays known after its number was given away.
final class SimulatedProcess {
    enum State {
        case running, stopped, zombie, gone
    }

    /// Unique for ever, as a pidfd's inode is.
    let serial: Int
    let identity: ProcessIdentity
    let name: String
    var parent: SimulatedProcess?
    var children: [SimulatedProcess] = []
    var session: Int32
    var group: Int32
    var state = State.running
    var temperament = Temperament()
    /// What it runs; exec(2) changes it.
    var executable: ByteString
    /// Whether it matches what was asked for.
    var matches = false
    /// Whether it belongs to what was asked for, by the truth and not by any look.
    var isOurs = false
    /// The tree it belongs to by birth, for telling whether that tree resists.
    var tree: Int
    /// Whether it was sent SIGKILL.
    var isDoomed = false
    var hasPendingTerm = false
    /// Whether the latest of SIGSTOP and SIGCONT from reaper was SIGSTOP.
    var isHeldByUs = false
    /// Whether it adopts what its descendants leave behind.
    var isSubreaper = false
    /// Whether it runs another program than the one that was judged.
    var hasChanged = false
    /// Whether it is planned, and as a descendant, not for what it is.
    var belongsByDescent = false
    /// Whose child it was when it exited, by number.
    var lastParent: Int32 = 0
    /// Whether a rule protects it, which only shows when it is to be held.
    var isProtected = false
    /// Whether it is the parent of a zombie, to be reminded and not stopped.
    var isReminded = false
    /// The serial of who forked it.
    let bornTo: Int
    /// The number of its control group; 0 is where everybody is who is in none.
    var cgroup = 0
    /// Whether its control group stands still; then its state is `stopped`, too.
    var isFrozen = false
    /// Whether it was stopped before that, and will be.
    var staysStopped = false
    /// Whether it is not in the control group of anybody we stop.
    var isElsewhere = false
    /// Whether it went into a group that one of ours leads: a signal to it is neither wrong nor due.
    var isGuest = false
    var birth = Duration.zero
    var death: Duration?

    // What reaper knows and did, noted here so that a promise is checked where it is due.

    /// Its part in the plan, or in what a final sweep has stopped; `nil` if it has none.
    var plan: (wave: Int, timeout: Duration)?
    /// When it was first asked to stop.
    var asked: Duration?
    var wasKilled = false
    var wasAskedAfterKill = false
    var wasDenied = false

    // Of a whole tree, noted at its first process.

    /// Whether any of the tree was sent a signal.
    var isDisturbed = false
    /// Whether the tree had children afterwards.
    var isAnswering = false
    var latestBirth: Duration?

    init(
        serial: Int,
        identity: ProcessIdentity,
        name: String,
        parent: SimulatedProcess?,
        session: Int32,
        group: Int32
    ) {
        self.serial = serial
        self.identity = identity
        self.name = name
        self.parent = parent
        bornTo = parent?.serial ?? 0
        self.session = session
        self.group = group
        executable = Self.program
        tree = serial
    }

    /// What everybody runs who did not say otherwise.
    private static let program: ByteString = "/bin/program"

    var pid: Int32 { identity.pid }

    /// The name as the kernel has it.
    private(set) lazy var nameBytes = ByteString(name)

    /// Whether anything of it still runs, or could.
    var isAlive: Bool { state == .running || state == .stopped }

    /// Runs another program: from now on it is not what was judged.
    ///
    /// What it ran was judged if it is planned. Otherwise it may be taken for a descendant still,
    /// whatever it runs.
    /// Whoever belongs only by descent was not judged by what it runs, and goes on belonging.
    func execute(_ path: ByteString) {
        executable = path
        if belongsByDescent { return }
        hasChanged = true
        isGuest = plan == nil && (isOurs || isGuest)
        isOurs = false
        matches = false
        temperament.answerToTerm = .exits(after: .zero)
        temperament.respawns = 0
        temperament.forksWhileStopping = false
    }

    /// Puts it under a rule that protects it: it is nobody's to stop, whoever it descends from.
    func protect() {
        isProtected = true
        isOurs = false
        matches = false
    }

    /// What `/proc/PID/stat` says.
    var record: ProcessRecord {
        let letter: UInt8 =
            switch state {
            case .running: isDoomed ? UInt8(ascii: "D") : UInt8(ascii: "S")
            // A group of version 2 that stands still shows its members asleep.
            case .stopped where isFrozen: UInt8(ascii: isDoomed ? "D" : "S")
            case .stopped: UInt8(ascii: "T")
            case .zombie, .gone: UInt8(ascii: "Z")
            }
        return ProcessRecord(
            identity: identity,
            name: nameBytes,
            state: letter,
            parent: parent?.pid ?? 0,
            processGroup: group,
            session: session
        )
    }
}
