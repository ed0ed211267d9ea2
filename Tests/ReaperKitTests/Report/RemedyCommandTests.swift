import Testing

@testable import ReaperKit

@Suite("commands that are advised")
struct RemedyCommandTests {
    private func advice(
        about pid: Int32,
        _ command: String?,
        action: Remedy.Action = .stop,
        user: UInt32 = 1000,
        asRoot: Bool = false
    ) -> String? {
        let processes = [
            Cast.process(1, "init") { $0.changeStatus { $0.realUser = 0 } },
            Cast.process(10) { $0.changeStatus { $0.realUser = user } },
            Cast.process(11, parent: 10, state: "Z"), Cast.process(800), Cast.process(900),
            Cast.process(901, parent: 800, state: "Z"),
        ]
        var snapshot = Cast.snapshot(processes)
        if asRoot { snapshot.host.effectiveUser = 0 }
        var finding = ShutdownPlannerTests.finding(pid, action: action)
        finding.remedy.command = command
        return snapshot.advising([finding]).first?.remedy.command
    }

    @Test("stop what is one's own as they stand")
    func own() {
        #expect(advice(about: 10, "reaper clean --pid 10@1000") == "reaper clean --pid 10@1000")
        #expect(advice(about: 10, nil) == nil)
    }

    @Test("take root for another user's")
    func others() {
        let command = "reaper clean --pid 10@1000"
        #expect(advice(about: 10, command, user: 0) == "sudo \(command)")
        #expect(advice(about: 10, command, user: 0, asRoot: true) == command)
        #expect(advice(about: 10, "reaper explain 10", user: 0) == "reaper explain 10")
        let zombie = "reaper clean --zombies --pid 11@1100"
        #expect(advice(about: 11, zombie, action: .signalParent, user: 7) == "sudo \(zombie)")
    }

    @Test("are none where reaper itself or its ancestors are meant", arguments: [800, 900])
    func chain(_ pid: Int32) {
        #expect(advice(about: pid, "reaper clean --pid \(pid)") == nil)
        #expect(advice(about: pid, "reaper clean --ports 80/tcp") != nil)
        let zombie = "reaper clean --zombies --pid 901"
        #expect(advice(about: 901, zombie, action: .signalParent) == nil)
    }
}
