/// Something that is to be gone, and how to notice that it is.
protocol DepartureWatch: AnyObject {
    /// Looks now.
    func look(_ procfs: inout Procfs) -> DepartureLook
    /// Who or what is still there by the latest look, one sentence each, foreign text escaped.
    var remains: [String] { get }
    /// What kept its looks from being certain, one sentence each, foreign text escaped.
    var doubts: [String] { get }
}

/// What one look found.
enum DepartureLook {
    /// It is gone.
    case gone
    /// It seems to be; look again at this time to be sure.
    case settling(until: Duration)
    /// It is there: look again when one of these exits, or at this time at the latest.
    case present([ProcessHandle], again: Duration?)
}

/// Waits until everything that was named is gone; poll(2) on pidfds, where there is a process.
public final class DepartureWait {
    private var procfs: Procfs
    private var watches: [any DepartureWatch] = []

    /// Opens `/proc`.
    public init() throws(SystemError) { procfs = try Procfs() }

    /// Whether the numbers in `/proc` are those of reaper's own pid namespace.
    public var isOwnNamespace: Bool { procfs.showsOwnNamespace() }

    /// Waits for a process, too.
    public func add(_ process: PidCondition) { watches.append(ProcessWatch(process)) }

    /// Waits for ports, too.
    public func add(_ ports: PortSet) { watches.append(PortWatch(ports)) }

    /// Waits for whatever a scanner finds, too.
    public func add(_ scanner: consuming Scanner) { watches.append(SelectionWatch(scanner)) }

    /// How waiting ended.
    public struct Outcome: Sendable, Equatable {
        /// Who or what was still there when the time came, one sentence each; empty: nobody.
        public var remains: [String] = []
        /// Why some of it may be there unseen, one sentence each.
        public var doubts: [String] = []
        /// Whether the time came before everything was gone.
        public var timedOut = false
    }

    /// Waits.
    ///
    /// - Parameter end: When to give up, by ``Clock/monotonic()``; `nil` waits for ever.
    /// - Returns: Who is left, if anybody is.
    public func run(until end: Duration?) -> Outcome {
        var outcome = Outcome()
        var left = watches
        while true {
            var handles: [ProcessHandle] = []
            var again = Duration.seconds(1 << 32)
            var isPresent = false
            left.removeAll { watch in
                switch watch.look(&procfs) {
                case .gone:
                    outcome.doubts += watch.doubts
                    return true
                case .settling(let time): again = min(again, time)
                case .present(let processes, let time):
                    isPresent = true
                    handles += processes
                    if let time { again = min(again, time) }
                }
                return false
            }
            if left.isEmpty { break }
            if let end {
                // What seems to be gone when the time comes is given the time to prove it.
                let last = isPresent ? end : end + FreeWindow.length * 3
                if Clock.monotonic() >= last { break }
                again = min(again, last)
            }
            var entries = handles.map(\.pollEntry)
            Polling.wait(for: &entries, until: again)
        }
        outcome.timedOut = !left.isEmpty
        outcome.remains = left.flatMap(\.remains)
        for watch in left { outcome.doubts += watch.doubts }
        return outcome
    }
}
