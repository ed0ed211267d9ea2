import Glibc
import Testing

@testable import ReaperKit

@Suite("what a dying process has lost")
struct LostFactTests {
    private func record(_ state: Character, flags: UInt32 = 0, threads: Int32 = 1) -> ProcessRecord
    {
        ProcessRecord(
            identity: ProcessIdentity(pid: 7, startTime: 1),
            name: "svc",
            state: state.asciiValue ?? 0,
            parent: 1,
            flags: flags,
            threads: threads
        )
    }

    private func lost(_ record: ProcessRecord) -> [FactKind] {
        FactKind.allCases.filter(record.hasLost)
    }

    @Test("a zombie keeps its status and control group")
    func zombie() {
        let kept = FactKind.allCases.filter { !record("Z").hasLost($0) }
        #expect(Set(kept) == [.status, .cgroups])
    }

    @Test("who exits has no environment any more, and may still stand somewhere")
    func exiting() { #expect(lost(record("R", flags: 0x40_0004)) == [.environment]) }

    @Test("a leader whose threads live has lost nothing for all of them")
    func leader() {
        #expect(lost(record("Z", threads: 2)).isEmpty)
        #expect(lost(record("R", flags: 0x4, threads: 2)).isEmpty)
        #expect(lost(record("S", flags: 0x40_0000)).isEmpty)
    }

    @Test("a refusal that hides nothing says that there is nothing")
    func refusal() {
        let refused = Reading<Int>.denied(EACCES)
        #expect(refused.refusedNothing(true) == .gone)
        #expect(refused.refusedNothing(false) == refused)
        #expect(Reading.value(1).refusedNothing(true) == .value(1))
    }
}
