import ReaperKit

/// A report that has one of everything, nasty texts included.
enum SampleReport {
    static let orphan = ProcessIdentity(pid: 4127, startTime: 88_213)
    static let worker = ProcessIdentity(pid: 4130, startTime: 88_220)
    static let zombie = ProcessIdentity(pid: 5200, startTime: 90_000)

    static var host: HostFacts {
        var host = HostFacts()
        host.name = "build-7"
        host.bootID = "0c6f4ac1-6b9b-4a0c-9f07-1f3f0a7b3d11"
        host.kernel = "6.18.0"
        host.sinceBoot = .seconds(10_000)
        host.wallClock = .seconds(1_795_241_496)
        host.namespaces = ProcessNamespaces(pid: 4_026_531_836, mount: 1, network: 4_026_531_840)
        host.effectiveUser = 1000
        host.userNames = [0: "root", 1000: "alice"]
        return host
    }

    static var snapshot: Snapshot {
        var process = ProcessRecord(
            identity: orphan,
            name: "wasmcloud\u{1b}[2J",
            parent: 1,
            processGroup: 4127,
            session: 4127,
            terminal: 136 << 8 | 3
        )
        process.executable = .value(ExecutableLink(path: "/tmp/wasmcloudcache/http"))
        process.arguments = .value(["http", "--token", "hunter2", "--port", "8080"])
        process.workingDirectory = .value(ByteString([0x2f, 0xff, 0x0a]))
        process.status = .value(
            ProcessStatus(realUser: 1000, effectiveUser: 1000, threadGroup: 4127)
        )
        process.cgroups = .value(["1:name=systemd:/old", "0::/user.slice/x:y"])
        process.socketInodes = .value([777, 778])
        process.pidfdInode = 991
        var dead = ProcessRecord(
            identity: zombie,
            name: "日本語",
            state: UInt8(ascii: "Z"),
            parent: 4127
        )
        dead.status = .denied(13)
        let file = InstanceFile(
            path: "/run/user/1000/node.pid",
            rule: "manta.node",
            format: .pid,
            file: FileIdentity(device: 25, inode: 12, changed: .seconds(1_795_240_000)),
            owner: 1000,
            mode: 0o644,
            modified: .seconds(1_795_240_000),
            contents: .entries([InstanceEntry(pid: 4999, liveness: .gone)])
        )
        return Snapshot(
            host: host,
            processes: [process, dead],
            sockets: [
                SocketRecord(
                    transport: .tcp,
                    address: [0, 0, 0, 0],
                    port: 8080,
                    state: .listen,
                    inode: 777,
                    user: 1000
                ),
                SocketRecord(
                    transport: .tcp,
                    address: [127, 0, 0, 1],
                    port: 40_000,
                    peerPort: 80,
                    state: .established,
                    inode: 778,
                    user: 1000
                ),
            ],
            instanceFiles: [file]
        )
    }

    static var findings: [Finding] {
        [
            Finding(
                kind: .staleInstance,
                file: "/run/user/1000/node.pid",
                rule: "manta.node",
                severity: .warning,
                verdict: .confirmed,
                summary: "names process 4999, which does not exist",
                evidence: [Evidence("no such process", source: "pidfd_open(4999)")],
                remedy: Remedy(.remove, command: "reaper clean --rule manta.node")
            ),
            Finding(
                kind: .orphan,
                process: orphan,
                rule: "wasmcloud.provider",
                severity: .error,
                verdict: .confirmed,
                summary: "Capability provider outlived its host",
                evidence: [
                    Evidence(
                        "its executable lies in the cache",
                        source: "/proc/4127/exe",
                        value: "/tmp/wasmcloudcache/http"
                    )
                ],
                remedy: Remedy(.stop, command: "reaper clean --pid 4127@88213")
            ),
            Finding(
                kind: .zombie,
                process: zombie,
                severity: .info,
                verdict: .probable,
                summary: "exited, and wasmcloud 4127@88213 has not waited for it",
                evidence: [],
                remedy: Remedy(.signalParent)
            ),
        ]
    }

    static var plan: ShutdownPlan {
        var plan = ShutdownPlan()
        var child = ShutdownTarget(
            identity: worker,
            depth: 1,
            root: orphan,
            reason: "child of 4127@88213",
            name: ByteString([0xfe, 0x41])
        )
        child.executable = "/tmp/wasmcloudcache/http"
        child.user = 1000
        child.pidfdInode = 992
        let root = ShutdownTarget(identity: orphan, reason: "rule wasmcloud.provider", name: "http")
        plan.waves = [[root, child]]
        plan.removals = [
            FileRemoval(
                path: "/run/user/1000/node.pid",
                file: FileIdentity(device: 25, inode: 12, changed: .nanoseconds(1_795_240_000_123)),
                reason: "names process 4999, which does not exist"
            )
        ]
        plan.refused = [
            Refusal(ProcessIdentity(pid: 1, startTime: 0), reason: "PID 1 is never stopped"),
            Refusal(path: "/run/b.pid", reason: "another user can write it"),
        ]
        plan.ports = PortSet(members: [.init(ports: 8080...8081, transport: .tcp)])
        plan.zombies = [ZombieTarget(identity: zombie, parent: orphan)]
        return plan
    }

    static var outcome: ShutdownOutcome {
        var outcome = ShutdownOutcome()
        outcome.targets = [
            TargetOutcome(
                identity: worker,
                name: "http",
                result: .exited,
                signal: .terminate,
                after: .milliseconds(312)
            ),
            TargetOutcome(
                identity: orphan,
                name: "http",
                result: .survived,
                signal: .kill,
                reason: "stuck in the kernel at nfs_wait_bit_killable"
            ),
        ]
        outcome.removed = ["/run/user/1000/node.pid"]
        outcome.kept = [Refusal(path: "/run/c.pid", reason: "it was replaced meanwhile")]
        outcome.ports = [
            PortOutcome(transport: .tcp, port: 8080, isFree: true),
            PortOutcome(transport: .tcp, port: 8081, isFree: false, holder: "nginx 900@1"),
        ]
        outcome.rounds = 3
        outcome.proof = .tree
        return outcome
    }

    static func report(
        _ findings: [Finding] = SampleReport.findings,
        isComplete: Bool = true,
        plan: ShutdownPlan? = nil,
        outcome: ShutdownOutcome? = nil
    ) -> Report {
        Report(
            command: outcome == nil ? "scan" : "clean",
            startedAt: .milliseconds(1_795_241_496_250),
            duration: .milliseconds(12),
            snapshot: snapshot,
            findings: findings,
            isComplete: isComplete,
            plan: plan,
            outcome: outcome
        )
    }
}
