import Glibc

/// What the command line asks for.
struct Options {
    static let usage = """
        usage: soak [--seeds N] [--from S] [--minutes M] [--jobs J] [--failures F]
               soak --seed S
        Runs simulated shutdowns, one per seed, on all processors, and holds each to what must
        always be true. Exits 1 when one breaks it, after F such seeds (1); --seed replays that
        one and shows every signal and outcome.
        """

    struct UsageError: Error, CustomStringConvertible {
        var description: String
    }

    var seeds: UInt64 = 100_000
    var from: UInt64 = 0
    var seed: UInt64?
    var minutes: UInt64?
    /// How many seeds may fail before it stops.
    var failures = 1
    var jobs = max(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), 1)

    init(_ arguments: some Sequence<String>) throws(UsageError) {
        var iterator = arguments.makeIterator()
        while let name = iterator.next() {
            guard
                ["--seeds", "--from", "--seed", "--minutes", "--jobs", "--failures"].contains(name)
            else {
                throw UsageError(description: "unknown option \(name)")
            }
            guard let text = iterator.next(), let value = UInt64(text) else {
                throw UsageError(description: "\(name) takes a number")
            }
            switch name {
            case "--seeds": seeds = value
            case "--from": from = value
            case "--seed": seed = value
            case "--minutes": minutes = value
            case "--failures": failures = max(Int(clamping: value), 1)
            default: jobs = min(max(Int(clamping: value), 1), 1024)
            }
        }
    }
}
