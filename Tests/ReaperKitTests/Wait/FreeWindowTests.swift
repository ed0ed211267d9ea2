import Testing

@testable import ReaperKit

@Suite("when a port counts as free")
struct FreeWindowTests {
    /// What holds at each of the looks, from the beginning; `true`: the port is free.
    private func end(of looks: (Duration) -> Bool) throws -> Duration {
        var window = FreeWindow()
        var now = Duration.zero
        while now < .seconds(60) {
            guard looks(now) else {
                window.noteHeld()
                now += FreeWindow.pause
                continue
            }
            guard let next = window.noteFree(at: now) else { return now }
            #expect(next == now + FreeWindow.pause)
            now = next
        }
        return now
    }

    @Test("when it was free for the whole window")
    func free() throws {
        #expect(try end { _ in true } == FreeWindow.length)
        #expect(try end { $0 >= .seconds(5) } == .seconds(5) + FreeWindow.length)
    }

    @Test("not while it is taken again and again, with pauses of 300 ms or 900 ms")
    func restarts() throws {
        for pause in [300, 900] {
            let loop = try end { now in
                let inLoop = Int(now / .milliseconds(1)) % (pause + 100)
                return now > .seconds(30) || inLoop >= 100
            }
            #expect(loop > .seconds(30))
        }
    }

    @Test("not by the clock alone: what was not watched does not count")
    func busy() {
        var window = FreeWindow()
        #expect(window.noteFree(at: .zero) != nil)
        #expect(window.noteFree(at: .seconds(10)) != nil)
        var now = Duration.seconds(10)
        var looks = 2
        while let next = window.noteFree(at: now) {
            now = next
            looks += 1
        }
        #expect(looks > 10)
    }
}
