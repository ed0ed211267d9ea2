import Testing

@testable import ReaperKit

@Suite("findings about zombies")
struct ZombieDetectorTests {
    @Test("the parent is named, because only it can end a zombie")
    func parent() throws {
        let snapshot = Cast.snapshot([
            Cast.process(500, "node", parent: 50), Cast.process(501, "sh", parent: 500, state: "Z"),
        ])
        let finding = try #require(ZombieDetector().findings(in: snapshot).first)
        #expect(finding.kind == .zombie && finding.process?.pid == 501)
        #expect(finding.verdict == .confirmed && finding.severity == .warning)
        #expect(finding.summary == "exited; its parent node (500@50000) has not waited for it")
        #expect(finding.evidence.map(\.source) == ["/proc/501/stat", "/proc/501/stat"])
        let command = "reaper clean --zombies --pid 501@50100"
        #expect(finding.remedy == Remedy(.signalParent, command: command))
    }

    @Test("a stopped parent is said to be stopped")
    func stopped() throws {
        let snapshot = Cast.snapshot([
            Cast.process(500, "node", parent: 50, state: "T"),
            Cast.process(501, "sh", parent: 500, state: "Z"),
        ])
        let finding = try #require(ZombieDetector().findings(in: snapshot).first)
        #expect(finding.summary.hasSuffix("node (500@50000) is stopped and cannot wait for it"))
        #expect(finding.evidence.last?.source == "/proc/500/stat")
    }

    @Test("who only waits for PID 1 is mentioned, and needs nothing")
    func awaitsInit() throws {
        let snapshot = Cast.snapshot([Cast.process(501, "sh", state: "Z")])
        let finding = try #require(ZombieDetector().findings(in: snapshot).first)
        #expect(finding.severity == .info && finding.remedy == Remedy(.none))
    }

    @Test("a parent that was not seen is named by its number")
    func unseen() throws {
        let snapshot = Cast.snapshot([Cast.process(501, "sh", parent: 500, state: "Z")])
        let finding = try #require(ZombieDetector().findings(in: snapshot).first)
        #expect(finding.summary == "exited; its parent process 500 has not waited for it")
    }

    @Test("an exited leader with live threads, a kernel thread and the living are no zombies")
    func others() {
        let leader = Cast.process(500, state: "Z") { $0.threads = 2 }
        var thread = Cast.kernelThread(30)
        thread.state = UInt8(ascii: "Z")
        let dead = Cast.process(501, state: "X")
        let found = ZombieDetector().findings(
            in: Cast.snapshot([leader, thread, dead, Cast.process(502)])
        )
        #expect(found.map(\.process?.pid) == [501])
    }
}

@Suite("findings about deleted executables")
struct DeletedExecutableDetectorTests {
    private func process(
        _ pid: Int32,
        _ path: ByteString,
        isReplaced: Bool = false,
        cgroup: ByteString = "0::/"
    ) -> ProcessRecord {
        Cast.process(pid) { process in
            process.executable = .value(
                ExecutableLink(path: path, isDeleted: true, isReplaced: isReplaced)
            )
            process.cgroups = .value([cgroup])
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let path: ByteString
        var isReplaced = false
        var cgroup: ByteString = "0::/"
        let severity: Severity
        let summary: String
    }

    static let cases = [
        Case(
            testDescription: "gone for good",
            path: "/tmp/job",
            severity: .warning,
            summary: "its executable was deleted: /tmp/job"
        ),
        Case(
            testDescription: "upgraded",
            path: "/usr/bin/job",
            isReplaced: true,
            severity: .info,
            summary: "its executable was replaced by a newer file of the same name: /usr/bin/job"
        ),
        Case(
            testDescription: "never had a file",
            path: "/memfd:agent",
            severity: .info,
            summary: "its executable exists in memory only: /memfd:agent"
        ),
        Case(
            testDescription: "of a service",
            path: "/usr/bin/job",
            cgroup: "0::/system.slice/job.service",
            severity: .info,
            summary: "its executable was deleted: /usr/bin/job"
        ),
    ]

    @Test("are shown and never acted on", arguments: cases)
    func shown(testCase: Case) throws {
        let own = process(
            500,
            testCase.path,
            isReplaced: testCase.isReplaced,
            cgroup: testCase.cgroup
        )
        let finding = try #require(
            DeletedExecutableDetector().findings(in: Cast.snapshot([own])).first
        )
        #expect(finding.verdict == .suspect && finding.remedy.action == .none)
        #expect(finding.severity == testCase.severity)
        #expect(finding.summary == testCase.summary)
    }

    @Test("PID 1, kernel threads, zombies and whole executables give none")
    func others() {
        let detector = DeletedExecutableDetector()
        let context = MatchContext(host: Cast.host)
        let first = process(1, "/sbin/init")
        #expect(detector.interest(in: first, context) == .none)
        #expect(detector.interest(in: Cast.kernelThread(30), context) == .none)
        let zombie = Cast.process(500, state: "Z") { $0.executable = nil }
        #expect(detector.interest(in: zombie, context) == .none)
        #expect(detector.interest(in: Cast.process(500), context) == .none)
        let unread = Cast.process(500) { $0.executable = nil }
        #expect(detector.interest(in: unread, context) == .needs(.executable))
    }

    @Test("an executable that was refused could be one, and is counted")
    func refused() {
        let own = Cast.process(500) { $0.executable = .denied(13) }
        let detection = DeletedExecutableDetector().detection(in: Cast.snapshot([own]))
        #expect(detection.findings.isEmpty)
        #expect(detection.hidden == [HiddenFact(pid: 500, kind: .executable, code: 13)])
    }

    @Test("the control group is asked for before it is told whose it is")
    func wanted() {
        var own = process(500, "/tmp/job")
        own.cgroups = nil
        let detection = DeletedExecutableDetector().detection(in: Cast.snapshot([own]))
        #expect(detection.wanted == [FactRequest(pid: 500, kind: .cgroups)])
        #expect(detection.findings.isEmpty)
    }

    @Test(
        "a control group names the innermost service",
        arguments: [
            ("0::/system.slice/nginx.service", "nginx.service", "/system.slice/nginx.service"),
            ("0::/system.slice/a.service/payload", "a.service", "/system.slice/a.service"),
            (
                "0::/user.slice/user-7.slice/user@7.service/app.slice/b.service", "b.service",
                "/user.slice/user-7.slice/user@7.service/app.slice/b.service"
            ),
            ("1:name=systemd:/system.slice/c.service", "c.service", "/system.slice/c.service"),
            ("0::/user.slice/user-7.slice/user@7.service/app.slice", nil, nil),
            ("0::/system.slice/x.services", nil, nil), ("0::/", nil, nil), ("junk", nil, nil),
        ] as [(ByteString, String?, ByteString?)]
    )
    func unit(line: ByteString, unit: String?, path: ByteString?) {
        #expect(line.serviceUnit == unit)
        #expect(line.servicePath == path)
    }
}
