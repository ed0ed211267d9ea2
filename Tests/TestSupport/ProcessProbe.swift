import CLinux
import CSpecimen
import Foundation

/// One particular process, watched without ever being waited for.
package final class ProcessProbe: Sendable, CustomStringConvertible {
    /// What is left of a process.
    package enum State: Sendable {
        case running
        /// Dead, and not buried by its parent.
        case zombie
        case gone
    }

    package let pid: Int32
    /// Clock ticks after boot; proc_pid_stat(5), field 22.
    package let startTime: UInt64
    /// Negative when the process had gone before the probe was made.
    ///
    /// Whoever names a live process (a ready line, a report on it) keeps its number from reuse.
    private let descriptor: Int32

    /// Takes `pid@start`, as reports and the specimen write it.
    package init(_ identity: some StringProtocol) throws(SupportError) {
        let parts = identity.split(separator: "@")
        guard parts.count == 2, let pid = Int32(parts[0]), let startTime = UInt64(parts[1]) else {
            throw SupportError("'\(identity)' is not pid@start")
        }
        self.pid = pid
        self.startTime = startTime
        let raw = clinux_pidfd_open(pid)
        // Any other failure must not pass for an answer.
        if raw != -ESRCH { try requireShim(raw, "pidfd_open", "\(identity)") }
        descriptor = raw
    }

    deinit { if descriptor >= 0 { _ = close(descriptor) } }

    /// The identity as reports write it, `pid@start`.
    package var description: String { "\(pid)@\(startTime)" }

    /// Whether every thread has ended; for a zombie that is so, for one with live threads not.
    package var hasEnded: Bool {
        guard descriptor >= 0 else { return true }
        var state = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&state, 1, 0) != 0
    }

    /// Waits for the end of a process that is already on its way there; false after ten minutes.
    package func endsInTime() throws(SupportError) -> Bool {
        if descriptor < 0 { return true }
        let copy = try require(fcntl(descriptor, F_DUPFD_CLOEXEC, 0), "fcntl", description)
        return Descriptor(owning: copy).isReadable(until: .now + .seconds(600))
    }

    /// Signals exactly this process.
    package func send(_ signal: Int32) throws(SupportError) {
        try requireShim(clinux_pidfd_send_signal(descriptor, signal), "pidfd_send_signal")
    }

    package var state: State {
        guard hasEnded else { return .running }
        return fields == nil ? .gone : .zombie
    }

    /// The state letter of proc_pid_stat(5), nil when the process is gone.
    package var letter: Character? { fields?.first?.first }

    /// The parent's number, nil when the process is gone.
    package var parent: Int32? { field(1) }

    package var processGroup: Int32? { field(2) }

    package var session: Int32? { field(3) }

    /// Where a link such as `exe` or `cwd` in `/proc/PID` points.
    package func link(_ name: String) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/\(name)")
    }

    /// A file such as `cmdline` in `/proc/PID`, split at its zero bytes.
    package func strings(_ name: String) -> [String] {
        let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/\(name)") ?? Data()
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    private func field(_ index: Int) -> Int32? { fields.flatMap { Int32($0[index]) } }

    /// The fields of `/proc/PID/stat` from the state on; nil unless it is still this process.
    private var fields: [String]? {
        guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/stat"),
            let end = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = bytes[(end + 1)...].split(separator: UInt8(ascii: " "))
            .map { String(decoding: $0, as: UTF8.self) }
        return fields.count > 19 && fields[19] == "\(startTime)" ? fields : nil
    }
}
