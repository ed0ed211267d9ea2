import Testing

@testable import ReaperKit
@testable import Simulation

@Suite("supervision")
struct SupervisionTests {
    @Test("keeps every promise, whatever the services do", arguments: 0..<8)
    func promises(part: Int) {
        for seed in UInt64(part) * 400..<UInt64(part + 1) * 400 {
            let world = SupervisionWorld(seed: seed)
            world.run()
            guard !world.violations.isEmpty else { continue }
            let story = world.log.suffix(30).joined(separator: "\n")
            let services = world.services.map { "\($0.name) after \($0.after)" }
            Issue.record("seed \(seed): \(world.violations)\n\(services)\n\(story)")
            return
        }
    }

    @Test("the random worlds are full of what can happen")
    func variety() {
        var launches = 0
        var crashes = 0
        var survivals = 0
        var reloads = 0
        for seed in UInt64(0)..<50 {
            let world = SupervisionWorld(seed: seed)
            world.run()
            launches += world.launches
            crashes += world.crashes
            survivals += world.survivals
            reloads += world.reloads
        }
        #expect(launches > 200 && crashes > 50 && survivals > 10 && reloads > 20)
    }

    private static func service(_ name: String, after: [String] = []) -> Service {
        var service = Service(name: name, command: ["x"])
        service.after = after
        return service
    }

    /// All of these, running.
    private static func running(_ services: [Service]) -> Supervision {
        var supervision = Supervision(services, at: .zero)
        for name in supervision.names { _ = supervision.handle(.startAsked, of: name, at: .zero) }
        for name in ServiceGraph(services).startOrder.joined() {
            _ = supervision.handle(.ready, of: name, at: .zero)
        }
        return supervision
    }

    @Test("what could not be ended is ended again before it is started, and when it is to stop")
    func survivor() {
        var supervision = Self.running([Self.service("a")])
        _ = supervision.handle(.stopAsked, of: "a", at: .zero)
        _ = supervision.handle(.survived, of: "a", at: .zero)
        #expect(supervision.standing(of: "a")?.state.word == "failed" && supervision.isOver)
        for (event, next) in [
            (ServiceEvent.startAsked, ServiceState.starting), (.stopAsked, .stopped),
        ] {
            var copy = supervision
            #expect(copy.handle(event, of: "a", at: .zero) == [.changed("a"), .end(["a"])])
            _ = copy.handle(.gone, of: "a", at: .zero)
            #expect(copy.state(of: "a") == next)
        }
        #expect(supervision.endAll(at: .zero).contains(.end(["a"])))
    }

    @Test("nobody is started while one that it comes after is ended to be started again")
    func batch() {
        let services = [Self.service("web", after: ["db"]), Self.service("db")]
        var supervision = Self.running(services)
        _ = supervision.handle(.crashed(again: false), of: "web", at: .zero)
        _ = supervision.handle(.gone, of: "web", at: .zero)
        #expect(supervision.state(of: "web") == .failed)
        var copy = supervision
        _ = copy.ask(.restartAsked, of: ["web", "db"], at: .zero)
        #expect(copy.state(of: "web") == .waiting && copy.state(of: "db") == .stopping(.waiting))
        copy = supervision
        let changed = services.map { service in
            var service = service
            service.command.append("more")
            return service
        }
        #expect(copy.reload(changed, at: .zero).contains(.end(["db"])))
        #expect(copy.state(of: "web") == .waiting)
    }

    @Test("a service that leaves the file and comes back while it is ended is started again")
    func returns() {
        let services = [Self.service("a"), Self.service("b")]
        var supervision = Self.running(services)
        _ = supervision.reload([services[0]], at: .zero)
        #expect(supervision.state(of: "b") == .stopping(.stopped))
        _ = supervision.reload(services, at: .zero)
        #expect(supervision.state(of: "b") == .stopping(.waiting))
        _ = supervision.handle(.gone, of: "b", at: .zero)
        #expect(supervision.state(of: "b") == .starting)
    }

    @Test("whoever is being stopped by hand is not started by a reload that changes it")
    func stoppedByHand() {
        let services = [Self.service("a")]
        var supervision = Self.running(services)
        _ = supervision.handle(.stopAsked, of: "a", at: .zero)
        var changed = services[0]
        changed.command.append("more")
        #expect(supervision.reload([changed], at: .zero).isEmpty)
        _ = supervision.handle(.gone, of: "a", at: .zero)
        #expect(supervision.state(of: "a") == .stopped)
    }

    @Test("many that wait for each other on many ways are looked at once each")
    func ladder() {
        var services = [Self.service("first")]
        services[0].ready.sign = .file("/never")
        var last = ["first"]
        for level in 0..<60 {
            let names = ["l\(level)", "r\(level)"]
            services += names.map { Self.service($0, after: last) }
            last = names
        }
        var supervision = Supervision(services, at: .zero)
        for name in supervision.names { _ = supervision.handle(.startAsked, of: name, at: .zero) }
        #expect(supervision.state(of: "first") == .starting)
        #expect(supervision.names.allSatisfy { !supervision.isSettled($0) })
        _ = supervision.handle(.stopAsked, of: "first", at: .zero)
        _ = supervision.handle(.gone, of: "first", at: .zero)
        #expect(supervision.names.allSatisfy { supervision.isSettled($0) })
    }

    @Test("pauses between restarts double, and have an end")
    func pauses() {
        var policy = RestartPolicy()
        let expected: [Duration] = [500, 1000, 2000, 4000].map { .milliseconds($0) }
        #expect([1, 2, 3, 4].map { policy.pause(before: $0) } == expected)
        #expect(policy.pause(before: 0) == .milliseconds(500))
        #expect(policy.pause(before: .max) == RestartPolicy.longestBackoff)
        policy.backoff = .zero
        #expect(policy.pause(before: 9) == .zero)
        policy.backoff = .seconds(60)
        #expect(policy.pause(before: 1) == RestartPolicy.longestBackoff)
    }

    @Test("restarts are counted in a row, and a row ends with a while of readiness")
    func rows() {
        var service = Self.service("a")
        service.restart.mode = .onFailure
        service.restart.limit = 2
        var supervision = Self.running([service])
        var now = Duration.zero
        /// Crashes, is ended, and is started again after its pause; the pause, if there is one.
        func crash(after life: Duration) -> Duration? {
            now += life
            _ = supervision.noteEnd(of: "a", .exited(1), at: now)
            for case .pause(_, let time) in supervision.handle(.gone, of: "a", at: now) {
                defer {
                    now = time
                    _ = supervision.handle(.pauseOver, of: "a", at: now)
                    _ = supervision.handle(.ready, of: "a", at: now)
                }
                return time - now
            }
            return nil
        }
        #expect(crash(after: .seconds(1)) == .milliseconds(500))
        #expect(crash(after: .seconds(1)) == .seconds(1))
        #expect(crash(after: .seconds(10)) == .milliseconds(500))
        #expect(crash(after: .seconds(1)) == .seconds(1))
        #expect(crash(after: .seconds(1)) == nil && supervision.state(of: "a") == .failed)
        let reason = "ended with code 1, after 2 restarts in a row"
        #expect(supervision.standing(of: "a")?.reason == reason)
        #expect(supervision.standing(of: "a")?.restarts == 4)
    }
}
