import CLinux
import CSpecimen
import Glibc

/// A descriptor that closes itself, and that no program started by another test inherits.
struct Descriptor: ~Copyable {
    let raw: Int32

    init(owning raw: Int32) { self.raw = raw }

    deinit { _ = close(raw) }

    /// Waits until it can be read from, and says whether that was before the deadline.
    func isReadable(until deadline: ContinuousClock.Instant) -> Bool {
        while true {
            let left = deadline - .now
            var state = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
            let count = unsafe poll(&state, 1, max(0, Int32(left / .milliseconds(1))))
            if count > 0 { return true }
            if count == 0, deadline <= .now { return false }
        }
    }
}

/// The two ends of a new pipe.
struct Pipe: ~Copyable {
    var reading: Descriptor
    var writing: Descriptor

    init() throws(SupportError) {
        var ends: [Int32] = [-1, -1]
        try requireShim(unsafe cspecimen_pipe(&ends), "pipe2")
        reading = Descriptor(owning: ends[0])
        writing = Descriptor(owning: ends[1])
    }
}
