import Testing

@testable import ReaperKit

@Suite("the process tree")
struct ProcessTreeTests {
    /// Processes from number to parent, each as old as its number.
    private func tree(_ parents: KeyValuePairs<Int32, Int32>) -> ProcessTree {
        let processes = parents.map { pid, parent in
            ProcessRecord(
                identity: ProcessIdentity(pid: pid, startTime: UInt64(pid)),
                name: "p",
                parent: parent
            )
        }
        return ProcessTree(processes.sorted { $0.pid < $1.pid })
    }

    private func pids(below pid: Int32, in tree: ProcessTree, of all: [Int32]) throws -> [Int32] {
        let position = try #require(tree.position(of: pid))
        return tree.descendants(of: position).map { all[$0.index] }
    }

    @Test("descendants come parents first, with their depth")
    func descendants() throws {
        let all: [Int32] = [1, 10, 11, 12, 20, 30]
        let tree = tree([1: 0, 10: 1, 11: 10, 12: 10, 20: 11, 30: 1])
        #expect(try pids(below: 10, in: tree, of: all) == [11, 12, 20])
        let position = try #require(tree.position(of: 10))
        #expect(tree.descendants(of: position).map(\.depth) == [1, 1, 2])
        #expect(tree.children(of: position).map { all[$0] } == [11, 12])
    }

    @Test("a number that is not there has no position")
    func missing() {
        let tree = tree([1: 0, 10: 1])
        #expect(tree.position(of: 5) == nil && tree.position(of: 11) == nil)
        #expect(tree.position(of: 0) == nil && tree.position(of: -1) == nil)
        #expect(tree.position(of: 10) == 1)
        #expect(ProcessTree([]).position(of: 1) == nil)
    }

    @Test("cycles and processes that are their own parents end")
    func cycles() throws {
        let tree = tree([5: 5, 10: 12, 11: 10, 12: 11])
        let all: [Int32] = [5, 10, 11, 12]
        #expect(try pids(below: 5, in: tree, of: all).isEmpty)
        #expect(try pids(below: 10, in: tree, of: all) == [11, 12])
        let record = ProcessRecord(
            identity: ProcessIdentity(pid: 10, startTime: 10),
            name: "p",
            parent: 12
        )
        #expect(tree.ancestors(of: record).map(\.pid) == [12, 11])
        var own = record
        own.parent = 10
        #expect(tree.ancestors(of: own).isEmpty)
    }

    @Test("ancestors end where a parent was not seen")
    func missingParent() {
        let tree = tree([1: 0, 20: 19, 30: 20, 40: 30])
        let record = ProcessRecord(
            identity: ProcessIdentity(pid: 40, startTime: 40),
            name: "p",
            parent: 30
        )
        #expect(tree.ancestors(of: record).map(\.pid) == [30, 20])
    }

    @Test("who is older than the process of its parent's number is not its child")
    func reusedParent() throws {
        let tree = tree([10: 300, 11: 10, 300: 1, 301: 300])
        let all: [Int32] = [10, 11, 300, 301]
        #expect(try pids(below: 300, in: tree, of: all) == [301])
    }

    @Test("a long chain is walked to its end")
    func chain() throws {
        let count = Int32(20_000)
        let processes = (1...count).map { pid in
            ProcessRecord(
                identity: ProcessIdentity(pid: pid, startTime: 1),
                name: "p",
                parent: pid - 1
            )
        }
        let tree = ProcessTree(processes)
        #expect(tree.descendants(of: 0).last?.depth == Int(count) - 1)
        let last = try #require(processes.last)
        #expect(tree.ancestors(of: last).count == Int(count) - 1)
    }
}

@Suite("ages and start times")
struct HostFactsTests {
    private var host: HostFacts {
        var host = HostFacts()
        host.sinceBoot = .seconds(1000)
        host.wallClock = .seconds(1_000_000)
        return host
    }

    @Test(
        "an age is the time since boot without the start",
        arguments: [
            (0, 100, .seconds(1000)), (99_950, 100, .milliseconds(500)),
            (100_000, 100, .zero), (250_000, 250, .zero), (1000, 0, .zero),
        ] as [(UInt64, UInt64, Duration)]
    )
    func age(start: UInt64, ticks: UInt64, want: Duration) {
        var host = host
        host.ticksPerSecond = ticks
        #expect(host.age(of: ProcessIdentity(pid: 1, startTime: start)) == want)
    }

    @Test("nonsense start times are in the future and trap nowhere")
    func nonsense() {
        let starts: [UInt64] = [.max, .max - 1, 1 << 63, 1 << 62]
        let rates: [UInt64] = [1, 100, 1_000_000_000, .max]
        for start in starts {
            for ticks in rates {
                var host = host
                host.ticksPerSecond = ticks
                let identity = ProcessIdentity(pid: 1, startTime: start)
                let age = host.age(of: identity)
                #expect(age <= .seconds(1000))
                #expect(age.milliseconds <= 1_000_000)
                _ = host.startedAt(identity).rfc3339()
            }
        }
    }

    @Test("a time and the ticks of a process that starts then belong together")
    func ticks() {
        let host = host
        #expect(host.ticks(at: .milliseconds(12_340)) == 1234)
        #expect(host.ticks(at: .milliseconds(12_349)) == 1234)
        #expect(host.ticks(at: .zero) == 0)
        #expect(host.ticks(at: .seconds(-5)) == 0)
        #expect(host.ticks(at: .seconds(Int64.max)) == .max)
    }

    @Test("milliseconds beyond what a number holds end at its ends")
    func milliseconds() {
        #expect(Duration.seconds(Int64.max).milliseconds == .max)
        #expect(Duration.seconds(Int64.min).milliseconds == .min)
        #expect(Duration.milliseconds(-1500).milliseconds == -1500)
    }
}
