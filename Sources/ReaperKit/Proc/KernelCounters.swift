import Glibc

/// The kernel's own counts of births, read from `/proc`.
struct KernelCounters: BirthCounter {
    /// The line `processes N` of `/proc/stat`: forks since boot; proc_stat(5).
    func forks() -> UInt64? {
        guard let bytes = contents(of: "/proc/stat") else { return nil }
        for line in bytes.split(separator: 0x0A) where line.starts(with: "processes ".utf8) {
            return UInt64(String(decoding: line.dropFirst(10), as: UTF8.self))
        }
        return nil
    }

    /// The last field of `/proc/loadavg`; proc_loadavg(5).
    func lastPid() -> Int32? {
        guard let bytes = contents(of: "/proc/loadavg"),
            let field = bytes.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A }).last
        else { return nil }
        return Int32(String(decoding: field, as: UTF8.self))
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
