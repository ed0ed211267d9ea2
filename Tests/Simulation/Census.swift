/// What happened in simulated shutdowns, counted, so that a reader sees that they are not trivial.
package struct Census: Sendable {
    // Within one scene.
    var processes = 0
    var respawns = 0
    var hops = 0
    var reuses = 0
    var sessionReuses = 0
    var guests = 0
    var execs = 0
    var vanishedMidRead = 0
    var denials = 0
    var shortages = 0
    var failedLooks = 0
    var interrupts = 0
    var signals = 0
    var looks = 0
    var toldBirths = 0
    var birthLosses = 0
    var frozenGroups = 0
    var sharedGroups = 0
    var killedGroups = 0
    var woken = 0
    var sweeps = 0
    var swept = 0
    var unreached = 0
    var company = [false, false, false]
    var isNarrow = false

    /// Scenes of which something is true, by what; in the order of ``rows``.
    package private(set) var scenes: [Int] = []
    package private(set) var total = 0

    package init() {}

    private static let features: [(name: String, holds: @Sendable (Census) -> Bool)] = [
        ("a parent that respawned children", { $0.respawns > 0 }),
        ("a comet (forks itself and exits)", { $0.hops > 0 }),
        ("a number reused in the same tick", { $0.reuses > 0 }),
        ("a session's or group's number reused", { $0.sessionReuses > 0 }),
        ("a stranger that joined a group", { $0.guests > 0 }),
        ("a program replaced by exec", { $0.execs > 0 }),
        ("gone between listing and reading", { $0.vanishedMidRead > 0 }),
        ("a signal denied (EPERM)", { $0.denials > 0 }),
        ("no descriptor left (EMFILE)", { $0.shortages > 0 }),
        ("a look that failed", { $0.failedLooks > 0 }),
        ("an interrupt", { $0.interrupts > 0 }),
        ("births told", { $0.toldBirths > 0 }),
        ("births told, and then lost", { $0.birthLosses > 0 }),
        ("a control group frozen", { $0.frozenGroups > 0 }),
        ("a control group shared with others", { $0.sharedGroups > 0 }),
        ("a control group killed at one stroke", { $0.killedGroups > 0 }),
        ("a control group thawed that others froze", { $0.woken > 0 }),
        ("a final sweep", { $0.sweeps > 0 }),
        ("somebody else stopped by a final sweep", { $0.swept > 0 }),
        ("somebody else whom there was no time for", { $0.unreached > 0 }),
        ("a narrow plan", { $0.isNarrow }),
        ("a member by session or group alone, older than the first look", { $0.company[0] }),
        ("... as old as the first look", { $0.company[1] }),
        ("... younger than the first look", { $0.company[2] }),
        ("more than 30 processes", { $0.processes > 30 }),
    ]

    /// Takes in one scene that has ended, and how.
    mutating func add(_ scene: Census, ending endings: [Bool]) {
        let facts = Census.features.map { $0.holds(scene) } + endings
        if scenes.isEmpty { scenes = Array(repeating: 0, count: facts.count) }
        for (index, fact) in facts.enumerated() where fact { scenes[index] += 1 }
        total += 1
        processes += scene.processes
        signals += scene.signals
        looks += scene.looks
    }

    /// Takes in what another thread counted.
    package mutating func add(_ other: Census) {
        if scenes.isEmpty { scenes = Array(repeating: 0, count: other.scenes.count) }
        for (index, count) in other.scenes.enumerated() { scenes[index] += count }
        total += other.total
        processes += other.processes
        signals += other.signals
        looks += other.looks
    }

    /// One line per feature: how many scenes have it.
    package var rows: [(name: String, count: Int)] {
        let names = Census.features.map(\.name) + Trial.endings
        return zip(names, scenes).map { ($0, $1) }
    }

    /// Processes, signals and looks of an average scene.
    package var averages: (processes: Int, signals: Int, looks: Int) {
        let count = max(total, 1)
        return (processes / count, signals / count, looks / count)
    }
}
