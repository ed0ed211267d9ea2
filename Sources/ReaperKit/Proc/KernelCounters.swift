import Glibc

/// The kernel's own counts of births, read from `/proc`.
struct KernelCounters: BirthCounter {
    /// The line `processes N` of `/proc/stat`: forks since boot; proc_stat(5).
    func forks() -> UInt64? {
        guard let bytes = contents(of: "/proc/stat") else { return nil }
        // The file grows with every interrupt line of a large machine: it is searched, not split.
        guard let line = bytes.firstIndex(of: "\nprocesses ") else { return nil }
        let number = bytes[(line + 11)...].prefix { $0 != 0x0A }
        return UInt64(String(decoding: number, as: UTF8.self))
    }

    /// The last field of `/proc/loadavg`; proc_loadavg(5).
    func lastPid() -> Int32? {
        guard let bytes = contents(of: "/proc/loadavg"),
            let field = bytes.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A }).last
        else { return nil }
        return Int32(String(decoding: field, as: UTF8.self))
    }

    /// Births so far, and the number given last.
    func marks() -> (forks: UInt64, last: Int32)? {
        guard let forks = forks(), let last = lastPid() else { return nil }
        return (forks, last)
    }

    /// Whether a number can have been handed out since.
    ///
    /// The kernel goes round, and passes over every number that is in use; so it reaches this one
    /// after as many births as there are numbers before it, less those that are in use.
    func mayHavePassedOn(_ number: Int32, since marks: (forks: UInt64, last: Int32)?) -> Bool {
        guard let marks, let forks = forks(), let used = tasks() else { return true }
        let limit = pidLimit()
        let lowest: Int32 = 300
        let ahead =
            number > marks.last ? number - marks.last : limit - marks.last + max(number - lowest, 0)
        return forks &- marks.forks + used + 1 >= UInt64(max(ahead, 0))
    }

    /// Threads there are, the second number of the fourth field of `/proc/loadavg`.
    private func tasks() -> UInt64? {
        guard let bytes = contents(of: "/proc/loadavg") else { return nil }
        let fields = bytes.split(separator: 0x20)
        guard fields.count >= 4, let slash = fields[3].firstIndex(of: UInt8(ascii: "/")) else {
            return nil
        }
        return UInt64(String(decoding: fields[3][(slash + 1)...], as: UTF8.self))
    }

    func pidLimit() -> Int32 {
        guard let bytes = contents(of: "/proc/sys/kernel/pid_max") else { return 4_194_304 }
        let text = String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
        return Int32(text) ?? 4_194_304
    }

    private func contents(of path: String) -> [UInt8]? {
        guard let file = try? FileDescriptor(opening: path) else { return nil }
        return try? file.readAll(limit: 1 << 20, subject: path)
    }
}
