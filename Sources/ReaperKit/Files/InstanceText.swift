/// Why the text of an instance file names no process.
struct InstanceFormatError: Error, Hashable, Sendable {
    /// What was expected, and where.
    var reason: String
}

/// The grammars of instance files: bytes in, entries out, no system calls.
enum InstanceText {
    /// The kernel's limit for process numbers, PID_MAX_LIMIT; proc_sys_kernel(5).
    static let pidRange: ClosedRange<Int64> = 2...4_194_304
    /// More entries than this in one file are refused.
    static let entryLimit = 4096

    /// One number and at most one newline, nothing else.
    ///
    /// Whatever C library calls make of `-1`, `0`, `4294967297`, `0x10` or `12 34`, here it is
    /// malformed: kill(2) takes the first for everybody, the second for our own group.
    static func pid(_ bytes: [UInt8]) throws(InstanceFormatError) -> InstanceEntry {
        let digits = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
        return InstanceEntry(pid: try number(digits))
    }

    /// A process number in decimal digits without a leading zero.
    static func number(_ digits: some Collection<UInt8>) throws(InstanceFormatError) -> Int32 {
        var value: Int64 = 0
        for byte in digits {
            guard case let digit = byte &- UInt8(ascii: "0"), digit < 10,
                value <= pidRange.upperBound
            else { throw .notANumber }
            value = value * 10 + Int64(digit)
        }
        guard let first = digits.first, first != UInt8(ascii: "0") else { throw .notANumber }
        return try pid(value)
    }

    /// An entry that cannot be understood, beside others that can.
    static func flawed(_ error: InstanceFormatError, named name: String?) -> InstanceEntry {
        var entry = InstanceEntry(pid: nil)
        entry.id = name
        entry.flaw = (name.map { "entry '\($0)': " } ?? "an entry: ") + error.reason
        return entry
    }

    /// What is wrong with several entries; only the first few are told.
    static func account(of flaws: [String]) -> String {
        let shown = 3
        let rest = flaws.count - shown
        return flaws.prefix(shown).joined(separator: "; ")
            + (rest > 0 ? "; and \(rest) more like it" : "")
    }

    /// A number that can be a process other than the first.
    static func pid(_ value: Int64) throws(InstanceFormatError) -> Int32 {
        guard pidRange.contains(value), let pid = Int32(exactly: value) else { throw .notANumber }
        return pid
    }
}

extension InstanceFormatError {
    /// The number is missing or out of range.
    static let notANumber = InstanceFormatError(
        reason: "expected one process number from 2 to 4194304 in decimal digits"
    )
}
