import ReaperKit
import Testing

/// What becomes of a service in each state at each event, as a table and as what must hold of it.
@Suite("what becomes of a service")
struct ServiceTransitionTests {
    /// A row for each state: the events that matter, the state that follows, and what is done.
    ///
    /// An event that a row does not have changes nothing.
    private static let table = [
        "stopped": [
            "startAsked: waiting, askNeeds", "restartAsked: waiting, askNeeds",
        ],
        "finished": [
            "restartAsked: waiting, askNeeds"
        ],
        "waiting": [
            "startAsked: waiting, askNeeds", "stopAsked: stopped",
            "restartAsked: waiting, askNeeds", "needsMet: starting, launch",
        ],
        "starting": [
            "stopAsked: stopping>stopped, end",
            "restartAsked: stopping>waiting, end, askNeeds",
            "needLost: stopping>waiting, end, haltDependents",
            "ready: running, freeDependents",
            "notStarted: failed, haltDependents", "notStarted again: pausing, pause",
            "late: stopping>failed, end, haltDependents",
            "late again: stopping>pausing, end, haltDependents",
            "completed: stopping>finished, end", "completed again: stopping>pausing, end",
            "crashed: stopping>failed, end, haltDependents",
            "crashed again: stopping>pausing, end, haltDependents",
        ],
        "running": [
            "stopAsked: stopping>stopped, end",
            "restartAsked: stopping>waiting, end, askNeeds",
            "needLost: stopping>waiting, end, haltDependents",
            "completed: stopping>finished, end", "completed again: stopping>pausing, end",
            "crashed: stopping>failed, end, haltDependents",
            "crashed again: stopping>pausing, end, haltDependents",
        ],
        "pausing": [
            "startAsked: waiting, askNeeds", "stopAsked: stopped",
            "restartAsked: waiting, askNeeds", "pauseOver: waiting",
        ],
        "failed": [
            "startAsked: waiting, askNeeds", "stopAsked: stopped",
            "restartAsked: waiting, askNeeds",
        ],
        "survived": [
            "startAsked: stopping>waiting, end, askNeeds", "stopAsked: stopping>stopped, end",
            "restartAsked: stopping>waiting, end, askNeeds",
        ],
        "stopping>stopped": [
            "startAsked: stopping>waiting, askNeeds",
            "restartAsked: stopping>waiting, askNeeds",
            "gone: stopped", "survived: survived, haltDependents",
        ],
        "stopping>finished": [
            "stopAsked: stopping>stopped", "restartAsked: stopping>waiting, askNeeds",
            "gone: finished, freeDependents", "survived: survived, haltDependents",
        ],
        "stopping>waiting": [
            "stopAsked: stopping>stopped", "restartAsked: stopping>waiting, askNeeds",
            "gone: waiting", "survived: survived, haltDependents",
        ],
        "stopping>pausing": [
            "stopAsked: stopping>stopped", "restartAsked: stopping>waiting, askNeeds",
            "gone: pausing, pause", "survived: survived, haltDependents",
        ],
        "stopping>failed": [
            "startAsked: stopping>waiting, askNeeds", "stopAsked: stopping>stopped",
            "restartAsked: stopping>waiting, askNeeds",
            "gone: failed", "survived: survived, haltDependents",
        ],
    ]

    private static func text(_ state: ServiceState) -> String {
        if case .stopping(let next) = state { "stopping>\(next)" } else { "\(state)" }
    }

    private static func text(_ event: ServiceEvent) -> String {
        switch event {
        case .notStarted(let again): "notStarted" + (again ? " again" : "")
        case .late(let again): "late" + (again ? " again" : "")
        case .completed(let again): "completed" + (again ? " again" : "")
        case .crashed(let again): "crashed" + (again ? " again" : "")
        default: "\(event)"
        }
    }

    @Test("is as the table says, for every pair", arguments: ServiceState.allCases)
    func pairs(state: ServiceState) throws {
        let row = try #require(Self.table[Self.text(state)])
        var found: [String] = []
        for event in ServiceEvent.allCases {
            let (next, effects) = state.after(event)
            guard next != state || !effects.isEmpty else { continue }
            let parts = [Self.text(next)] + effects.map { "\($0)" }
            found.append("\(Self.text(event)): \(parts.joined(separator: ", "))")
        }
        #expect(found.sorted() == row.sorted())
    }

    @Test("all states and events are in the table, each once")
    func complete() {
        let states = ServiceState.allCases
        let events = ServiceEvent.allCases
        #expect(states.count == 13 && Set(states).count == 13)
        #expect(events.count == 17 && Set(events).count == 17)
        #expect(Set(Self.table.keys) == Set(states.map(Self.text)))
    }

    /// One step that the table allows.
    fileprivate struct Step {
        let state: ServiceState
        let event: ServiceEvent
        let next: ServiceState
        let effects: [ServiceEffect]

        static let all = ServiceState.allCases.flatMap { state in
            ServiceEvent.allCases.map { event in
                let (next, effects) = state.after(event)
                return Step(state: state, event: event, next: next, effects: effects)
            }
        }

        var isAsked: Bool { event == .startAsked || event == .restartAsked }

        var isEntry: Bool { state != next }
    }

    private func check(_ rule: String, _ holds: (Step) -> Bool) {
        for step in Step.all where !holds(step) {
            Issue.record("\(rule): \(step.state), \(step.event)")
        }
    }

    @Test("a program is started from waiting alone, when needs are met, and only then")
    func launches() {
        check("it is launched when it goes from waiting to starting") { step in
            step.effects.contains(.launch)
                == (step.state == .waiting && step.next == .starting && step.event == .needsMet)
        }
        check("nothing else makes it active, but an end of what has survived one") { step in
            step.state.isActive || !step.next.isActive || step.effects.contains(.launch)
                || (step.state == .survived && step.effects.contains(.end))
        }
    }

    @Test("what runs, or may, is ended once when it begins to stop")
    func ends() {
        check("end comes with each entry to stopping") { step in
            let wasEnding = Step.isStopping(step.state)
            return step.effects.contains(.end) == (!wasEnding && Step.isStopping(step.next))
        }
        check("nothing is forgotten: only an end, or no start, leads out of what is active") {
            guard $0.state.isActive, !$0.next.isActive else { return true }
            switch $0.event {
            case .gone, .survived: return Step.isStopping($0.state)
            case .notStarted: return $0.state == .starting
            default: return false
            }
        }
        check("it has survived only if its end says so, and until it is ended again") { step in
            step.next == .survived ? step.event == .survived || step.state == .survived : true
        }
    }

    @Test("who was asked to stop does not start by itself")
    func stops() {
        check("stopAsked leads to where nothing starts") { step in
            guard step.event == .stopAsked else { return true }
            switch step.next {
            case .stopped, .finished, .stopping(.stopped): return true
            default: return false
            }
        }
        check("whoever rests is woken by being asked alone") { step in
            switch step.state {
            case .stopped, .finished, .failed, .survived:
                return step.isAsked || step.event == .stopAsked || !step.isEntry
            default: return true
            }
        }
        check("what is to rest after its end rests, unless it is asked") { step in
            switch step.state {
            case .stopping(.stopped), .stopping(.failed), .stopping(.finished):
                guard case .stopping(let next) = step.next else { return true }
                return step.isAsked || next == .stopped || !step.isEntry
            default: return true
            }
        }
    }

    @Test("pauses and dependents follow from the states alone")
    func consequences() {
        check("a pause begins with the state") { step in
            step.effects.contains(.pause) == (step.isEntry && step.next == .pausing)
        }
        check("dependents are freed when it becomes ready") { step in
            step.effects.contains(.freeDependents) == (!step.state.isReady && step.next.isReady)
        }
        check("dependents are not halted where somebody asked") { step in
            !step.effects.contains(.haltDependents) || !(step.isAsked || step.event == .stopAsked)
        }
        check("dependents are halted at every crash of what is active") { step in
            switch step.event {
            case .crashed, .late: step.effects.contains(.haltDependents) == step.isEntry
            default: true
            }
        }
        check("needs are asked for when a start is, and only then") { step in
            !step.effects.contains(.askNeeds) || step.isAsked
        }
        check("no effect comes twice") { Set($0.effects).count == $0.effects.count }
    }

    @Test("from every state each can be reached, and none is left without a way to stop")
    func reach() {
        var reached: Set<ServiceState> = [.stopped]
        while true {
            let more = Set(Step.all.filter { reached.contains($0.state) }.map(\.next))
            if more.isSubset(of: reached) { break }
            reached.formUnion(more)
        }
        #expect(reached == Set(ServiceState.allCases))
        for state in ServiceState.allCases {
            let (asked, _) = state.after(.stopAsked)
            #expect(!asked.after(.gone).state.isActive)
        }
    }
}

extension ServiceTransitionTests.Step {
    fileprivate static func isStopping(_ state: ServiceState) -> Bool {
        if case .stopping = state { true } else { false }
    }
}
