import Testing

@testable import ReaperKit

@Suite("instances and their states")
struct InstanceCatalogTests {
    /// What a file says, who runs, and how the instance is.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var file: InstanceFile
        var processes: [ProcessRecord] = []
        var user: UInt32 = 0
        var state: InstanceState
        var process: ProcessIdentity?
        var isProven = false

        init(
            _ testDescription: String,
            _ file: InstanceFile,
            _ processes: [ProcessRecord] = [],
            as user: UInt32 = 0,
            is state: InstanceState,
            _ process: ProcessIdentity? = nil,
            isProven: Bool = false
        ) {
            self.testDescription = testDescription
            self.file = file
            self.processes = processes
            self.user = user
            self.state = state
            self.process = process
            self.isProven = isProven
        }
    }

    private static let it = ProcessIdentity(pid: 4127, startTime: 49_900)

    static let cases = [
        Case(
            "its process runs",
            InstanceScene.file("a", 4127),
            [InstanceScene.process(4127)],
            is: .running,
            it,
            isProven: true
        ),
        Case("its process is gone", InstanceScene.file("a", 4127, .gone), is: .stale),
        Case(
            "another program has its number",
            InstanceScene.file("a", 4127),
            [InstanceScene.process(4127, "other")],
            is: .recycled
        ),
        Case(
            "its number went to somebody younger than the file",
            InstanceScene.file("a", 4127),
            [InstanceScene.process(4127, startedAt: 700)],
            is: .recycled
        ),
        Case(
            "it has exited and was not waited for",
            InstanceScene.file("a", 4127),
            [InstanceScene.process(4127) { $0.state = UInt8(ascii: "Z") }],
            is: .zombie,
            it
        ),
        Case(
            "it belongs to somebody else",
            InstanceScene.file("a", 4127),
            [InstanceScene.process(4127)],
            as: 1001,
            is: .foreign,
            it,
            isProven: true
        ),
        Case(
            "whose it is could not be read",
            InstanceScene.file("a", 4127),
            [InstanceScene.process(4127) { $0.status = .denied(13) }],
            as: 1001,
            is: .unknown,
            it,
            isProven: true
        ),
        Case(
            "what it runs may not be read",
            InstanceScene.file("a", 4127),
            [
                InstanceScene.process(4127, "other") {
                    $0.executable = .denied(13)
                    $0.arguments = .value([])
                }
            ],
            as: 1001,
            is: .foreign,
            it
        ),
        Case(
            "hidden by hidepid",
            InstanceScene.file("a", 4127),
            is: .unknown
        ),
        Case(
            "dead, and the file just written",
            InstanceScene.file("a", 4127, .gone) { $0.modified = Scene.now },
            is: .starting
        ),
        Case(
            "malformed",
            InstanceScene.file("a", nil) { $0.contents = .malformed("no number") },
            is: .unknown
        ),
        Case(
            "unreadable",
            InstanceScene.file("a", nil) { $0.contents = .denied(13) },
            is: .unknown
        ),
        Case(
            "written on another host",
            InstanceScene.file("a", 4127) { file in
                file.contents = .entries([
                    Scene.entry { $0.host = "elsewhere" }
                ])
            },
            [InstanceScene.process(4127)],
            is: .unknown
        ),
        Case(
            "locked, and its process runs",
            InstanceScene.file("a", 4127) { $0.lock = .held("flock") },
            [InstanceScene.process(4127)],
            is: .running,
            it,
            isProven: true
        ),
        Case(
            "locked, and another program has its number",
            InstanceScene.file("a", 4127) { $0.lock = .held("flock") },
            [InstanceScene.process(4127, "other")],
            is: .unknown
        ),
        Case(
            "a lock alone that somebody holds",
            InstanceScene.file("a", nil) { ($0.format, $0.lock) = (.lock, .held("flock")) },
            is: .running
        ),
        Case(
            "a lock alone that nobody holds",
            InstanceScene.file("a", nil) { $0.format = .lock },
            is: .stale
        ),
        Case(
            "a socket that is served",
            InstanceScene.file("a", nil) { ($0.format, $0.contents) = (.socket, .socket(.bound)) },
            is: .running
        ),
        Case(
            "a socket that nobody serves",
            InstanceScene.file("a", nil) {
                ($0.format, $0.contents) = (.socket, .socket(.unbound))
            },
            is: .stale
        ),
        Case(
            "a socket that could not be asked",
            InstanceScene.file("a", nil) {
                ($0.format, $0.contents) = (.socket, .socket(.unknown("no sock_diag")))
            },
            is: .unknown
        ),
    ]

    @Test("a file's instance is as its process is", arguments: cases)
    func files(testCase: Case) throws {
        let listing = try InstanceScene.listing(
            testCase.processes,
            [testCase.file],
            as: testCase.user
        )
        try #require(listing.instances.count == 1)
        let instance = listing.instances[0]
        #expect(instance.state == testCase.state, "\(instance.reason)")
        #expect(instance.process == testCase.process)
        #expect(instance.isProven == testCase.isProven)
        #expect(instance.id == "a" && instance.file == "/run/a.json")
        #expect(!instance.reason.isEmpty)
    }

    @Test("a recorded name beats the file's, and each entry is an instance")
    func entries() throws {
        let file = InstanceScene.file("a", nil) { file in
            file.contents = .entries([
                Scene.entry(4127) { $0.id = "web" },
                Scene.entry(4128, .gone) { $0.id = "" },
            ])
        }
        let listing = try InstanceScene.listing([InstanceScene.process(4127)], [file])
        #expect(listing.instances.map(\.id) == ["a", "web"])
        #expect(listing.instances.map(\.state) == [.stale, .running])
        #expect(listing.instances.map(\.pid) == [4128, 4127])
    }

    @Test("an entry that is written twice is one instance, the stronger word counts")
    func twins() throws {
        let file = InstanceScene.file("a", nil) { file in
            file.contents = .entries([
                Scene.entry(4127) { $0.id = "web" },
                Scene.entry(4127) { ($0.id, $0.startTicks) = ("web", 1) },
                Scene.entry(4127) { $0.id = "db" },
            ])
        }
        let listing = try InstanceScene.listing([InstanceScene.process(4127)], [file])
        #expect(listing.instances.map(\.id) == ["db", "web"])
        #expect(listing.instances.map(\.state) == [.running, .recycled])
    }

    @Test("processes with one mark are one instance; children inherit it")
    func marks() throws {
        let listing = try InstanceScene.listing([
            InstanceScene.marked(500, "id=f1 node=camera"),
            // Numbers wrap: a child may have a lower one than its parent.
            InstanceScene.marked(400, "id=f1 node=camera", below: 500),
            InstanceScene.marked(600, "node=plot id=f1"),
            InstanceScene.marked(700, "id=f2"),
            InstanceScene.process(800, "python3") { $0.environment = .denied(13) },
        ])
        #expect(listing.instances.map(\.id) == ["f1", "f2"])
        let flow = listing.instances[0]
        #expect(flow.state == .running && flow.isProven && flow.file == nil)
        #expect(flow.members.map(\.identity.pid) == [400, 500, 600])
        #expect(flow.members.map(\.node) == ["camera", "camera", "plot"])
        #expect(flow.members.map(\.isInherited) == [true, false, false])
        #expect(flow.pid == nil)
        #expect(listing.instances[1].pid == 700)
    }

    @Test("who carries a mark that names no instance is shown, and nothing is known of it")
    func nameless() throws {
        let listing = try InstanceScene.listing([
            InstanceScene.marked(500, "id=f1"), InstanceScene.marked(701, "nothing"),
            InstanceScene.marked(702, ""),
        ])
        #expect(listing.instances.map(\.id) == ["?", "f1"])
        let unknown = listing.instances[0]
        #expect(unknown.state == .unknown && !unknown.isProven && unknown.rule == "flow.node")
        #expect(unknown.members.map(\.identity.pid) == [701, 702])
        #expect(unknown.reason == "2 processes carry a mark that names no instance")
        let stop = InstanceStop(listing.instances, in: listing, rules: try InstanceScene.rules())
        #expect(stop.targets.map(\.id) == ["f1"])
        #expect(stop.refused.map(\.reason) == [unknown.reason])
    }

    @Test("reaper itself is of no instance, even if it inherited a mark")
    func own() throws {
        var snapshot = Scene.snapshot([InstanceScene.marked(500, "id=f1")])
        snapshot.host.ownChain = [snapshot.processes[0].identity]
        var request = ScanRequest(rules: try InstanceScene.rules())
        request.instances = InstanceQuery()
        #expect(InstanceCatalog(snapshot, request).instances().isEmpty)
        let detector = MarkedProcessDetector(rules: request.rules, query: InstanceQuery())
        let view = SnapshotView(snapshot, rules: request.rules)
        #expect(detector.detect([0], in: view).findings.isEmpty)
    }

    @Test("the detector finds the marked processes of the instances that are asked for")
    func detector() throws {
        let rules = try InstanceScene.rules()
        let processes = [
            InstanceScene.marked(500, "id=f1 node=camera"), InstanceScene.marked(600, "id=f2"),
            InstanceScene.process(700) { $0.environment = .denied(13) },
        ]
        let view = SnapshotView(Scene.snapshot(processes), rules: rules)
        var query = InstanceQuery()
        query.marks = [InstanceKey(system: "flow", id: "f1")]
        let some = MarkedProcessDetector(rules: rules, query: query)
        let detection = some.detect([0, 1, 2], in: view)
        #expect(detection.findings.map(\.process?.pid) == [500])
        #expect(detection.findings[0].rule == "flow.node")
        #expect(detection.findings[0].summary == "is camera of flow instance f1")
        #expect(detection.hidden == [HiddenFact(pid: 700, kind: .environment, code: 13)])
        #expect(!some.isIdle)
        query.marks = []
        #expect(MarkedProcessDetector(rules: rules, query: query).isIdle)
        var unread = InstanceScene.process(800)
        unread.environment = nil
        #expect(some.interest(in: unread, view.context) == .needs(.environment))
    }
}
