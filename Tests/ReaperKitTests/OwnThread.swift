import Glibc
import Synchronization

/// A thread that a test may change for good: leave a namespace, keep descriptors of its own.
struct OwnThread {
    private final class Box {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    private var thread = pthread_t()
    private let started: Bool

    init(_ body: @escaping () -> Void) {
        let argument = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
        let result = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            },
            argument
        )
        started = result == 0
    }

    /// Waits for its end.
    func join() {
        if started { _ = pthread_join(thread, nil) }
    }
}

/// A flag that one thread sets and another reads.
final class LockedFlag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }
}
