@testable import ReaperKit

/// The simulated machine as the shutdown engine sees it; it mirrors what ``LinuxKernel`` promises.
///
/// It logs every signal, and holds each against the truth that only the machine knows.
final class SimulatedKernel: ShutdownKernel {
    struct Sending {
        var time: Duration
        var signal: Signal
        var process: SimulatedProcess
    }

    let machine: SimulatedMachine
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
    /// Whether births are told from the moment the plan is executed.
    var tellsBirths = false
    /// When one of them is lost.
    var birthLoss: Duration?
    /// What was told; `nil` where nothing is, or something was lost.
    var hearing: Hearing?
    /// Control groups that reaper made, and those that it holds frozen.
    var madeGroups: Set<Int> = []
    var heldGroups: Set<Int> = []
    var wholeGroups: Set<Int> = []
    /// Who of ours lived when all of them were called empty.
    var aliveInEmptyGroups: [SimulatedProcess] = []

    private(set) var sendings: [Sending] = []
    private(set) var violations: [String] = []
    private(set) var removed: [(path: ByteString, time: Duration)] = []
    /// Who matched, and who of ours lived, when the latest proof was given.
    private(set) var aliveAtProof: [SimulatedProcess] = []
    private(set) var matchingAtProof: [SimulatedProcess] = []
    private(set) var handles: [ProcessIdentity: SimulatedProcess] = [:]
    private(set) var targets: [ProcessIdentity: ShutdownTarget] = [:]
    private(set) var firstSending: [Int: Sending] = [:]

    init(_ machine: SimulatedMachine) { self.machine = machine }

    func violate(_ text: String) { violations.append("\(machine.time): \(text)") }

    /// The process that an identity was pinned as.
    func process(_ identity: ProcessIdentity) -> SimulatedProcess? { handles[identity] }

    /// Signals sent, as `TERM name`, for tests of exact orders.
    var log: [String] { sendings.map { "\($0.signal.name) \($0.process.name)" } }

    // MARK: - ShutdownKernel

    func now() -> Duration { machine.time }

    func look(_ scope: LookScope) -> Look {
        let tick = machine.tick
        if case .trees(let members) = scope, !hasPattern { return look(below: members, tick) }
        machine.spend(.microseconds(50))
        if failingLooks > 0 {
            failingLooks -= 1
            return Look(processes: [])
        }
        var records: [ProcessRecord] = []
        var matching: [SimulatedProcess] = []
        // Each is read at its own moment, in ascending order, as a listing of /proc is.
        for pid in machine.byNumber.keys.sorted() {
            machine.spend(.microseconds(3))
            guard let process = machine.byNumber[pid] else { continue }
            records.append(process.record)
            if process.isAlive, hasPattern && process.matches || isInMadeGroup(process) {
                matching.append(process)
            }
        }
        return Look(processes: records, matches: matching.compactMap(target), tick: tick)
    }

    /// Walks `children`, one process after the other, each at its own moment.
    private func look(below members: [ProcessIdentity], _ tick: UInt64) -> Look {
        machine.spend(.microseconds(10))
        var records: [Int32: ProcessRecord] = [:]
        var next = members.map(\.pid)
        while let pid = next.popLast() {
            guard records[pid] == nil else { continue }
            machine.spend(.microseconds(6))
            guard let process = machine.byNumber[pid] else { continue }
            records[pid] = process.record
            next += process.children.map(\.pid)
        }
        let sorted = records.values.sorted { $0.pid < $1.pid }
        return Look(processes: sorted, matches: groupMatches(), tick: tick)
    }

    func target(for match: SimulatedProcess) -> ShutdownTarget? {
        machine.spend(.microseconds(5))
        guard machine.byNumber[match.pid] === match, match.isAlive,
            !excluded.contains(match.identity)
        else { return nil }
        machine.claim(match)
        var target = ShutdownTarget(
            identity: match.identity,
            signal: matchSignal,
            timeout: matchTimeout,
            reason: "matches",
            name: ByteString(match.name)
        )
        target.pidfdInode = UInt64(match.serial)
        target.leadsSession = match.session == match.pid
        target.leadsGroup = match.group == match.pid
        return target
    }

    func prove() -> ProofLook {
        var look = Look(processes: [])
        var found: [ShutdownTarget] = []
        var killed: [ShutdownTarget] = []
        var counters = Counters(machine: machine)
        let answer = ProofScan.run(&counters) {
            look = self.look(.everybody)
        } examine: { pids in
            guard hasPattern else { return }
            for pid in pids {
                machine.spend(.nanoseconds(500))
                guard let process = machine.byNumber[pid], process.matches, process.isAlive,
                    let target = target(for: process), targets[target.identity] == nil
                else { continue }
                found.append(target)
                if pin(target) == .pinned, send(.kill, to: target.identity) == .sent {
                    killed.append(target)
                }
            }
        }
        aliveAtProof = machine.all.filter { $0.isOurs && $0.isAlive }
        matchingAtProof = machine.all.filter { $0.matches && $0.isAlive }
        let isListed = !look.processes.isEmpty
        return ProofLook(
            look: look,
            answer: isListed ? answer : .notProven("/proc could not be listed"),
            found: found,
            killed: killed
        )
    }

    private struct Counters: BirthCounter {
        let machine: SimulatedMachine
        mutating func forks() -> UInt64? {
            machine.spend(.microseconds(20))
            return machine.forks
        }
        mutating func lastPid() -> Int32? {
            machine.spend(.microseconds(5))
            return machine.lastPid
        }
        mutating func pidLimit() -> Int32 { machine.pidLimit }
    }

    func pin(_ target: ShutdownTarget) -> PinAnswer {
        if let victim = machine.byNumber[target.identity.pid], victim.isOurs,
            victim.temperament.vanishing == .beforePin
        {
            victim.temperament.vanishing = nil
            machine.giveAwayNumber(of: victim)
        }
        machine.spend(.microseconds(10))
        targets[target.identity] = target
        guard let process = machine.byNumber[target.identity.pid],
            process.identity == target.identity
        else { return .gone }
        if let inode = target.pidfdInode, inode != UInt64(process.serial) { return .gone }
        if process.temperament.cannotBeHeld { return .denied("Too many open files") }
        if let change = change(of: process, from: target) { return .changed(change) }
        if process.isProtected { return .changed("a rule protects it") }
        guard tieBirths(process) else { return .gone }
        hold(process)
        return .pinned
    }

    func hold(_ process: SimulatedProcess) { handles[process.identity] = process }

    private func change(of process: SimulatedProcess, from target: ShutdownTarget) -> String? {
        guard let judged = target.executable, judged != process.executable else { return nil }
        return "it runs \(process.executable.text) now"
    }

    func record(of identity: ProcessIdentity) -> ProcessRecord? {
        machine.spend(.microseconds(3))
        guard let process = open(identity) else { return nil }
        return process.record
    }

    func change(of identity: ProcessIdentity) -> String? {
        machine.spend(.microseconds(3))
        guard let process = open(identity), let target = targets[identity] else { return nil }
        return change(of: process, from: target)
    }

    /// The process of a handle, or of one that is opened anew and proven as far as it was judged.
    func open(_ identity: ProcessIdentity) -> SimulatedProcess? {
        if let held = handles[identity] { return held.state == .gone ? nil : held }
        guard let process = machine.byNumber[identity.pid], process.identity == identity else {
            return nil
        }
        if let inode = targets[identity]?.pidfdInode, inode != UInt64(process.serial) { return nil }
        return process
    }

    func release(_ identity: ProcessIdentity) {
        handles[identity] = nil
        targets[identity] = nil
    }

    func send(_ signal: Signal, to identity: ProcessIdentity) -> SendAnswer {
        if let victim = handles[identity], victim.isOurs,
            victim.temperament.vanishing == .beforeSend
        {
            victim.temperament.vanishing = nil
            machine.giveAwayNumber(of: victim)
        }
        machine.spend(.microseconds(5))
        guard let process = open(identity) else { return .gone }
        if signal != .continue, let target = targets[identity],
            let change = change(of: process, from: target)
        {
            return .changed(change)
        }
        if process.temperament.isForeign { return .denied("it belongs to somebody else") }
        record(signal, to: process)
        if signal == .stop { process.isHeldByUs = true }
        if signal == .continue { process.isHeldByUs = false }
        machine.deliver(signal, to: process)
        return .sent
    }

    /// Holds a signal against the truth, and logs it.
    func record(_ signal: Signal, to process: SimulatedProcess) {
        let sending = Sending(time: machine.time, signal: signal, process: process)
        judge(sending)
        sendings.append(sending)
        if firstSending[process.serial] == nil { firstSending[process.serial] = sending }
    }

    private func judge(_ sending: Sending) {
        let process = sending.process
        if excluded.contains(process.identity) {
            violate("\(sending.signal) to \(process.name) \(process.identity), which is excluded")
        }
        let isReminder = sending.signal == .child || sending.signal == .continue
        if isReminder, process.isReminded { return }
        // What we stopped and then recognized as another program has to be let go.
        if process.hasChanged, process.isHeldByUs, sending.signal == .continue { return }
        // In a group that reaper made everybody belongs, whatever it runs by now.
        if process.hasChanged, madeGroups.contains(process.cgroup) { return }
        if !process.isOurs {
            violate("\(sending.signal) to \(process.name) \(process.identity), a stranger")
        }
    }

    func hasExited(_ identity: ProcessIdentity) -> Bool {
        machine.spend(.microseconds(2))
        guard let process = handles[identity] else {
            return machine.byNumber[identity.pid]?.identity != identity
        }
        return !process.isAlive
    }

    func wait(for identities: [ProcessIdentity], until time: Duration) -> WaitAnswer {
        machine.spend(.microseconds(5))
        let before = interrupts
        while true {
            let exited = identities.filter { handles[$0].map { !$0.isAlive } ?? false }
            if !exited.isEmpty || interrupts > before || now() >= time {
                return WaitAnswer(exited: exited, interrupts: interrupts)
            }
            let next = interruptTimes.filter { $0 > now() }.min() ?? time
            _ = machine.step(until: min(time, next))
        }
    }

    private var interrupts: Int { interruptTimes.count { $0 <= machine.time } }

    func diagnose(_ identity: ProcessIdentity, within set: Set<ProcessIdentity>) -> String? {
        machine.spend(.microseconds(10))
        return handles[identity]?.temperament.dying == nil ? "it waits in the kernel" : nil
    }

    func canDescend(_ stray: ProcessRecord, from members: [ProcessIdentity]) -> Bool {
        machine.spend(.microseconds(10))
        return !(machine.byNumber[stray.pid]?.isElsewhere ?? true)
    }

    func holders(of ports: PortSet) -> Result<[PortOutcome], SystemError> {
        machine.spend(.microseconds(100))
        if socketsAreUnreadable {
            return .failure(SystemError(call: "socket", subject: "NETLINK_SOCK_DIAG", code: 1))
        }
        return .success(heldPorts(ports))
    }

    func heldPorts(_ asked: PortSet) -> [PortOutcome] {
        ports.filter { entry in
            if entry.holder.isAlive { return true }
            return machine.time < (machine.deaths[entry.holder.serial] ?? .zero) + entry.linger
        }.filter { asked.contains($0.port, .tcp) }.map {
            PortOutcome(
                transport: .tcp,
                port: $0.port,
                isFree: false,
                holder: "\($0.holder.name) (\($0.holder.pid))"
            )
        }
    }

    func remove(_ removal: FileRemoval) -> RemovalAnswer {
        machine.spend(.microseconds(50))
        removed.append((removal.path, machine.time))
        return .removed
    }
}
