extension ServiceState {
    /// What becomes of a service in this state when something happens to it, and what is to be done.
    ///
    /// Every pair has an answer. An event that comes too late to matter changes nothing.
    public func after(_ event: ServiceEvent) -> (state: ServiceState, effects: [ServiceEffect]) {
        switch self {
        case .stopped, .finished, .failed: settled(event)
        case .survived: survived(event)
        case .waiting: waiting(event)
        case .starting: starting(event)
        case .running: running(event)
        case .pausing: pausing(event)
        case .stopping(let next): stopping(next, event)
        }
    }

    private typealias Answer = (state: ServiceState, effects: [ServiceEffect])

    private func settled(_ event: ServiceEvent) -> Answer {
        switch event {
        case .startAsked where self == .finished: (self, [])
        case .startAsked, .restartAsked: (.waiting, [.askNeeds])
        case .stopAsked: (self == .failed ? .stopped : self, [])
        case .needsMet, .needLost, .notStarted, .ready, .late, .completed, .crashed, .gone,
            .survived, .pauseOver:
            (self, [])
        }
    }

    private func survived(_ event: ServiceEvent) -> Answer {
        switch event {
        case .startAsked, .restartAsked: (.stopping(.waiting), [.end, .askNeeds])
        case .stopAsked: (.stopping(.stopped), [.end])
        // That its process has ended since says nothing of what it has started.
        case .needsMet, .needLost, .notStarted, .ready, .late, .completed, .crashed, .gone,
            .survived, .pauseOver:
            (self, [])
        }
    }

    private func waiting(_ event: ServiceEvent) -> Answer {
        switch event {
        case .needsMet: (.starting, [.launch])
        case .stopAsked: (.stopped, [])
        case .startAsked, .restartAsked: (self, [.askNeeds])
        case .needLost, .notStarted, .ready, .late, .completed, .crashed, .gone, .survived,
            .pauseOver:
            (self, [])
        }
    }

    private func starting(_ event: ServiceEvent) -> Answer {
        switch event {
        case .ready: (.running, [.freeDependents])
        case .stopAsked: (.stopping(.stopped), [.end])
        // Those that come after it have lost what they need, too.
        case .needLost: (.stopping(.waiting), [.end, .haltDependents])
        case .restartAsked: (.stopping(.waiting), [.end, .askNeeds])
        // There is no process that could have left anything behind.
        case .notStarted(let again): again ? (.pausing, [.pause]) : (.failed, [.haltDependents])
        case .late(let again), .crashed(let again):
            (.stopping(again ? .pausing : .failed), [.end, .haltDependents])
        case .completed(let again): (.stopping(again ? .pausing : .finished), [.end])
        case .startAsked, .needsMet, .gone, .survived, .pauseOver: (self, [])
        }
    }

    private func running(_ event: ServiceEvent) -> Answer {
        switch event {
        case .stopAsked: (.stopping(.stopped), [.end])
        // Those that come after it have lost what they need, too.
        case .needLost: (.stopping(.waiting), [.end, .haltDependents])
        case .restartAsked: (.stopping(.waiting), [.end, .askNeeds])
        case .crashed(let again):
            (.stopping(again ? .pausing : .failed), [.end, .haltDependents])
        case .completed(let again): (.stopping(again ? .pausing : .finished), [.end])
        case .startAsked, .needsMet, .notStarted, .ready, .late, .gone, .survived, .pauseOver:
            (self, [])
        }
    }

    private func pausing(_ event: ServiceEvent) -> Answer {
        switch event {
        case .pauseOver: (.waiting, [])
        case .startAsked, .restartAsked: (.waiting, [.askNeeds])
        case .stopAsked: (.stopped, [])
        case .needsMet, .needLost, .notStarted, .ready, .late, .completed, .crashed, .gone,
            .survived:
            (self, [])
        }
    }

    private func stopping(_ next: Next, _ event: ServiceEvent) -> Answer {
        switch event {
        case .gone:
            switch next {
            case .stopped: (.stopped, [])
            case .finished: (.finished, [.freeDependents])
            case .waiting: (.waiting, [])
            case .pausing: (.pausing, [.pause])
            case .failed: (.failed, [])
            }
        case .survived: (.survived, [.haltDependents])
        case .stopAsked: (.stopping(.stopped), [])
        case .restartAsked: (.stopping(.waiting), [.askNeeds])
        case .startAsked:
            switch next {
            case .stopped, .failed: (.stopping(.waiting), [.askNeeds])
            case .finished, .waiting, .pausing: (self, [])
            }
        // Its process ends because it was asked to.
        case .needsMet, .needLost, .notStarted, .ready, .late, .completed, .crashed, .pauseOver:
            (self, [])
        }
    }
}
