import Glibc
import Testing

@testable import ReaperKit

@Suite("work that may take for ever")
struct TimedWorkTests {
    @Test("what is through in time is returned")
    func result() {
        #expect(TimedWork.run(for: .seconds(600)) { 6 * 7 } == 42)
    }

    @Test("what is not is given up, and does no harm when it is through later")
    func late() throws {
        var pipes: [Int32] = [0, 0]
        try #require(unsafe pipe(&pipes) == 0)
        let (reading, writing) = (pipes[0], pipes[1])
        // A read waits until somebody writes: never, as long as the caller waits.
        let late = TimedWork.run(for: .milliseconds(1)) { () -> Int in
            var byte: UInt8 = 0
            return unsafe read(reading, &byte, 1)
        }
        #expect(late == nil)
        #expect(close(writing) == 0)
    }

    @Test("signals stay the caller's, as they were")
    func signals() {
        var before = sigset_t()
        var after = sigset_t()
        unsafe pthread_sigmask(SIG_BLOCK, nil, &before)
        let isBlocked = TimedWork.run(for: .seconds(600)) { () -> Bool in
            var mask = sigset_t()
            unsafe pthread_sigmask(SIG_BLOCK, nil, &mask)
            return unsafe sigismember(&mask, SIGINT) == 1 && sigismember(&mask, SIGCHLD) == 1
        }
        unsafe pthread_sigmask(SIG_BLOCK, nil, &after)
        #expect(isBlocked == true)
        for signal in [SIGINT, SIGTERM, SIGCHLD, SIGUSR1] {
            #expect(unsafe sigismember(&before, signal) == sigismember(&after, signal))
        }
    }
}
