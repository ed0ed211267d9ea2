/// How a service is.
public enum ServiceState: Sendable, Hashable, CaseIterable {
    /// Nobody wants it to run.
    case stopped
    /// It has ended with 0 and is not started again.
    case finished
    /// It is to be started when those it comes after are ready.
    case waiting
    /// It runs, and is not ready yet.
    case starting
    /// It is ready.
    case running
    /// It has crashed, and is started again when a pause is over.
    case pausing
    /// It has crashed and is not started again, or could not be started; nothing of it is left.
    case failed
    /// It could not be ended: some of it may run still, and is ended before it is started again.
    case survived
    /// Whatever belongs to it is being ended.
    case stopping(Next)

    /// What comes when nothing is left of a service.
    public enum Next: Sendable, Hashable, CaseIterable {
        /// It stays so.
        case stopped
        /// Its work is done.
        case finished
        /// It is started as soon as it can be.
        case waiting
        /// It is started after a pause.
        case pausing
        /// It stays so, and that is to be told.
        case failed
    }

    /// Every state.
    public static var allCases: [ServiceState] {
        [.stopped, .finished, .waiting, .starting, .running, .pausing, .failed, .survived]
            + Next.allCases.map(ServiceState.stopping)
    }

    /// Whether processes of it may run, and something is done about it.
    public var isActive: Bool {
        switch self {
        case .starting, .running, .stopping: true
        case .stopped, .finished, .waiting, .pausing, .failed, .survived: false
        }
    }

    /// Whether it is being ended.
    public var isStopping: Bool { if case .stopping = self { true } else { false } }

    /// Whether nothing will become of it by itself.
    public var isSettled: Bool {
        switch self {
        case .stopped, .finished, .failed, .survived, .running: true
        case .waiting, .starting, .pausing, .stopping: false
        }
    }

    /// Whether whoever comes after it may be started.
    public var isReady: Bool { self == .running || self == .finished }

    /// The word that reports use.
    public var word: String {
        switch self {
        case .stopped, .finished: "stopped"
        case .waiting, .starting, .pausing: "starting"
        case .running: "running"
        case .failed, .survived: "failed"
        case .stopping: "stopping"
        }
    }
}

/// What happens to a service, or is asked of it.
public enum ServiceEvent: Sendable, Hashable, CaseIterable {
    /// Somebody wants it to run.
    case startAsked
    /// Somebody wants it not to.
    case stopAsked
    /// Somebody wants it ended and started.
    case restartAsked
    /// All it comes after are ready.
    case needsMet
    /// One that it comes after has crashed.
    case needLost
    /// Its program could not be started.
    case notStarted(again: Bool)
    /// It does its work.
    case ready
    /// It was not ready in time.
    case late(again: Bool)
    /// Its process has ended as it should.
    case completed(again: Bool)
    /// Its process has ended as it should not.
    case crashed(again: Bool)
    /// Nothing is left of it.
    case gone
    /// It could not be ended.
    case survived
    /// The pause is over.
    case pauseOver

    /// Every event.
    public static var allCases: [ServiceEvent] {
        [.startAsked, .stopAsked, .restartAsked, .needsMet, .needLost, .ready]
            + [false, true].flatMap { again -> [ServiceEvent] in
                [
                    .notStarted(again: again), .late(again: again), .completed(again: again),
                    .crashed(again: again),
                ]
            } + [.gone, .survived, .pauseOver]
    }
}

/// What is to be done because of an event.
public enum ServiceEffect: Sendable, Hashable {
    /// Want those that it comes after to run, too.
    case askNeeds
    /// Start its program.
    case launch
    /// End whatever belongs to it, through the shutdown engine.
    case end
    /// Begin its pause.
    case pause
    /// Those that come after it may start.
    case freeDependents
    /// Those that come after it must end.
    case haltDependents
}
