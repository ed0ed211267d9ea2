import Glibc
import Testing

@testable import ReaperKit

@Suite("the proof that nobody is left to wait for")
struct AbsenceProofTests {
    /// As many births as it is told of, one number after another.
    private final class Births {
        var count: UInt64 = 0

        struct Counter: BirthCounter {
            let births: Births

            func forks() -> UInt64? { 1000 + births.count }
            func lastPid() -> Int32? { 5000 + Int32(births.count) }
            func pidLimit() -> Int32 { 4_194_304 }
        }
    }

    private typealias Sight = (isAnybody: Bool, unreadable: Unreadable)

    /// Looks while `count` processes are born, all of whom the listing misses.
    private static func proof(
        births count: UInt64,
        _ examine: ([Int32]) throws(SystemError) -> Sight
    ) throws(SystemError) -> AbsenceProof {
        let births = Births()
        var counter = Births.Counter(births: births)
        return try AbsenceProof.run(&counter) { () throws(SystemError) in
            births.count += count
            return false
        } examine: { pids throws(SystemError) in
            try examine(pids)
        }
    }

    private static func refused(_ pids: [Int32], _ number: Int32) -> Unreadable {
        var unreadable = Unreadable()
        guard pids.contains(number) else { return unreadable }
        unreadable.add(pid: number, fact: "environ", reason: "permission denied")
        return unreadable
    }

    @Test("who was born meanwhile and may not be read is a doubt, told once")
    func refused() throws {
        let proof = try Self.proof(births: 3) { pids in (false, Self.refused(pids, 5002)) }
        #expect(!proof.isAnybody && proof.answer == .chased)
        #expect(proof.doubts == ["of somebody born meanwhile: environ: permission denied"])
    }

    @Test("what a look at the newborn could not do at all is a doubt, too")
    func limited() throws {
        var unreadable = Unreadable()
        unreadable.notes = ["sockets are hidden"]
        let proof = try Self.proof(births: 3) { _ in (false, unreadable) }
        #expect(proof.doubts == ["sockets are hidden"])
    }

    @Test("without anybody unseen there is no doubt")
    func readable() throws {
        #expect(try Self.proof(births: 3) { _ in (false, Unreadable()) }.doubts.isEmpty)
        let quiet = try Self.proof(births: 0) { pids in (true, Self.refused(pids, pids[0])) }
        #expect(quiet == AbsenceProof(answer: .quiet))
    }

    @Test("a newborn that matches is somebody; a look that fails is no proof")
    func found() throws {
        let proof = try Self.proof(births: 3) { pids in (pids.contains(5002), Unreadable()) }
        #expect(proof.isAnybody)
        let failure = SystemError(call: "open", subject: "/proc", code: EMFILE)
        #expect(throws: failure) {
            try Self.proof(births: 3) { _ throws(SystemError) in throw failure }
        }
    }
}
