import Glibc

/// One thread of the operating system, which its body may change for good: leave a namespace, keep
/// descriptors of its own.
package struct OwnThread {
    private final class Box {
        let body: () -> Void
        init(_ body: @escaping () -> Void) { self.body = body }
    }

    private var thread = pthread_t()
    private let hasStarted: Bool

    package init(_ body: @escaping () -> Void) {
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
        hasStarted = result == 0
    }

    /// Waits for its end; one that could not be started has none.
    package func join() {
        if hasStarted { _ = pthread_join(thread, nil) }
    }
}
