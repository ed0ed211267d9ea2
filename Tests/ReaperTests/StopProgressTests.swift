import ReaperKit
import Testing

@testable import reaper

@Suite("stop: what is told meanwhile")
struct StopProgressTests {
    private final class Lines { var all: [String] = [] }

    private let lines = Lines()

    private func target(_ pid: Int32, _ name: String, of root: Int32? = nil) -> ShutdownTarget {
        ShutdownTarget(
            identity: ProcessIdentity(pid: pid, startTime: 7),
            root: root.map { ProcessIdentity(pid: $0, startTime: 7) },
            reason: "",
            name: ByteString(name)
        )
    }

    private func instance(_ id: String, _ pid: Int32) -> Instance {
        var instance = Instance(rule: "test.job", id: id, state: .running, reason: "")
        instance.process = ProcessIdentity(pid: pid, startTime: 7)
        return instance
    }

    private func progress(_ instances: [Instance], _ targets: [ShutdownTarget]) -> StopProgress {
        var plan = ShutdownPlan()
        plan.waves = [targets]
        var options = OutputOptions()
        options.isQuiet = true
        return StopProgress(instances, plan, options) { [lines] in lines.all.append($0) }
    }

    @Test("who is waited for is named, and not who has ended")
    func waitedFor() {
        let children = (101...106).map { target($0, "worker", of: 100) }
        let progress = progress([instance("web", 100)], [target(100, "web")] + children)
        progress.show(.sent(.terminate, target(100, "web")))
        for child in children { progress.show(.sent(.terminate, child)) }
        progress.show(.exited(target(100, "web"), after: .zero))
        progress.show(.killing(6))
        let said = lines.all.last ?? ""
        #expect(said.hasPrefix("worker (PID 101), worker (PID 102), worker (PID 103), worker (PID"))
        #expect(said.contains(" (PID 104) and 2 more of 'web' (PID 100) not responding after "))
        for child in children.dropLast() { progress.show(.exited(child, after: .zero)) }
        progress.show(.killing(1))
        #expect(lines.all.last?.hasPrefix("worker (PID 106) of 'web' (PID 100) not resp") == true)
    }

    @Test("an instance is waited for by its own name, with whoever else is")
    func wholeTree() {
        let child = target(101, "worker", of: 100)
        let progress = progress([instance("web", 100)], [target(100, "web"), child])
        progress.show(.sent(.terminate, target(100, "web")))
        progress.show(.killing(2))
        let both = "'web' (PID 100) and worker (PID 101) not responding after "
        #expect(lines.all.last?.hasPrefix(both) == true, "\(lines.all)")
        progress.show(.exited(child, after: .zero))
        progress.show(.killing(1))
        #expect(lines.all.last?.hasPrefix("'web' (PID 100) not responding after ") == true)
    }

    @Test("the time that is named is the grace, as far as the deadline leaves it")
    func longestGrace() {
        func said(_ deadline: Duration, waves: Int = 1) -> String? {
            var options = ShutdownOptions()
            options.deadline = deadline
            var plan = ShutdownPlan()
            plan.waves = [[target(100, "web")]]
            var output = OutputOptions()
            output.isQuiet = true
            let lines = Lines()
            let progress = StopProgress(
                [instance("web", 100)],
                plan,
                output,
                longestGrace: options.longestGrace(ofWaves: waves)
            ) { lines.all.append($0) }
            progress.show(.sent(.terminate, target(100, "web")))
            return lines.all.last
        }
        #expect(said(.seconds(30)) == "Waiting up to 10 s for graceful shutdown...")
        #expect(said(.seconds(3)) == "Waiting up to 2 s for graceful shutdown...")
        #expect(said(.seconds(10)) == "Waiting up to 6.6 s for graceful shutdown...")
        #expect(said(.milliseconds(300)) == "Waiting up to 200 ms for graceful shutdown...")
        #expect(said(.seconds(30), waves: 4) == "Waiting up to 5 s for graceful shutdown...")
    }

    @Test("an instance ends once, whoever of it is found later")
    func once() {
        let progress = progress([instance("web", 100)], [target(100, "web")])
        progress.show(.sent(.terminate, target(100, "web")))
        progress.show(.exited(target(100, "web"), after: .zero))
        let late = target(102, "late", of: 100)
        progress.show(.appeared(late))
        progress.show(.sent(.kill, late))
        progress.show(.exited(late, after: .zero))
        #expect(lines.all.count { $0.hasPrefix("✓") } == 1, "\(lines.all)")
        #expect(lines.all.last == "  late (PID 102) of 'web' (PID 100) killed, too")
    }

    @Test("an only node has one line, with its name and the instance's")
    func onlyNode() {
        var flow = Instance(rule: "test.node", id: "f1", state: .running, reason: "")
        flow.members = [
            InstanceMember(
                identity: ProcessIdentity(pid: 100, startTime: 7),
                node: "camera",
                name: "py",
                rule: "test.node"
            )
        ]
        let progress = progress([flow], [target(100, "py")])
        progress.show(.sent(.terminate, target(100, "py")))
        progress.show(.exited(target(100, "py"), after: .zero))
        let ends = lines.all.filter { $0.hasPrefix("✓") }
        #expect(ends.count == 1)
        #expect(ends.first?.hasPrefix("✓ camera of 'f1' (PID 100) stopped gracefully") == true)
    }

    @Test("of several flows at once each line of a node says whose it is")
    func flows() {
        let flows = ["f1", "f2"].enumerated().map { index, id in
            var flow = Instance(rule: "test.node", id: id, state: .running, reason: "")
            flow.members = ["cam", "plot"].enumerated().map { member, node in
                InstanceMember(
                    identity: ProcessIdentity(pid: Int32(100 + 10 * index + member), startTime: 7),
                    node: node,
                    name: "py",
                    rule: "test.node"
                )
            }
            return flow
        }
        let cameras = [target(100, "py"), target(110, "py")]
        let progress = progress(flows, cameras + [target(101, "py"), target(111, "py")])
        for camera in cameras { progress.show(.sent(.terminate, camera)) }
        for camera in cameras { progress.show(.exited(camera, after: .zero)) }
        for flow in ["f1", "f2"] {
            #expect(lines.all.contains { $0.hasPrefix("Sent SIGTERM to cam of '\(flow)' (PID 1") })
            #expect(lines.all.contains { $0.hasPrefix("✓ cam of '\(flow)' stopped [") })
        }
        progress.show(.killing(2))
        #expect(lines.all.contains { $0.hasPrefix("plot of 'f2' not responding after ") })
    }

    @Test("who was there when others were asked had not exited before")
    func teardown() {
        let both = [instance("boss", 100), instance("web", 200)]
        let (boss, web) = (target(100, "boss"), target(200, "web"))
        let first = progress(both, [boss, web])
        first.show(.sent(.terminate, boss))
        first.show(.exited(web, after: .zero))
        #expect(lines.all.last == "✓ 'web' (PID 200) exited with the others, before it was asked")
        let second = progress(both, [boss, web])
        second.show(.exited(web, after: .zero))
        #expect(lines.all.last == "✓ 'web' (PID 200) had already exited")
    }

    @Test("of whom somebody is left alone, it is not said that it ended")
    func kept() {
        var flow = Instance(rule: "test.node", id: "f1", state: .running, reason: "")
        flow.members = ["camera", "plot"].enumerated().map { index, node in
            InstanceMember(
                identity: ProcessIdentity(pid: 100 + Int32(index), startTime: 7),
                node: node,
                name: "py",
                rule: "test.node"
            )
        }
        let progress = progress([flow], [target(100, "py")])
        progress.show(.sent(.terminate, target(100, "py")))
        progress.show(.exited(target(100, "py"), after: .zero))
        let ends = lines.all.filter { $0.hasPrefix("✓") }
        #expect(ends.count == 1 && ends.first?.hasPrefix("✓ camera stopped [") == true)
    }
}
