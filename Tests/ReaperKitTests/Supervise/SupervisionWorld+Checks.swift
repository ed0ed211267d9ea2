@testable import ReaperKit
@testable import Simulation

/// What must hold, whatever happens.
extension SupervisionWorld {
    /// Effects name services that are known, and are not many.
    func checked(_ effects: [Supervision.Effect]) -> [Supervision.Effect] {
        if effects.count > 4 * supervision.names.count + 20 {
            violate("\(effects.count) effects of one event")
        }
        var forgotten: Set<String> = []
        for case .forget(let name) in effects { forgotten.insert(name) }
        for effect in effects {
            switch effect {
            case .launch(let service): checkKnown(service.name)
            case .end(let names):
                names.forEach(checkKnown)
                if Set(names).count != names.count { violate("one is ended twice at once") }
            case .pause(let name, let time):
                checkKnown(name)
                let entry = supervision.entries[name]
                if let entry, entry.row > entry.started.restart.limit {
                    violate("\(name) is started again \(entry.row) times in a row")
                }
                if time < now { violate("\(name) pauses until \(time)") }
            case .changed(let name): if !forgotten.contains(name) { checkKnown(name) }
            case .forget(let name):
                if supervision.state(of: name) != nil { violate("\(name) is forgotten and known") }
                if processes[name] != nil, endings.values.allSatisfy({ !$0.contains(name) }) {
                    violate("\(name) is forgotten, and runs")
                }
            }
        }
        return effects
    }

    private func checkKnown(_ name: String) {
        if supervision.state(of: name) == nil { violate("nobody knows \(name)") }
    }

    /// Who runs and comes after it, directly or through others that run.
    func activeDependents(of name: String) -> Set<String> {
        var found: Set<String> = []
        var open = [name]
        while let next = open.popLast() {
            for other in supervision.dependents(of: next) {
                switch supervision.state(of: other) {
                case .starting, .running: if found.insert(other).inserted { open.append(other) }
                default: continue
                }
            }
        }
        return found
    }

    func checkHalted(_ names: Set<String>, by name: String) {
        for other in names where supervision.state(of: other) != .stopping(.waiting) {
            violate("\(name) crashes, and \(other), which comes after it, runs on")
        }
    }

    /// Every process belongs to a service that runs, or is being ended, or could not be ended.
    func checkProcesses() {
        for name in processes.keys.sorted() {
            switch supervision.state(of: name) {
            case .starting, .running, .stopping, .survived: continue
            case let state:
                guard endings.values.allSatisfy({ !$0.contains(name) }) else { continue }
                violate("\(name) is \(state.map { "\($0)" } ?? "unknown"), and runs")
            }
        }
        for name in supervision.names {
            switch supervision.state(of: name) {
            case .stopping:
                if endings.values.allSatisfy({ !$0.contains(name) }) {
                    violate("\(name) is to end, and nobody ends it")
                }
            case .starting, .running:
                if processes[name] == nil { violate("\(name) runs without a process") }
            default: continue
            }
        }
        if isEnding, endings.isEmpty, !supervision.isOver { violate("it is not over") }
    }

    /// When nothing more happens, everything has come to where it stays.
    func checkRest() {
        for name in supervision.names {
            let state = supervision.state(of: name)
            if isEnding, state?.isActive != false { violate("\(name) is \(state as Any) at last") }
            if isEnding { continue }
            if !supervision.isSettled(name) { violate("\(name) never settles: \(state as Any)") }
            if state == .waiting, let service = services.first(where: { $0.name == name }),
                service.after.allSatisfy({ supervision.state(of: $0)?.isReady == true })
            {
                violate("\(name) waits, and all it comes after are ready")
            }
        }
        if supervision.names.contains(where: { name in !services.contains { $0.name == name } }),
            supervision.names.allSatisfy({ supervision.state(of: $0) != .survived })
        {
            violate("who has left the file and ended is not forgotten")
        }
    }
}
