import Glibc

/// Notices when ports are free, and stay so for a ``FreeWindow``.
final class PortWatch: DepartureWatch {
    /// Nothing tells that a port was closed by a process that lives on: it is looked at again,
    /// first after this time, then ever later.
    private static let firstPause = Duration.milliseconds(20)
    private static let longestPause = Duration.milliseconds(250)

    private let ports: PortSet
    private var window = FreeWindow()
    private var pause = PortWatch.firstPause
    private var inodes: Set<UInt64> = []
    private var holders: [ProcessHandle] = []
    private(set) var remains: [String] = []
    private(set) var doubts: [String] = []

    init(_ ports: PortSet) { self.ports = ports }

    func look(_ procfs: inout Procfs) -> DepartureLook {
        let check: PortCheck
        do throws(SystemError) { check = try PortCheck.look(at: ports) } catch {
            doubts = ["whether the ports are free is unknown: \(error)"]
            return .gone
        }
        let now = Clock.monotonic()
        doubts = check.notes.map(\.escapedForTerminal)
        guard !check.isFree else {
            inodes = []
            guard let next = window.noteFree(at: now) else { return .gone }
            remains = ["nobody holds the port, but not for long enough yet to be sure"]
            return .settling(until: next)
        }
        window.noteHeld()
        note(check, &procfs)
        pause = min(pause * 2, Self.longestPause)
        // Who has exited and still has a socket lets go of it in a moment.
        let alive = holders.filter { !$0.hasExited() }
        if alive.count < holders.count { pause = Self.firstPause }
        return .present(alive, again: now + pause)
    }

    /// Finds out who holds them, where that may have changed.
    private func note(_ check: PortCheck, _ procfs: inout Procfs) {
        let sockets = check.held.flatMap(\.sockets)
        let now = Set(sockets.map(\.inode))
        guard now != inodes || holders.contains(where: { $0.hasExited() }) else { return }
        inodes = now
        pause = Self.firstPause
        let map = HolderMap.read(
            of: now,
            among: (try? procfs.pids()) ?? [],
            procDirectory: procfs.directory.raw
        )
        var handles: [Int32: ProcessHandle] = [:]
        for pid in Set(map.holders.values.joined().map(\.pid)) {
            handles[pid] = try? ProcessHandle(opening: pid, startTime: nil, in: &procfs)
        }
        holders = handles.values.sorted { $0.identity < $1.identity }
        remains = check.held.map { held in
            let pids = Set(held.sockets.flatMap { map.holders[$0.inode] ?? [] }.map(\.pid))
            let names = pids.sorted().compactMap { handles[$0]?.first.label }
            let users = Set(held.sockets.map(\.user)).sorted().map { "\($0)" }
            let who =
                names.isEmpty
                ? "a process that cannot be seen, of user \(users.joined(separator: ", "))"
                : names.joined(separator: ", ")
            return "port \(held.port)/\(held.transport.rawValue) is held by \(who)"
                .escapedForTerminal
        }
    }
}
