import Testing

@testable import ReaperKit

@Suite("time namespaces")
struct TimeNamespaceTests {
    private static func offsets(_ seconds: Int, _ nanoseconds: Int = 0) -> [UInt8] {
        // As the kernel writes it, %-10s %10lld %9ld.
        Array(
            "monotonic           0         0\nboottime   \(seconds)         \(nanoseconds)\n".utf8
        )
    }

    @Test("only another time since boot than PID 1's matters")
    func shifted() {
        #expect(!TimeNamespace.isShifted(own: nil, first: nil))
        #expect(!TimeNamespace.isShifted(own: Self.offsets(0), first: Self.offsets(0)))
        #expect(!TimeNamespace.isShifted(own: Self.offsets(0), first: nil))
        #expect(!TimeNamespace.isShifted(own: Self.offsets(-86_400), first: Self.offsets(-86_400)))
        #expect(TimeNamespace.isShifted(own: Self.offsets(-86_400), first: Self.offsets(0)))
        #expect(TimeNamespace.isShifted(own: Self.offsets(0, 7), first: Self.offsets(0)))
        #expect(TimeNamespace.isShifted(own: Self.offsets(7), first: nil))
        #expect(TimeNamespace.isShifted(own: Self.offsets(0), first: Self.offsets(7)))
    }

    @Test("every prefix is read without harm")
    func prefixes() {
        let bytes = Self.offsets(1234, 5)
        for end in bytes.indices {
            _ = TimeNamespace.isShifted(own: Array(bytes[..<end]), first: nil)
        }
    }

    @Test("it is told, and a recorded start that differs proves nothing")
    func told() throws {
        var snapshot = Scene.snapshot([Scene.process(4127)])
        let file = Scene.file(.entries([Scene.entry { $0.startTicks = 7 }]))
        for isShifted in [false, true] {
            snapshot.host.isTimeShifted = isShifted
            let judge = StalenessJudge(snapshot: snapshot, rule: try Scene.rule()) { _ in .holds }
            #expect(judge.judge(file).whole.answer == (isShifted ? .report : .recycled))
            let notes = try Procfs().limits(for: snapshot.host, in: [])
            #expect(notes.count == (isShifted ? 1 : 0))
        }
    }
}

@Suite("the priority of a shutdown")
struct ShutdownPriorityTests {
    @Test("is raised from the usual one, and left as it was given")
    func raised() {
        #expect(ShutdownPriority.wanted(from: 0) == -15)
        for nice: Int32 in [-20, -15, -1, 1, 10, 19] {
            #expect(ShutdownPriority.wanted(from: nice) == nil)
        }
    }
}
