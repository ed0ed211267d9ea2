import CLinux
import Glibc

/// Runs services until it is asked to end, and ends nothing but what is its own.
///
/// It is one loop that waits for signals, clients, the ends of processes, and times. What is to be
/// done about what comes is decided by ``Supervision``; services are ended by a process of its own,
/// ``ServiceEnding``, so that the loop never waits for anybody.
public final class Supervisor {
    var directory: StateDirectory
    var lock: FileDescriptor
    let server: ControlServer
    let signals: SignalIntake
    let facts: OwnFacts
    /// What tells this supervisor's services from another's.
    let tag: String
    let options: Options
    /// Is told what happens.
    let observe: (Notice) -> Void

    var supervision: Supervision
    /// Services that have a process.
    var running: [String: RunningService] = [:]
    /// Whose process a number is, among children that have not been waited for.
    var children: [Int32: Child] = [:]
    var timers = TimerQueue<Timer>()
    var workers: [Int32: EndingWorker] = [:]
    var probes: [String: Probe] = [:]
    var operations: [Operation] = []
    var readers: [String: LogReader] = [:]
    var watch: LogWatch?
    /// Tells that its directory may be gone.
    var place: DirectoryWatch?
    /// How often it has not found its directory as it left it, in a row.
    var displacements = 0
    var logPace = LogPace()
    /// How its own log grows.
    var ownLogGrowth = LogGrowth()
    /// When logs are looked at next whether they have grown too long.
    var nextLook = Duration.zero
    var probe: ReadinessProbe
    /// Services that are to be killed without being asked.
    var forced: Set<String> = []
    /// What became of the end of everything; `nil` while nobody has asked for it.
    var ending: Ending?
    var isDone = false
    /// Whether a worker ends who belongs to no service, and how often one was asked to.
    var strays = false
    var strayRounds = 0
    /// When each service was first started by this supervisor, in clock ticks after boot.
    var firstStarts: [String: UInt64] = [:]
    /// Whether it took over services of an earlier one: what those let go is not among its children.
    var hasAdopted = false
    /// Whether its children can descend from others than its services: whoever became the
    /// supervisor by exec(2) had some already, and PID 1 gets those of everybody.
    let adoptsStrangers: Bool
    /// Whether somebody has stopped a service, and may want to start it again.
    var wasStoppedByHand = false

    /// How a supervisor is to work.
    public struct Options {
        /// Where its service file is, for reports.
        public var source: String
        /// Reads the service file again.
        public var reload: () -> Result<[Service], ServiceFileFailure>
        /// Whether it follows what services print, and tells it.
        public var followsLogs = false
        /// Whether it ends when no service runs, or will, and nobody has stopped one.
        public var endsWhenIdle = false
        /// The file that its own messages go to, if it looks after that.
        public var ownLog: ServiceLog?
        /// What is shown to people, and waits for them.
        public var consoles: [Console] = []
        /// What becomes of services that an earlier supervisor has left.
        public var takeover = Takeover.replace

        /// Creates the options of a supervisor in the background.
        public init(
            source: String,
            reload: @escaping () -> Result<[Service], ServiceFileFailure>
        ) {
            self.source = source
            self.reload = reload
        }
    }

    /// What becomes of services whose supervisor is gone.
    public enum Takeover: String, Sendable, CaseIterable {
        /// They go on, under this one.
        case adopt
        /// They are ended, and started anew.
        case replace
        /// Nothing is done, and nothing started.
        case refuse
    }

    /// Something to tell people.
    public enum Notice {
        /// A service is in another state.
        case changed(Supervision.Standing, ProcessIdentity?)
        /// A service has printed a line.
        case line(String, ByteString)
        /// Something about a service, or about the supervisor.
        case message(String?, String)
    }

    /// When something is to be done.
    enum Timer: Equatable {
        case pauseOver(String)
        case readiness(String)
        case rotation
        /// It tries to have its directory again.
        case place
        /// There is more in a log than was read.
        case logs
        /// A worker has had its time.
        case worker(Int32)
    }

    /// What a child is.
    enum Child: Equatable {
        case service(String)
        case check(String)
        case worker
    }

    /// A service's process.
    struct RunningService {
        var record: ServiceRecord
        var log: ServiceLog
        /// Whether its process has ended: then its number may be another's.
        var hasEnded = false
        /// How its log grows.
        var logGrowth = LogGrowth()
        /// What is written down of how it is ended.
        var stop: [UInt8] = []
        /// Of the definition that its process was started with; `nil` where nobody wrote it down.
        var fingerprint: String?
        /// When its mark was made, in clock ticks after boot; 0: not known.
        var since: UInt64 = 0
        /// Whether an earlier supervisor has started it.
        var isAdopted = false
        /// Its pidfd, where it is no child: then nothing else tells of its end.
        var pidfd: Int32?
    }

    /// Begins: takes the lock, listens, and looks for what an earlier one has left.
    ///
    /// - Throws: Why it cannot; then nothing was started or ended.
    public init(
        _ services: [Service],
        in path: String,
        _ options: Options,
        observe: @escaping (Notice) -> Void
    ) throws(SupervisorFailure) {
        do throws(SystemError) {
            directory = try StateDirectory(opening: path, creating: true)
            guard let lock = try directory.lock() else {
                throw SystemError(call: "flock", subject: "\(path)/lock", code: EWOULDBLOCK)
            }
            self.lock = lock
            facts = try OwnFacts()
        } catch {
            throw error.code == EWOULDBLOCK ? .isRunning(path) : .system(error)
        }
        if let other = directory.displacedSupervisor(besides: facts.identity) {
            throw .isDisplaced(path, other)
        }
        do throws(SystemError) {
            try check(clinux_set_child_subreaper(1), "prctl", "PR_SET_CHILD_SUBREAPER")
            adoptsStrangers = getpid() == 1 || ChildEvent.hasForeignChild
            signals = try SignalIntake()
            probe = try ReadinessProbe()
            server = try ControlServer(in: directory)
            if options.followsLogs { watch = try LogWatch() }
        } catch {
            throw .system(error)
        }
        tag = RunTag.make()
        self.options = options
        self.observe = observe
        supervision = Supervision(services, at: Clock.monotonic())
        nextLook = Clock.monotonic() + logPace.pause
        timers.add(.rotation, at: nextLook)
    }

    private func ownRecord() -> [UInt8] {
        var json = JSONWriter(.compact)
        json.object { json in
            json.member("pid", facts.identity.pid)
            json.member("start_ticks", facts.identity.startTime)
            json.member("boot_id", facts.bootID)
            json.member("pid_namespace", facts.namespace)
            json.member("file", options.source)
            json.member("version", ReaperVersion.current)
            json.member("started_at", Clock.wall().rfc3339())
            json.member("tag", tag)
            json.array("services") { json in
                for name in supervision.names { json.element(name) }
            }
        }
        json.endLine()
        return json.bytes
    }

    /// Writes down who it is, and whom it may start.
    func writeOwnRecord() {
        do throws(SystemError) { try directory.write(ownRecord(), to: "supervisor.json") } catch {
            tellMessage(nil, "no record of the supervisor: \(error)")
        }
    }

    // MARK: - The loop

    /// Starts services, and goes on until it is asked to end and everything has ended.
    ///
    /// - Parameter names: Which to start, with what they come after; `nil`: all.
    /// - Returns: What to tell whoever started it.
    public func run(starting names: [String]?) -> ExitStatus {
        writeOwnRecord()
        watchPlace()
        start(names ?? supervision.names)
        while !isDone {
            var entries = waiting
            Polling.wait(for: &entries, until: nextTime)
            let now = Clock.monotonic()
            for console in options.consoles { console.flush() }
            for arrival in signals.take() { take(arrival) }
            collectChildren()
            for entry in entries where entry.revents != 0 { takeOutput(of: entry.fd) }
            noticeAdopted(entries)
            if let watch, entries.contains(where: { $0.fd == watch.descriptor && $0.revents != 0 })
            {
                followLogs(watch.take())
            }
            if let place, entries.contains(where: { $0.fd == place.descriptor && $0.revents != 0 })
            {
                place.drain()
                keepPlaceSoon()
            }
            for timer in timers.take(until: now) { take(timer) }
            for (client, line) in server.take(entries, at: now) { take(line, from: client) }
            goOn()
        }
        return conclude()
    }

    private var waiting: [pollfd] {
        let readable = Int16(POLLIN)
        var entries = [pollfd(fd: signals.descriptor.raw, events: readable, revents: 0)]
        entries += server.entries
        for worker in workers.values where worker.output >= 0 {
            entries.append(pollfd(fd: worker.output, events: readable, revents: 0))
        }
        for service in running.values {
            guard let pidfd = service.pidfd else { continue }
            entries.append(pollfd(fd: pidfd, events: readable, revents: 0))
        }
        if let watch { entries.append(pollfd(fd: watch.descriptor, events: readable, revents: 0)) }
        if let place { entries.append(pollfd(fd: place.descriptor, events: readable, revents: 0)) }
        entries += options.consoles.compactMap(\.entry)
        return entries
    }

    private var nextTime: Duration {
        [timers.next, server.nextTimeout].compactMap(\.self).min() ?? .seconds(1 << 40)
    }

    private func take(_ arrival: SignalIntake.Arrival) {
        switch arrival.number {
        case SIGHUP where !arrival.isTerminals: _ = reload()
        case SIGINT, SIGTERM, SIGQUIT, SIGHUP: endAll(isForced: false, isInterrupt: true)
        // Whoever stops the supervisor at a terminal stops it; its services go on.
        case SIGTSTP: signals.allowing(SIGTSTP) { _ = kill(getpid(), SIGTSTP) }
        default: return
        }
    }

    private func take(_ timer: Timer) {
        switch timer {
        case .pauseOver(let name):
            perform(supervision.handle(.pauseOver, of: name, at: Clock.monotonic()))
        case .readiness(let name): look(at: name)
        case .logs: followRest()
        case .worker(let pid): endWorker(pid)
        case .place: keepPlace()
        case .rotation:
            rotateLogs()
            if displacements == 0 { keepPlace() }
            nextLook = Clock.monotonic() + logPace.pause
            timers.add(.rotation, at: nextLook)
        }
    }
}
