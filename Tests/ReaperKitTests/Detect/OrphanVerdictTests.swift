import Glibc
import Testing

@testable import ReaperKit

@Suite("verdicts on orphans")
struct OrphanVerdictTests {
    static let owners = [
        OrphanCase("its parent is the owner", nil, others: [Cast.process(400, "host")]) {
            $0.parent = 400
        },
        OrphanCase(
            "the owner is far up",
            nil,
            others: [
                Cast.process(400, "host"), Cast.process(401, "sh", parent: 400),
                Cast.process(402, "sh", parent: 401),
            ]
        ) { $0.parent = 402 },
        OrphanCase(
            "the owner is no ancestor",
            .confirmed,
            others: [Cast.process(400, "host")]
        ),
        OrphanCase(
            "a child of the owner's number, which somebody else has now",
            .confirmed,
            others: [Cast.process(400, "sh", start: 60_000)]
        ) { $0.parent = 400 },
        OrphanCase(
            "whether an ancestor is the owner was refused",
            .suspect,
            others: [Cast.process(400, "systemd") { $0.executable = .denied(EACCES) }]
        ) { $0.parent = 400 },
        OrphanCase(
            "init that nobody may look at is no owner",
            .confirmed,
            others: [
                Cast.process(1, "init", parent: 0) {
                    $0.executable = .denied(EACCES)
                    $0.arguments = .denied(EACCES)
                }
            ]
        ),
    ]

    static let adoptions = [
        OrphanCase("adopted by PID 1", .confirmed),
        OrphanCase(
            "adopted by PID 1, by a rule without an owner",
            .confirmed,
            rule: { $0.owner = nil }
        ),
        OrphanCase(
            "adopted by a known adopter, and the owner is missing",
            .confirmed,
            others: [Cast.process(400, "tini")]
        ) { $0.parent = 400 },
        OrphanCase(
            "what has an adopter's name may have started it, too",
            .probable,
            rule: { $0.owner = nil },
            others: [Cast.process(400, "tini")]
        ) { $0.parent = 400 },
        OrphanCase(
            "a living parent of no known kind, and no owner",
            .suspect,
            others: [Cast.process(400, "make")]
        ) { $0.parent = 400 },
        OrphanCase(
            "a living parent, by a rule without an owner",
            nil,
            rule: { $0.owner = nil },
            others: [Cast.process(400, "make")]
        ) { $0.parent = 400 },
        OrphanCase(
            "its session's leader is dead",
            .confirmed,
            others: [Cast.process(400, "keeper") { $0.session = 400 }]
        ) {
            $0.parent = 400
            $0.session = 444
        },
        OrphanCase(
            "its session's leader is a zombie",
            .confirmed,
            others: [
                Cast.process(400, "keeper") { $0.session = 400 },
                Cast.process(444, "sh", state: "Z") { $0.session = 444 },
            ]
        ) {
            $0.parent = 400
            $0.session = 444
        },
        OrphanCase(
            "its session's number has passed to somebody else",
            .confirmed,
            others: [
                Cast.process(400, "keeper") { $0.session = 400 },
                Cast.process(444, "sh") { $0.session = 50 },
            ]
        ) {
            $0.parent = 400
            $0.session = 444
        },
        OrphanCase(
            "its session's leader lives",
            .suspect,
            others: [
                Cast.process(400, "keeper") { $0.session = 400 },
                Cast.process(444, "sh") { $0.session = 444 },
            ]
        ) {
            $0.parent = 400
            $0.session = 444
        },
        OrphanCase(
            "a parent in the same session looks after it, leader or not",
            .suspect,
            others: [Cast.process(400, "make") { $0.session = 444 }]
        ) {
            $0.parent = 400
            $0.session = 444
        },
        OrphanCase(
            "a leader that could not be read may live",
            .suspect,
            others: [Cast.process(400, "keeper") { $0.session = 400 }],
            snapshot: { $0.unreadable.add(pid: 444, fact: "stat", reason: "x") }
        ) {
            $0.parent = 400
            $0.session = 444
        },
        OrphanCase(
            "a leader that the mount may hide may live",
            .suspect,
            others: [Cast.process(400, "keeper") { $0.session = 400 }],
            snapshot: { $0.unreadable.notes = ["/proc is mounted with hidepid=2"] }
        ) {
            $0.parent = 400
            $0.session = 444
        },
        OrphanCase(
            "only its executable was deleted",
            .probable,
            others: [Cast.process(400, "make")]
        ) {
            $0.parent = 400
            $0.executable = .value(ExecutableLink(path: "/cache/job", isDeleted: true))
        },
    ]

    static let vetoes = [
        OrphanCase("it asks to be kept", nil) {
            $0.environment = .value(["A=1", "REAPER_KEEP=1"])
        },
        OrphanCase("it does not ask to be kept", .confirmed) {
            $0.environment = .value(["REAPER_KEEP=0", "XREAPER_KEEP=1", "REAPER_KEEP", "A=1"])
        },
        OrphanCase("it has numbers in a nested pid namespace", nil) {
            $0.changeStatus { $0.namespacePids = [500, 7] }
        },
        OrphanCase("its pid namespace is another one", nil) {
            $0.namespaces = .value(ProcessNamespaces(pid: 101, mount: 200, network: 300))
        },
        OrphanCase("its path is another file in its mount namespace", nil) {
            $0.namespaces = .value(
                ProcessNamespaces(pid: 100, mount: 201, network: 300, sharesExecutable: false)
            )
        },
        OrphanCase("its mount namespace is another one, its file the very same", .confirmed) {
            $0.namespaces = .value(
                ProcessNamespaces(pid: 100, mount: 201, network: 300, sharesExecutable: true)
            )
        },
        OrphanCase("its network namespace is another one", .confirmed) {
            $0.namespaces = .value(ProcessNamespaces(pid: 100, mount: 200, network: 301))
        },
        OrphanCase("a rule about containers accepts its pids", .confirmed) {
            $0.containers = true
        } job: {
            $0.changeStatus { $0.namespacePids = [500, 7] }
        },
        OrphanCase("even there a path in other mounts proves little", .probable) {
            $0.containers = true
        } job: {
            $0.namespaces = .value(
                ProcessNamespaces(pid: 101, mount: 201, network: 300, sharesExecutable: false)
            )
        },
        OrphanCase(
            "it is an ancestor of reaper",
            nil,
            snapshot: { snapshot in
                snapshot.host.ownChain.append(Cast.process(500).identity)
            }
        ),
        OrphanCase(
            "it only has an ancestor's number",
            .confirmed,
            snapshot: { snapshot in
                snapshot.host.ownChain.append(ProcessIdentity(pid: 500, startTime: 1))
            }
        ),
        OrphanCase("it exited already", nil) { $0.state = UInt8(ascii: "Z") },
        OrphanCase("its leader exited and its threads live", .confirmed) {
            $0.state = UInt8(ascii: "Z")
            $0.threads = 3
        },
    ]

    static let services = [
        OrphanCase("it is a service of its own", .probable) {
            $0.cgroups = .value(["0::/system.slice/job.service"])
        },
        OrphanCase("its rule names the service", .confirmed) {
            $0.units = [try Cast.glob("job*.service", as: .text)]
        } job: {
            $0.cgroups = .value(["0::/system.slice/job.service"])
        },
        OrphanCase(
            "it is in reaper's own service",
            .confirmed,
            snapshot: { snapshot in
                snapshot.host.servicePath = "/system.slice/runner.service"
            }
        ) { $0.cgroups = .value(["0::/system.slice/runner.service/job-1"]) },
        OrphanCase(
            "a service of the same name elsewhere is another",
            .probable,
            snapshot: {
                $0.host.servicePath = "/system.slice/runner.service"
            }
        ) { $0.cgroups = .value(["0::/user.slice/user@7.service/runner.service"]) },
        OrphanCase("one hierarchy of several has the service", .probable) {
            $0.cgroups = .value(["1:name=systemd:/system.slice/job.service", "0::/"])
        },
        OrphanCase("a login's manager is no service", .confirmed) {
            $0.cgroups = .value(["0::/user.slice/user-7.slice/user@7.service"])
        },
    ]

    @Test("follow owners in the ancestry", arguments: owners)
    func owner(testCase: OrphanCase) throws { try check(testCase) }

    @Test("follow who adopted it", arguments: adoptions)
    func adoption(testCase: OrphanCase) throws { try check(testCase) }

    @Test("follow vetoes", arguments: vetoes)
    func veto(testCase: OrphanCase) throws { try check(testCase) }

    @Test("follow the service it belongs to", arguments: services)
    func service(testCase: OrphanCase) throws { try check(testCase) }

    private func check(_ testCase: OrphanCase) throws {
        let found = try testCase.detection().findings
        #expect(found.map(\.verdict) == (testCase.want.map { [$0] } ?? []))
    }

    @Test(
        "a fact that was refused makes it a suspect, and is counted",
        arguments: [FactKind.status, .namespaces, .cgroups, .environment]
    )
    func refused(kind: FactKind) throws {
        let detection = try OrphanCase("", nil) { $0.mark(kind, failed: EACCES) }.detection()
        #expect(detection.findings.map(\.verdict) == [.suspect])
        #expect(detection.findings.map(\.severity) == [.info])
        #expect(detection.findings.map(\.remedy.action) == [.none])
        #expect(detection.hidden == [HiddenFact(pid: 500, kind: kind, code: EACCES)])
    }

    @Test("a match that was refused is counted, and gives no finding")
    func refusedMatch() throws {
        let detection = try OrphanCase("", nil) { $0.executable = .denied(EACCES) }.detection()
        #expect(detection.findings.isEmpty)
        #expect(detection.hidden == [HiddenFact(pid: 500, kind: .executable, code: EACCES)])
    }
}
