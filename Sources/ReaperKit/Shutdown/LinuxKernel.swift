import CLinux
import Glibc

/// The kernel that runs this machine, as the shutdown engine sees it.
///
/// It holds one proven handle per target, as many as descriptors allow; beyond that it opens a
/// handle for each call anew and proves it again.
public final class LinuxKernel: ShutdownKernel {
    var scanner: Scanner
    let planning: PlanningOptions
    /// Findings to act on are looked for again on every look; `nil` executes a plan as it is.
    let followsRules: Bool
    let files: [InstanceFile]
    /// Whether everybody has to be what was planned, descendants too.
    let isExact: Bool
    /// Clock ticks after boot when it was made: who is younger came while things were stopped.
    let beginning: UInt64
    /// What kept the latest look at ports from being certain, one sentence each.
    public internal(set) var portNotes: [String] = []
    var targets: [ProcessIdentity: ShutdownTarget] = [:]
    var handles: [ProcessIdentity: ProcessHandle] = [:]
    /// Who was tied to its birth when all were, and is not pinned yet.
    var tied: Set<ProcessIdentity> = []
    /// Handles of who has exited, to be closed when descriptors are needed.
    private var retired: [ProcessHandle] = []
    let interrupts: InterruptCounter
    let counters = KernelCounters()
    /// How far the kernel had come with handing out numbers when the shutdown began.
    let marks = KernelCounters().marks()
    /// Whether the latest look saw matches that are too young to be judged.
    var hasUnsettled = false
    /// Who could not be read when the plan was made, and who besides them since the latest proof began.
    let hiddenBefore: Set<Int32>
    var hiddenSince: Set<Int32> = []
    /// The control groups of targets when they were pinned.
    var cgroups: Set<[ByteString]> = []
    /// The same by number, where the kernel tells it.
    var groupNumbers: Set<UInt64> = []
    /// The control groups that reaper made for this, and those that stand still.
    var groups: ControlGroupSet
    /// Who adopts what loses its parent here; negative when that could not be learned.
    lazy var adopter = clinux_adopter()

    /// Called several times a second while somebody is waited for.
    var tick: (() -> Void)?

    /// What is told of births; `nil` where nobody tells, or something was lost.
    var feed: BirthFeed?

    /// Prepares to act on what `scanner` finds.
    ///
    /// - Parameters:
    ///   - scanner: What looks again; it must read reaper's own procfs.
    ///   - planning: How matches that appear meanwhile are to be stopped.
    ///   - followsPattern: Whether what was asked for is evaluated again on every look.
    ///   - files: Instance files that serve as evidence.
    ///   - groups: Control groups that reaper made: the directory of each, or its path as
    ///     `/proc/PID/cgroup` has it. Everybody in them matches.
    ///   - hidden: Who could not be read when the plan was made, and is told by its report.
    ///   - isExact: Whether a plan is executed as it was written down: then descendants, too, must
    ///     run what they ran.
    ///   - end: When a look at everybody that is not through is given up; `nil`: never.
    ///   - interrupts: Counts what the user's terminal sends.
    public init(
        scanner: consuming Scanner,
        planning: PlanningOptions,
        followsPattern: Bool,
        files: [InstanceFile],
        groups: [ByteString] = [],
        hidden: Set<Int32> = [],
        isExact: Bool = false,
        end: Duration? = nil,
        interrupts: InterruptCounter
    ) {
        var scanner = scanner
        if scanner.hearsSince == nil { scanner.followBirths() }
        feed = scanner.takeBirths()
        let mountinfo = scanner.mountinfo
        scanner.patience = end
        beginning = scanner.host.ticks(at: Clock.sinceBoot())
        self.scanner = scanner
        self.planning = planning
        followsRules = followsPattern
        self.files = files
        self.groups = ControlGroupSet(made: groups, mountinfo: mountinfo)
        self.isExact = isExact
        hiddenBefore = hidden
        self.interrupts = interrupts
    }

    /// Time that never jumps.
    public func now() -> Duration { Clock.monotonic() }

    // MARK: - Handles

    /// Opens a handle, and compares everything that was judged.
    public func pin(_ target: ShutdownTarget) -> PinAnswer {
        targets[target.identity] = target
        if handles.isEmpty { tieHeld() }
        // It was held, and compared, to be judged; ``send(_:to:)`` compares again.
        if let handle = scanner.takeHandle(of: target.identity),
            handle.pidfdInode == target.pidfdInode
        {
            return hold(handle)
        }
        switch open(target.identity) {
        case .failure(let error) where error.isGone: return .gone
        case .failure(let error): return .denied(error.description)
        case .success(let handle):
            if let wanted = target.pidfdInode, let inode = handle.pidfdInode, wanted != inode {
                return .gone
            }
            targets[target.identity]?.pidfdInode = handle.pidfdInode
            if let change = change(of: target, through: handle) { return .changed(change) }
            return hold(handle)
        }
    }

    private func hold(_ handle: ProcessHandle) -> PinAnswer {
        if let reason = scanner.protection(of: handle) { return .changed(reason) }
        var hasExited = false
        if tied.remove(handle.identity) == nil {
            drainBirths()
            // Who has exited may have been reaped: then its number can be another's by now.
            hasExited = handle.hasExited()
            if hasExited {
                do throws(SystemError) { _ = try handle.record(in: &scanner.procfs) } catch {
                    return error.isGone ? .gone : .denied(error.description)
                }
            }
            guard tieBirths(to: handle, isUnreaped: true) else { return .gone }
        }
        if handle.controlGroup == nil, !hearsBirths { _ = handle.realUser() }
        if let number = handle.controlGroup { groupNumbers.insert(number) }
        // The others are in the same ones, or their numbers say where.
        if handle.controlGroup == nil || targets[handle.identity]?.depth == 0 {
            let lines = record(through: handle, [.cgroups])?.cgroups?.known
            if let lines { cgroups.insert(lines) }
        }
        keep(handle)
        return hasExited ? .exited : .pinned
    }

    func keep(_ handle: ProcessHandle) {
        if handles.count + retired.count + scanner.held.count >= DescriptorLimit.handles {
            retired = []
        }
        if handles.count + scanner.held.count < DescriptorLimit.handles {
            handles[handle.identity] = handle
        }
    }

    /// Puts the handle of who has exited aside: closing it takes time that others wait for.
    func retire(_ identity: ProcessIdentity) {
        guard let handle = handles.removeValue(forKey: identity) else { return }
        retired.append(handle)
    }

    /// The numbers of members that have exited and that nobody has waited for.
    ///
    /// Each is still this member's, so nothing has to be read to tell who it is; after a thousand
    /// were killed that is most of a listing. If one is reaped now and its number handed out again,
    /// that is a birth, which a proof counts. Before Linux 6.9 a poll does not tell who was reaped.
    func unreaped() -> Set<Int32> {
        let held = retired.filter { $0.pidfdInode != nil }
        guard !held.isEmpty else { return [] }
        var entries = held.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
        guard unsafe clinux_poll(&entries, UInt(entries.count), 0) >= 0 else { return [] }
        let zombies = zip(held, entries).filter { Int32($0.1.revents) == POLLIN }
        return Set(zombies.map(\.0.identity.pid))
    }

    /// Reads facts of the process behind a handle; `nil` once it is reaped.
    func record(through handle: ProcessHandle, _ kinds: [FactKind]) -> ProcessRecord? {
        guard var record = try? handle.record(in: &scanner.procfs) else { return nil }
        for kind in kinds { handle.read(kind, into: &record, in: &scanner.procfs) }
        return record
    }

    func open(_ identity: ProcessIdentity) -> Result<ProcessHandle, SystemError> {
        if let handle = handles[identity] { return .success(handle) }
        do throws(SystemError) {
            let handle = try ProcessHandle(
                opening: identity.pid,
                startTime: identity.startTime,
                in: &scanner.procfs
            )
            if let wanted = targets[identity]?.pidfdInode, let inode = handle.pidfdInode,
                wanted != inode
            {
                return .failure(
                    SystemError(call: "fstat", subject: "pidfd \(identity)", code: ESRCH)
                )
            }
            return .success(handle)
        } catch {
            return .failure(error)
        }
    }

    /// What about the process is not as it was judged; exec(2) and setuid(2) change it under the
    /// same number and start time.
    private func change(of target: ShutdownTarget, through handle: ProcessHandle) -> String? {
        var record = ProcessRecord(identity: target.identity, name: "", parent: 0)
        // Whoever belongs to somebody is no less a part of the tree for running another program: most
        // have only just been made, and begin the one that they are for.
        if let executable = target.executable, isExact || target.depth == 0 {
            handle.read(.executable, into: &record, in: &scanner.procfs)
            switch record.executable {
            case .value(let link) where link.path != executable:
                return "it ran \(executable.text) when it was judged and runs "
                    + "\(link.path.text) now"
            // It was readable when it was judged: exec(2) of a program that is not.
            case .denied:
                return "it ran \(executable.text) when it was judged and what it runs "
                    + "now may not be read"
            case .value, .gone, nil: break
            }
        }
        if let user = target.user {
            var now = handle.realUser()
            if now == nil {
                handle.read(.status, into: &record, in: &scanner.procfs)
                now = record.status?.known?.realUser
            }
            if let now, now != user {
                return "it belonged to user \(user) when it was judged and to \(now) now"
            }
        }
        return nil
    }

    /// Reads `stat` through the handle.
    public func record(of identity: ProcessIdentity) -> ProcessRecord? {
        guard case .success(let handle) = open(identity) else { return nil }
        return record(through: handle, [])
    }

    /// Compares executable and user with what was judged.
    public func change(of identity: ProcessIdentity) -> String? {
        guard let target = targets[identity], case .success(let handle) = open(identity) else {
            return nil
        }
        return change(of: target, through: handle)
    }

    /// Closes the handle and forgets what was judged.
    public func release(_ identity: ProcessIdentity) {
        handles[identity] = nil
        targets[identity] = nil
    }

    /// Sends through the handle, after comparing once more.
    public func send(_ signal: Signal, to identity: ProcessIdentity) -> SendAnswer {
        switch open(identity) {
        case .failure(let error) where error.isGone: return .gone
        case .failure(let error): return .denied(error.description)
        case .success(let handle):
            // What was stopped and turned out to be another program has to run again.
            if signal != .continue, let target = targets[identity],
                let change = change(of: target, through: handle)
            {
                return .changed(change)
            }
            do throws(SystemError) {
                try handle.send(signal)
                return .sent
            } catch {
                if error.code == ESRCH { return .gone }
                return .denied(denial(error, handle))
            }
        }
    }

    private func denial(_ error: SystemError, _ handle: ProcessHandle) -> String {
        guard error.isDenied else { return error.description }
        guard let user = record(through: handle, [.status])?.status?.known?.realUser else {
            return "it may not be signalled; run as root"
        }
        let name = UserNames.read().names[user] ?? "\(user)"
        return "it belongs to user \(name); run as that user or as root"
    }

    /// Whether it has exited; one that cannot be opened for want of descriptors has not.
    public func hasExited(_ identity: ProcessIdentity) -> Bool {
        switch open(identity) {
        case .success(let handle): handle.hasExited()
        // Without descriptors nobody can be held, but whether a number is anybody's needs none.
        case .failure(let error): error.isGone || !PidLiveness.isProcess(identity.pid)
        }
    }
}
