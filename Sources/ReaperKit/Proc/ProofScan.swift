/// What a proof scan needs of the kernel; a simulated one tests it.
public protocol BirthCounter {
    /// Forks since boot, `processes` in `/proc/stat`; it counts threads too. `nil`: unknown.
    mutating func forks() -> UInt64?
    /// The number given last in this pid namespace, field 5 of `/proc/loadavg`. `nil`: unknown.
    mutating func lastPid() -> Int32?
    /// Where numbers wrap, `/proc/sys/kernel/pid_max`.
    mutating func pidLimit() -> Int32
}

/// Proves that a look at all processes missed none, or says that it cannot.
///
/// A listing of `/proc` never proves absence: a process that forks and exits faster than the
/// listing goes is never in it. What proves it is that nobody was born during the listing (the
/// kernel's fork counter stood still), or that every number handed out meanwhile was looked at too
/// (the last-pid chase).
public enum ProofScan {
    /// What a scan established.
    public enum Answer: Sendable, Equatable {
        /// Nothing was born during the listing.
        case quiet
        /// Everything born during the listing was looked at as well.
        case chased
        /// It could not be proven; the text says why.
        case notProven(String)
        /// It cannot be proven here, however often it is tried; the text says why.
        case unprovable(String)

        /// Whether absence is proven.
        public var isProven: Bool { self == .quiet || self == .chased }
    }

    /// How many quiet looks in a row end a chase.
    private static let quietRounds = 5
    /// More births than this during one scan are not chased: list again instead.
    private static let chaseLimit: Int32 = 20_000

    /// Numbers before the last one that are looked at again.
    private static let overlap: Int32 = 3
    /// Where numbers begin again after they wrapped: `RESERVED_PIDS`, kernel/pid.c.
    private static let lowest: Int32 = 300
    /// Below this limit numbers can go all the way round while one round of a chase lasts.
    private static let wrappable: Int32 = 1 << 17

    /// Runs `list` between two readings of the counters, then `examine` on every number born since.
    ///
    /// - Parameters:
    ///   - counter: The kernel's counters.
    ///   - rounds: The most looks that a chase takes before it gives up.
    ///   - mayGoOn: Whether there is time for another round of a chase.
    ///   - list: Looks at every process.
    ///   - examine: Looks at these numbers, some of which nobody has.
    /// - Returns: What the looks are worth.
    public static func run<Counter: BirthCounter>(
        _ counter: inout Counter,
        rounds: Int = 2000,
        mayGoOn: () -> Bool = { true },
        list: () -> Void,
        examine: ([Int32]) -> Void
    ) -> Answer {
        guard let forksBefore = counter.forks() else {
            return .unprovable("/proc/stat has no fork counter here")
        }
        guard var last = counter.lastPid() else {
            return .unprovable("/proc/loadavg is not readable here")
        }
        let limit = max(counter.pidLimit(), 301)
        list()
        guard var forksNow = counter.forks() else {
            return .notProven("/proc/stat has no fork counter here")
        }
        if forksNow == forksBefore { return .quiet }
        /// Looks at so many at a time that it takes only a moment; returns whether all were.
        func look(at numbers: [Int32]) -> Bool {
            let size = 500
            for start in stride(from: 0, to: numbers.count, by: size) {
                guard mayGoOn() else { return false }
                examine(Array(numbers[start..<min(start + size, numbers.count)]))
            }
            return true
        }
        var quiet = 0
        // The number handed out just before the first reading may not have been listable yet.
        let origin = last - overlap
        var first = origin
        var forksLast = forksBefore
        for _ in 0..<rounds {
            guard mayGoOn() else { return .notProven(tooLate) }
            guard let now = counter.lastPid() else {
                return .notProven("/proc/loadavg is not readable here")
            }
            let born = numbers(after: first, through: now + 1, below: limit)
            guard born.count <= chaseLimit else {
                return .notProven("\(born.count) processes were born during one scan")
            }
            guard look(at: born) else { return .notProven(tooLate) }
            // Numbers can have gone all the way round between two readings of the last one.
            if limit < wrappable {
                let forks = counter.forks() ?? .max
                if forks &- forksLast >= UInt64(limit - lowest) / 2 {
                    return .notProven("process numbers went round during one scan")
                }
                (forksLast, forksNow) = (forksNow, forks)
            }
            quiet = now == last ? quiet + 1 : 0
            if quiet == quietRounds {
                // A number is handed out before its process can be seen; the slow ones are by now.
                let all = numbers(after: origin, through: now + 1, below: limit)
                guard all.count <= chaseLimit else {
                    return .notProven("\(all.count) processes were born during one scan")
                }
                return look(at: all) ? .chased : .notProven(tooLate)
            }
            last = now
            first = now - overlap
        }
        return .notProven("processes were born faster than they could be looked at")
    }

    private static let tooLate = "there was no time left to look at what was born meanwhile"

    // Numbers wrap to RESERVED_PIDS (300), kernel/pid.c; small ones are given only once.
    static func numbers(after first: Int32, through last: Int32, below limit: Int32) -> [Int32] {
        let low = max(first + 1, 1)
        let high = min(last, limit - 1)
        // Just after it wrapped, the numbers before this one are those at the top.
        let top = low < lowest && high >= lowest ? max(low, limit - (lowest - low))..<limit : 0..<0
        if low <= high { return Array(low...high) + top.drop { $0 <= high } }
        // It wrapped: the rest of the range, then its beginning.
        return (low < limit ? Array(low..<limit) : [])
            + (last >= lowest ? Array(lowest...min(last, limit - 1)) : [])
    }
}
