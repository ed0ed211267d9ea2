import Testing
@testable import ReaperKit
@Suite struct DebugSeed {
    @Test func seed388() {
        for seed: UInt64 in [388] {
        var scene = RandomScene(seed: seed).scene
        let o = scene.run()
        for s in scene.kernel.sendings { print("SEND", s) }
        print("OUT", o.proof, o.unproven ?? "-", o.targets.map { "\($0.name.text) \($0.identity) \($0.result) \($0.after ?? .zero)" })
        for p in scene.machine.all where p.isAlive { print("ALIVE", p.name, p.record.identity, "ppid", p.record.parent, "sid", p.record.session, "pg", p.record.processGroup) }
        print("OPTS", scene.options.beginning, scene.options.adopters)
        }
    }
}
