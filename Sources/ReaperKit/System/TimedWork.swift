import CLinux
import Glibc

/// Work that may take for ever, done beside the caller, who waits only so long for it.
enum TimedWork {
    /// Runs `work` on a thread of its own.
    ///
    /// No signal is delivered to that thread: they stay the caller's.
    ///
    /// - Parameters:
    ///   - limit: How long to wait.
    ///   - work: What to do; it must have no effect but its result.
    /// - Returns: The result; `nil` when it was not there in time. Then the thread goes on, and ends
    ///   with the process at the latest.
    static func run<Value: Sendable>(
        for limit: Duration,
        _ work: @escaping @Sendable () -> Value
    ) -> Value? {
        guard let slot = Slot<Value>() else { return nil }
        let task = Task { slot.fill(work()) }
        var signals = sigset_t()
        var previous = sigset_t()
        unsafe sigfillset(&signals)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, &previous)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &previous, nil) }
        var thread = pthread_t()
        let reference = unsafe Unmanaged.passRetained(task)
        let result = unsafe pthread_create(
            &thread,
            nil,
            { raw in
                guard let raw = unsafe raw else { return nil }
                unsafe Unmanaged<Task>.fromOpaque(raw).takeRetainedValue().body()
                return nil
            },
            reference.toOpaque()
        )
        guard result == 0 else {
            unsafe reference.release()
            return nil
        }
        pthread_detach(thread)
        return slot.value(until: Clock.monotonic() + limit)
    }

    private final class Task: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Where the result is put; whoever sees that the descriptor can be read sees it, too.
    private final class Slot<Value: Sendable>: @unchecked Sendable {
        private var value: Value?
        private let event: FileDescriptor

        init?() {
            let number = clinux_eventfd()
            guard number >= 0 else { return nil }
            event = FileDescriptor(owning: number)
        }

        func fill(_ value: Value) {
            self.value = value
            var one: UInt64 = 1
            _ = unsafe write(event.raw, &one, 8)
        }

        func value(until time: Duration) -> Value? {
            var entries = [pollfd(fd: event.raw, events: Int16(POLLIN), revents: 0)]
            return Polling.wait(for: &entries, until: time) > 0 ? value : nil
        }
    }
}
