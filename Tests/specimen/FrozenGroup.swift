import CLinux
import Glibc

/// A control group of the situation's own whose processes are frozen: `docker pause` does the same.
///
/// In version 1 not even SIGKILL reaches them before they are thawed; so whoever made it thaws it.
struct FrozenGroup {
    let path: String
    private let switchFile: String
    private let frozenWord: String
    private let thawedWord: String

    /// Creates it, for `v1` or `v2`, and moves these processes in.
    init(version: String, members: [Int32]) throws(StagingError) {
        let isFirst = version == "v1"
        let base = isFirst ? "/sys/fs/cgroup/freezer" : try FrozenGroup.unifiedRoot()
        path = "\(base)/reaper-test-\(getpid())"
        switchFile = path + (isFirst ? "/freezer.state" : "/cgroup.freeze")
        frozenWord = isFirst ? "FROZEN" : "1"
        thawedWord = isFirst ? "THAWED" : "0"
        try checkErrno(unsafe mkdir(path, 0o755), "mkdir", path)
        for pid in members { try FrozenGroup.write("\(pid)", to: "\(path)/cgroup.procs") }
    }

    /// Returns once the kernel says that all are frozen.
    func freeze() throws(StagingError) {
        try FrozenGroup.write(frozenWord, to: switchFile)
        let isFirst = frozenWord == "FROZEN"
        let state = isFirst ? switchFile : "\(path)/cgroup.events"
        let word = isFirst ? "FROZEN\n" : "frozen 1\n"
        // Nothing reports it in version 1; it is about to happen, so let them run.
        while try !FrozenGroup.read(state).contains(word) { _ = sched_yield() }
    }

    func thaw() { try? FrozenGroup.write(thawedWord, to: switchFile) }

    /// Removes it once everybody in it is gone.
    func remove() { _ = unsafe rmdir(path) }

    private static func unifiedRoot() throws(StagingError) -> String {
        for line in try read("/proc/self/mounts").split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.count > 2, fields[2] == "cgroup2" { return String(fields[1]) }
        }
        throw StagingError("no control groups of version 2")
    }

    private static func write(_ text: String, to path: String) throws(StagingError) {
        let file = try checkErrno(unsafe open(path, O_WRONLY | O_CLOEXEC), "open", path)
        defer { _ = close(file) }
        let bytes = Array(text.utf8)
        let count = unsafe Glibc.write(file, bytes, bytes.count)
        try checkErrno(Int32(count), "write", path)
    }

    private static func read(_ path: String) throws(StagingError) -> String {
        let file = try checkErrno(unsafe open(path, O_RDONLY | O_CLOEXEC), "open", path)
        defer { _ = close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        while case let count = unsafe Glibc.read(file, &chunk, chunk.count), count > 0 {
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
