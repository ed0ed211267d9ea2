import ReaperKit

/// The simulated machine as the shutdown engine sees it; it mirrors what ``LinuxKernel`` promises.
///
/// It logs every signal, and holds each against the truth that only the machine knows.
final class SimulatedKernel: ShutdownKernel {
    struct Sending {
        var time: Duration
        var signal: Signal
        var process: SimulatedProcess
    }

    /// What was judged of an identity, and who it turned out to be.
    final class Handle {
        var target: ShutdownTarget
        var inode: UInt64?
        /// The process that was there when it was pinned, whatever came of that.
        var seen: SimulatedProcess?
        var isPinned = false
        /// How many looks there had been by then.
        var look = 0
        /// Whether it was pinned, and not only opened because its birth was told.
        var isJudged = true
        /// Whether descriptors are open on it; otherwise it is opened anew for each call.
        var isHeld = false

        init(_ target: ShutdownTarget) {
            self.target = target
            inode = target.pidfdInode
        }
    }

    /// What the shutdown was told about time.
    struct Terms {
        var end = Duration.seconds(1_000_000)
        /// Before this no wave has used up its share of the time.
        var firstShare = Duration.seconds(1_000_000)
        /// Until when the first of several waves is killed: by then it has used up its share, those
        /// of it who were not asked had a moment, and all were frozen as far as they can be.
        var firstKill = Duration.seconds(1_000_000)
        /// How much later the last signals may be sent.
        var slack = Duration.milliseconds(200)
        var isForced = false
        /// Whether nobody is to be sent anything who is not in the plan.
        var isExact = false
    }

    let machine: SimulatedMachine
    var seed: UInt64 = 0
    var excluded: Set<ProcessIdentity> = []
    /// Whether what was asked for is evaluated again on every look.
    var hasPattern = false
    /// How a match that appears is to be stopped.
    var matchSignal = Signal.terminate
    var matchTimeout = Duration.milliseconds(200)
    /// Ports, their holders, and how long the kernel keeps them after a holder's death.
    var ports: [(port: UInt16, holder: SimulatedProcess, linger: Duration)] = []
    var socketsAreUnreadable = false
    /// Looks that fail before one succeeds.
    var failingLooks = 0
    var interruptTimes: [Duration] = []
    /// Whether births are told.
    var tellsBirths = false
    /// When one of them is lost.
    var birthLoss: Duration?
    /// What was told; `nil` where nothing is, or something was lost.
    var hearing: Hearing?
    /// The first serial whose birth was told.
    var firstTold = 0
    /// Control groups that reaper made, those that it holds frozen, and those that were wholly ours.
    var madeGroups: Set<Int> = []
    var heldGroups: Set<Int> = []
    var wholeGroups: Set<Int> = []
    /// Whether all of them were seen to be empty.
    var sawEmptyGroups = false
    /// Who of ours lived when all of them were called empty.
    var aliveInEmptyGroups: [SimulatedProcess] = []
    /// Whom a final sweep found, and may stop: what is asked for, once it is pinned.
    var condemned: [ProcessIdentity: (process: SimulatedProcess, root: SimulatedProcess)] = [:]
    /// The latest answer to each final sweep, by its owner.
    var latestOthers: [String: OthersAnswer] = [:]
    /// Processes on which descriptors can be kept open at the same time.
    var handleLimit = Int.max
    /// Calls for which no descriptor is left, before there are some again.
    var shortCalls = 0
    var terms = Terms()
    /// What a look at everybody takes besides, where very many others are on the machine.
    var crowding = Duration.zero
    /// What it takes to identify one process: to hold it, and to read what a rule asks about it.
    var judging = Duration.zero
    /// Who belongs by session or group alone.
    var company: [SimulatedProcess] = []
    /// When the first look began, in clock ticks after boot.
    var firstTick: UInt64?
    /// Everybody who is in the plan.
    var planned: [SimulatedProcess] = []

    var sendings: [Sending] = []
    private(set) var violations: [Violation] = []
    private(set) var removed: [(path: ByteString, time: Duration)] = []
    /// Who matched, and who of ours lived, when the latest proof was given.
    var aliveAtProof: [SimulatedProcess] = []
    var matchingAtProof: [SimulatedProcess] = []
    var proofStart = Duration.zero
    var handles: [ProcessIdentity: Handle] = [:]
    var heldCount = 0
    /// Whether a proof is under way: what it finds is killed at once.
    var isChasing = false
    private var isLate = false

    init(_ machine: SimulatedMachine) { self.machine = machine }

    func violate(_ invariant: Invariant, _ text: @autoclosure () -> String) {
        violations.append(Violation(invariant: invariant, time: machine.time, text: text()))
    }

    /// Lets a call take its time, and holds all of it to the deadline.
    func spend(_ cost: Duration) {
        machine.spend(cost)
        // Whatever has begun then is finished: a look, and what it takes to say what came of it.
        if machine.time > terms.end + .milliseconds(1500) + crowding, !isLate {
            isLate = true
            violate(.deadline, "it still goes on, long after \(terms.end)")
        }
        if machine.time > terms.end + .seconds(100) { fatalError("seed \(seed) never ends") }
    }

    /// The process that an identity was pinned as.
    func process(_ identity: ProcessIdentity) -> SimulatedProcess? { handles[identity]?.seen }

    /// Signals sent, as `TERM name`, for tests of exact orders.
    var log: [String] { sendings.map { "\($0.signal.name) \($0.process.name)" } }

    func firstSending(to process: SimulatedProcess) -> Sending? {
        sendings.first { $0.process === process }
    }

    // MARK: - Time

    func now() -> Duration { machine.time }

    func wait(for identities: [ProcessIdentity], until time: Duration) -> WaitAnswer {
        spend(.microseconds(5))
        let before = interrupts
        var held: [Handle] = []
        var loose: [ProcessIdentity] = []
        for identity in identities {
            if let handle = handles[identity], handle.isHeld {
                held.append(handle)
            } else {
                loose.append(identity)
            }
        }
        var deaths = -1
        while true {
            var exited: [ProcessIdentity] = []
            if machine.deathCount != deaths {
                deaths = machine.deathCount
                for handle in held where !(handle.seen?.isAlive ?? false) {
                    exited.append(handle.target.identity)
                    letGo(handle)
                }
            }
            if !loose.isEmpty { exited += loose.filter { hasExited($0) } }
            if !exited.isEmpty || interrupts > before || now() >= time {
                return WaitAnswer(exited: exited, interrupts: interrupts)
            }
            var next = min(time, interruptTimes.first { $0 > now() } ?? time)
            // Who has no descriptor is looked at every now and then.
            if !loose.isEmpty { next = min(next, now() + .milliseconds(20)) }
            machine.step(until: next)
            while !loose.isEmpty, now() < next, machine.deathCount == deaths {
                machine.step(until: next)
            }
        }
    }

    var interrupts: Int { interruptTimes.count { $0 <= machine.time } }

    // MARK: - Everything else

    func diagnose(_ identity: ProcessIdentity, within set: Set<ProcessIdentity>) -> String? {
        spend(.microseconds(10))
        guard let process = process(identity) else { return nil }
        return process.temperament.dying == nil ? "it waits in the kernel" : nil
    }

    func canDescend(_ stray: ProcessRecord, from members: [ProcessIdentity]) -> Bool {
        spend(.microseconds(10))
        return !(machine.byNumber[stray.pid]?.isElsewhere ?? true)
    }

    func holders(of ports: PortSet) -> Result<[PortOutcome], SystemError> {
        spend(.microseconds(100))
        if socketsAreUnreadable {
            return .failure(SystemError(call: "socket", subject: "NETLINK_SOCK_DIAG", code: 1))
        }
        return .success(heldPorts(ports))
    }

    func heldPorts(_ asked: PortSet) -> [PortOutcome] {
        ports.filter { entry in
            if entry.holder.isAlive { return true }
            return machine.time < (entry.holder.death ?? .zero) + entry.linger
        }.filter { asked.contains($0.port, .tcp) }.map {
            PortOutcome(
                transport: .tcp,
                port: $0.port,
                isFree: false,
                holder: "\($0.holder.name) (\($0.holder.pid))"
            )
        }
    }

    /// Those that were held before anybody can have looked for the last time.
    func portsHeldForLong(_ asked: PortSet) -> [PortOutcome] {
        let moment = machine.time - .milliseconds(1)
        return ports.contains { $0.holder.birth > moment } ? [] : heldPorts(asked)
    }

    func remove(_ removal: FileRemoval) -> RemovalAnswer {
        spend(.microseconds(50))
        for process in planned where process.isAlive {
            violate(.files, "\(removal.path.text) is removed while \(process.name) lives")
        }
        for handle in handles.values where handle.isPinned {
            guard let process = handle.seen, process.isAlive, process.plan == nil,
                !process.isReminded
            else { continue }
            violate(.files, "\(removal.path.text) is removed while \(process.name) lives")
        }
        removed.append((removal.path, machine.time))
        return .removed
    }
}
