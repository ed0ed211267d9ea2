import CLinux
import CSpecimen
import Glibc

/// The processes that reported ready, each pinned by a pidfd from then on.
struct Roster {
    struct Member {
        let name: String
        let pid: Int32
        /// Clock ticks after boot; proc_pid_stat(5), field 22.
        let startTime: String
        let descriptor: Int32

        var identity: String { "\(pid)@\(startTime)" }

        /// Whether it has ended; a zombie has.
        var hasEnded: Bool { poll(timeout: 0) != 0 }

        func awaitEnd() { while poll(timeout: -1) < 0 {} }

        private func poll(timeout: Int32) -> Int32 {
            var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            return unsafe Glibc.poll(&state, 1, timeout)
        }
    }

    private(set) var members: [Member] = []

    /// Adds a process, seen in `state` first if one is asked for.
    mutating func add(
        _ name: String,
        pid: Int32,
        state: Character?
    ) throws(StagingError) {
        // The process or its parent waits for us to read on, so the number is still its own.
        let descriptor = try check(clinux_pidfd_open(pid), "pidfd_open", "\(name), pid \(pid)")
        if let state {
            // Nothing reports that a thread has stopped or left; it is about to, so let it run.
            while try stat(of: pid).state != state { _ = sched_yield() }
        }
        let member = Member(
            name: name,
            pid: pid,
            startTime: try stat(of: pid).startTime,
            descriptor: descriptor
        )
        members.append(member)
    }

    /// The latest bearer of a number, which may be dead already.
    func name(ofPid pid: Int32) -> String? { members.last { $0.pid == pid }?.name }

    private func stat(
        of pid: Int32
    ) throws(StagingError) -> (state: Character, startTime: String) {
        let path = "/proc/\(pid)/stat"
        let file = try check(
            unsafe clinux_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC),
            "open",
            path
        )
        defer { _ = close(file) }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = unsafe clinux_read(file, &bytes, bytes.count)
        try check(Int32(count), "read", path)
        // The name in parentheses may hold anything, so count fields from its last parenthesis.
        let fields = bytes[..<count].split(separator: UInt8(ascii: ")")).last?
            .split(separator: UInt8(ascii: " "))
        guard let fields, fields.count > 19, let state = fields[0].first else {
            throw StagingError("read \(path): too short")
        }
        return (Character(Unicode.Scalar(state)), String(decoding: fields[19], as: UTF8.self))
    }
}
