import Glibc
import Testing

@testable import ReaperKit

@Suite("scanning a copy of a procfs")
struct ScannerFixtureTests {
    /// PID 1, a shell, its worker with every fact, a zombie, and somebody whose stat is nonsense.
    private func tree() throws -> FixtureTree {
        var tree = try FixtureTree()
        tree.process(1, "init", parent: 0, start: 1)
        tree.process(300, "worker", parent: 20, group: 20, session: 20, start: 500)
        tree.process(20, "sh", group: 20, session: 20, start: 400)
        tree.process(45, "gone", parent: 20, state: "Z", start: 450)
        tree.process(2, "kthreadd", parent: 0, flags: 0x0020_0000, start: 1)
        for pid in [20, 300] {
            tree.link("\(pid)/exe", to: "/opt/cache/\(pid)")
            tree.link("\(pid)/cwd", to: "/srv")
            tree.file("\(pid)/cmdline", "run\0--id\0\(pid)\0")
            tree.file("\(pid)/environ", "JOB=\(pid)\0")
            tree.file("\(pid)/status", "Tgid:\t\(pid)\nUid:\t7\t7\nNSpid:\t\(pid)\n")
            tree.file("\(pid)/cgroup", "0::/ci\n")
            tree.directory("\(pid)/ns")
            for name in ["pid", "mnt", "net"] { tree.link("\(pid)/ns/\(name)", to: "\(name):[1]") }
        }
        return tree
    }

    private func scan(
        _ tree: borrowing FixtureTree,
        rules: [Rule] = [],
        _ change: (inout Selection) throws -> Void
    ) throws -> ScanResult {
        var selection = Selection()
        try change(&selection)
        let request = ScanRequest(selection: selection, rules: rules)
        var scanner = try Scanner(request, procRoot: tree.path)
        let isOwn = scanner.isOwnNamespace
        #expect(!isOwn)
        return try scanner.scan()
    }

    @Test("everybody is listed in order, and nobody's facts are read for zombies alone")
    func zombies() throws {
        let result = try scan(tree()) { $0.kinds = [.zombie] }
        #expect(result.snapshot.processes.map(\.pid) == [1, 2, 20, 45, 300])
        #expect(result.findings.map(\.process?.pid) == [45])
        #expect(result.isComplete)
        for process in result.snapshot.processes {
            let bare = ProcessRecord(
                identity: process.identity,
                name: process.name,
                state: process.state,
                parent: process.parent,
                processGroup: process.processGroup,
                session: process.session,
                flags: process.flags
            )
            #expect(process == bare)
        }
    }

    @Test("command lines are read only of who meets the cheaper conditions")
    func candidates() throws {
        let result = try scan(tree()) {
            $0.process.executables = [try Cast.glob("/opt/cache/3*")]
            $0.process.commands = [try Cast.glob("run*", as: .text)]
        }
        #expect(result.findings.map(\.process?.pid) == [300])
        #expect(result.snapshot.process(300)?.arguments?.known == ["run", "--id", "300"])
        #expect(result.snapshot.process(20)?.executable?.known?.path == "/opt/cache/20")
        #expect(result.snapshot.process(20)?.arguments == nil)
        #expect(result.snapshot.process(300)?.environment == nil)
        // What is never stopped is not even looked at.
        #expect(result.snapshot.process(1)?.executable == nil)
        #expect(result.snapshot.process(2)?.executable == nil)
    }

    @Test("a condition that stat answers reads nothing else")
    func cheap() throws {
        let result = try scan(tree()) {
            $0.process.pids = [PidCondition(pid: 300, startTime: 501)]
            $0.process.environment = [EnvironmentCondition(name: "JOB")]
        }
        #expect(result.findings.isEmpty)
        #expect(result.snapshot.processes.allSatisfy { $0.environment == nil })
    }

    @Test("facts of candidates are read through the process that was listed")
    func orphan() throws {
        var rule = Rule(id: "test.job", title: "Job", source: "test")
        rule.match.executables = [try Cast.glob("/opt/cache/*")]
        rule.owner = ProcessPattern()
        rule.owner?.names = [try Cast.glob("sh")]
        let result = try scan(tree(), rules: [rule]) { $0.kinds = [.orphan] }
        // The shell has no owner above it; its worker has.
        #expect(result.findings.map(\.process?.pid) == [20])
        #expect(result.findings.first?.rule == "test.job")
        #expect(result.snapshot.process(20)?.environment?.known == ["JOB=20"])
        #expect(result.snapshot.process(20)?.cgroups?.known == ["0::/ci"])
    }

    @Test("who cannot be read is counted, named, and makes the view incomplete")
    func unreadable() throws {
        var tree = try tree()
        tree.directory("77")
        tree.file("77/stat", "77 (x) S nonsense 1 1")
        tree.directory("78")
        tree.directory("78/stat")
        let result = try scan(tree) { $0.kinds = [.zombie] }
        #expect(result.snapshot.unreadable.processes == [77, 78])
        #expect(result.snapshot.unreadable.reasons.values.reduce(0, +) == 2)
        #expect(result.snapshot.unreadable.reasons["stat: bad message"] == 1)
        #expect(!result.isComplete)
        #expect(result.findings.map(\.process?.pid) == [45])
    }

    @Test("a fact that was refused counts only where it could hide something asked for")
    func hidden() throws {
        var tree = try tree()
        tree.process(60, "secret", parent: 20, start: 410)
        tree.directory("60/environ")
        let asked = try scan(tree) { $0.process.environment = [EnvironmentCondition(name: "JOB")] }
        #expect(asked.findings.map(\.process?.pid) == [20, 300])
        #expect(asked.snapshot.unreadable.processes == [60])
        let other = try scan(tree) {
            $0.process.names = [try Cast.glob("worker")]
            $0.process.environment = [EnvironmentCondition(name: "JOB")]
        }
        #expect(other.findings.map(\.process?.pid) == [300])
        #expect(other.isComplete)
    }

    @Test("who left while being listed is nobody")
    func left() throws {
        var tree = try tree()
        tree.directory("99")
        let result = try scan(tree) { $0.kinds = [.zombie] }
        #expect(result.snapshot.process(99) == nil)
        #expect(result.isComplete)
    }

    @Test("looking at single numbers reads their ancestors and session leaders, and judges neither")
    func examine() throws {
        var tree = try tree()
        tree.process(25, "sh", group: 25, session: 25, start: 401)
        tree.process(400, "worker", parent: 1, group: 400, session: 25, start: 600)
        var selection = Selection()
        selection.process.names = [try Cast.glob("worker"), try Cast.glob("sh")]
        let request = ScanRequest(selection: selection, rules: [])
        var scanner = try Scanner(request, procRoot: tree.path)
        let one = try scanner.examine([300, 12_345])
        #expect(one.snapshot.processes.map(\.pid) == [1, 20, 300])
        #expect(one.findings.map(\.process?.pid) == [300])
        let other = try scanner.examine([400])
        #expect(other.snapshot.processes.map(\.pid) == [1, 25, 400])
        #expect(other.findings.map(\.process?.pid) == [400])
    }
}

@Suite("the machine's own facts")
struct HostReaderTests {
    @Test("reaper and its ancestors are known, itself first")
    func own() throws {
        var procfs = try Procfs()
        let host = procfs.hostFacts()
        #expect(host.ownChain.first?.pid == getpid())
        #expect(host.ownChain.dropFirst().first?.pid == getppid())
        #expect(Set(host.ownChain).count == host.ownChain.count)
        #expect(host.isOwnChainComplete && host.ownProcessGroup == getpgrp())
        #expect(host.effectiveUser == geteuid())
        #expect(host.bootID.count == 36)
        #expect(!host.name.isEmpty && !host.kernel.isEmpty)
        #expect(host.namespaces != nil)
        let isOwn = procfs.showsOwnNamespace()
        #expect(isOwn)
    }

    /// Where the line of reaper's ancestors ends, the nearest of which is number 5 000 000.
    struct ChainCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var length: Int32 = 3
        var last: Int32 = 0
        var complete = true
    }

    @Test(
        "all ancestors are read, or it is known that they are not",
        arguments: [
            ChainCase(testDescription: "a parent outside the namespace"),
            ChainCase(testDescription: "a hidden first process", last: 1),
            ChainCase(testDescription: "more than anybody has", length: 600),
            ChainCase(testDescription: "a hidden ancestor", last: 77, complete: false),
            ChainCase(testDescription: "a circle", last: 5_000_000, complete: false),
        ]
    )
    func chain(testCase: ChainCase) throws {
        var tree = try FixtureTree()
        tree.process(getpid(), parent: 5_000_000, group: 42)
        for step in 0..<testCase.length {
            let isLast = step == testCase.length - 1
            tree.process(5_000_000 + step, parent: isLast ? testCase.last : 5_000_001 + step)
        }
        var procfs = try Procfs(root: tree.path)
        let host = procfs.hostFacts()
        #expect(host.ownChain.count == Int(testCase.length) + 1)
        #expect(host.isOwnChainComplete == testCase.complete)
        #expect(host.ownProcessGroup == 42)
    }

    @Test("a procfs that shows other numbers is told from one's own")
    func foreign() throws {
        var tree = try FixtureTree()
        tree.link("self", to: "\(getpid() + 1)")
        var procfs = try Procfs(root: tree.path)
        let isOwn = procfs.showsOwnNamespace()
        #expect(!isOwn)
        let host = procfs.hostFacts()
        #expect(!host.isOwnChainComplete)
        #expect(host.ownChain.isEmpty && host.bootID.isEmpty && host.namespaces == nil)
        var own = try FixtureTree()
        own.link("self", to: "\(getpid())")
        var ownProcfs = try Procfs(root: own.path)
        let control = ownProcfs.showsOwnNamespace()
        #expect(control)
    }
}
