import Glibc
import Simulation
import Synchronization

/// Runs many seeds on all processors, and stops at the first that breaks a promise.
final class Soak: Sendable {
    private struct Result {
        var census = Census()
        var failures: [(seed: UInt64, violations: [Violation])] = []
    }

    /// Seeds that a thread takes at a time.
    private static let share: UInt64 = 64

    private let options: Options
    private let next: Atomic<UInt64>
    private let isOver = Atomic(false)
    private let result = Mutex(Result())

    init(_ options: Options) {
        self.options = options
        next = Atomic(options.from)
    }

    /// Returns whether every promise was kept.
    func run() -> Bool {
        let start = Soak.now
        let threads = (0..<options.jobs).map { _ in OwnThread { self.work(from: start) } }
        for thread in threads { thread.join() }
        return result.withLock { report($0, seconds: Soak.now - start) }
    }

    private func work(from start: Double) {
        let end =
            options.minutes.map { _ in UInt64.max }
            ?? options.from.addingReportingOverflow(options.seeds).partialValue
        let stop = options.minutes.map { start + Double($0) * 60 }
        while !isOver.load(ordering: .relaxed) {
            let first = next.add(Self.share, ordering: .relaxed).oldValue
            guard first < end else { return }
            if let stop, Soak.now >= stop { return }
            var census = Census()
            for seed in first..<min(end, first + Self.share) {
                let violations = Trial(seed: seed, census: &census).violations
                if !violations.isEmpty, fail(seed, violations) { break }
            }
            result.withLock { $0.census.add(census) }
            showProgress(from: start)
        }
    }

    /// Keeps a failure for the report; returns whether these are enough.
    private func fail(_ seed: UInt64, _ violations: [Violation]) -> Bool {
        let count = result.withLock { result in
            result.failures.append((seed, violations))
            return result.failures.count
        }
        if count >= options.failures { isOver.store(true, ordering: .relaxed) }
        return count >= options.failures
    }

    // MARK: - What is shown

    private let shown = Atomic<Int>(0)

    private func showProgress(from start: Double) {
        guard isatty(STDERR_FILENO) == 1 else { return }
        let second = Int(Soak.now - start)
        let last = shown.load(ordering: .relaxed)
        guard second > last,
            shown.compareExchange(expected: last, desired: second, ordering: .relaxed).exchanged
        else { return }
        let total = result.withLock { $0.census.total }
        Soak.write("\r\(total) shutdowns, \(total / max(second, 1)) a second ")
    }

    private func report(_ result: Result, seconds: Double) -> Bool {
        if isatty(STDERR_FILENO) == 1 { Soak.write("\r\u{1B}[K") }
        let census = result.census
        let rate = Int(Double(census.total) / max(seconds, 0.001))
        let tenths = Int(seconds * 10)
        print(
            "\(census.total) simulated shutdowns in \(tenths / 10).\(tenths % 10) s, "
                + "\(rate) a second on \(options.jobs) threads"
        )
        let average = census.averages
        print(
            "on average \(average.processes) processes, \(average.signals) signals, "
                + "\(average.looks) looks; scenes with"
        )
        for row in census.rows {
            let count = "\(row.count)"
            let padding = String(repeating: " ", count: max(9 - count.count, 0))
            let share = row.count * 1000 / max(census.total, 1)
            print("\(padding)\(count)  \(row.name) (\(share / 10).\(share % 10)%)")
        }
        guard !result.failures.isEmpty else {
            print("every promise was kept")
            return true
        }
        for failure in result.failures.sorted(by: { $0.seed < $1.seed }) {
            print("seed \(failure.seed) breaks \(failure.violations.count):")
            for violation in failure.violations { print("  \(violation)") }
            print("replay it alone: \(CommandLine.arguments[0]) --seed \(failure.seed)")
        }
        return false
    }

    private static func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            _ = unsafe Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }

    private static var now: Double {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
