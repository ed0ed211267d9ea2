import Glibc

/// How much memory processes use.
enum MemoryUse {
    /// Resident bytes of a process and everybody below it, pages that they share counted for each;
    /// proc_pid_statm(5).
    static func ofTree(below pid: Int32) -> Int64? {
        guard var procfs = try? Procfs() else { return nil }
        var walk = ChildWalk()
        guard let records = walk.records(below: [pid], in: &procfs), !records.isEmpty else {
            return nil
        }
        let page = Int64(sysconf(Int32(_SC_PAGESIZE)))
        return records.reduce(0) { $0 + resident($1.pid) * page }
    }

    private static func resident(_ pid: Int32) -> Int64 {
        guard let file = try? FileDescriptor(opening: "/proc/\(pid)/statm"),
            let bytes = try? file.readAll(limit: 256, subject: "statm")
        else { return 0 }
        let fields = bytes.split(separator: 0x20)
        return fields.count > 1 ? Int64(String(decoding: fields[1], as: UTF8.self)) ?? 0 : 0
    }
}
