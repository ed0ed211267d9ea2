import Glibc
import TestSupport

@testable import ReaperKit

/// A control group that a test makes, and that is removed with everything in it when the test ends.
struct ScratchGroup {
    let group: ControlGroup
    /// Its directory.
    var path: String { group.path }

    private static func mount(_ hierarchy: ControlGroupMount.Hierarchy) -> ControlGroupMount? {
        (try? ControlGroupMount.current())?.first { mount in
            let mayWrite = unsafe access(mount.point.text, W_OK) == 0
            return mount.hierarchy == hierarchy && mayWrite
        }
    }

    /// Whether tests may make groups of that hierarchy here.
    static func canMake(_ hierarchy: ControlGroupMount.Hierarchy) -> Bool {
        Machine.isRoot && mount(hierarchy) != nil
    }

    /// Makes a group, below another or not, and removes it when `body` is done with it.
    static func with(
        _ hierarchy: ControlGroupMount.Hierarchy = .unified,
        below parent: ScratchGroup? = nil,
        _ body: (ScratchGroup) throws -> Void
    ) throws {
        let mount = try found(mount(hierarchy), "no such hierarchy may be written here")
        let name = ByteString("reaper-test-\(getpid())-\(UInt64.random(in: 0...UInt64.max))")
        let way = (parent?.group.components ?? []) + [name]
        let path = mount.directory(way).text
        guard unsafe mkdir(path, 0o755) == 0 else { throw SupportError("mkdir \(path): \(errno)") }
        let scratch: ScratchGroup
        do {
            scratch = ScratchGroup(group: try ControlGroup(below: mount, way))
        } catch {
            unsafe rmdir(path)
            throw error
        }
        defer { scratch.remove() }
        try body(scratch)
    }

    private static func found<Value>(_ value: Value?, _ message: String) throws -> Value {
        guard let value else { throw SupportError(message) }
        return value
    }

    /// Whoever is still in it was put there by the test, or descends from such a process.
    private func remove() {
        try? group.thaw()
        let end = ContinuousClock.now + .seconds(60)
        while unsafe rmdir(path) != 0, errno == EBUSY, .now < end {
            for pid in (try? group.population().pids) ?? [] where pid > 0 {
                guard let probe = try? probe(pid) else { continue }
                // Whoever has the number now is in the group: nobody else is signalled.
                if (try? group.population().pids.contains(pid)) ?? false {
                    try? probe.send(SIGKILL)
                }
            }
            sched_yield()
        }
    }

    private func probe(_ pid: Int32) throws -> ProcessProbe {
        var procfs = try Procfs()
        return try ProcessProbe(
            "\(ProcessHandle(opening: pid, startTime: nil, in: &procfs).identity)"
        )
    }

    func write(_ text: String, to file: String) throws {
        let descriptor = unsafe open("\(path)/\(file)", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SupportError("open \(path)/\(file): \(errno)") }
        defer { _ = close(descriptor) }
        let bytes = Array(text.utf8)
        guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw SupportError("write \(path)/\(file): \(errno)")
        }
    }

    func add(_ probe: ProcessProbe) throws { try write("\(probe.pid)", to: "cgroup.procs") }

    func pids() throws -> Set<Int32> { try group.population().pids }

    /// Waits until the processes in it are as many as that.
    func awaitMembers(_ isEnough: (Set<Int32>) -> Bool) throws {
        let end = ContinuousClock.now + .seconds(60)
        while try !isEnough(pids()) {
            guard .now < end else { throw SupportError("\(path) has not got its members") }
            sched_yield()
        }
    }

    /// Waits until nobody lives in it.
    func awaitEmpty() throws -> Bool {
        let end = ContinuousClock.now + .seconds(60)
        while try group.isPopulated(), .now < end { sched_yield() }
        return try !group.isPopulated()
    }

    /// Starts a shell in it that runs this.
    func start(_ script: String) throws -> RunningProgram {
        try Binary(path: "/bin/sh").start(["-c", "echo $$ > \(path)/cgroup.procs && \(script)"])
    }
}
