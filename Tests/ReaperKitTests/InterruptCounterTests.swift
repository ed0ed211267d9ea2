import CLinux
import Glibc
import Simulation
import Testing

@testable import ReaperKit

@Suite("counting interrupts")
struct InterruptCounterTests {
    @Test("one that arrives when all is over ends nothing")
    func afterwards() {
        // What is pending when the counter is gone acts on this whole process.
        let count = LockedCount()
        OwnThread {
            let counter = InterruptCounter()
            pthread_kill(pthread_self(), SIGINT)
            counter.collect()
            count.value = counter.count
            counter.conclude()
            pthread_kill(pthread_self(), SIGTERM)
        }.join()
        #expect(count.value == 1)
        for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { clinux_use_default(signal) }
    }
}

/// Written by one thread, and read when that has ended.
private final class LockedCount: @unchecked Sendable {
    var value = 0
}
