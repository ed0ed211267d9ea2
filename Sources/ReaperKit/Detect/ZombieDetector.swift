/// Finds processes that exited and that their parent has not waited for.
public struct ZombieDetector: Detector {
    /// Creates a detector.
    public init() {}

    /// A zombie with live threads is not one: only its leader exited.
    public func interest(in process: ProcessRecord, _ context: MatchContext) -> Interest {
        process.isZombie && !process.isKernelThread ? .candidate : .none
    }

    /// Names the parent, because only the parent can end a zombie.
    public func detect(_ candidates: [Int], in view: SnapshotView) -> Detection {
        var detection = Detection()
        detection.findings = candidates.map { finding(view.snapshot.processes[$0], in: view) }
        return detection
    }

    private func finding(_ zombie: ProcessRecord, in view: SnapshotView) -> Finding {
        let parent = view.parent(of: zombie)
        let culprit = parent?.label ?? "process \(zombie.parent)"
        var evidence = [
            Evidence(
                "it has exited and was not waited for: state Z, no threads left",
                source: zombie.source("stat"),
                value: ByteString([zombie.state])
            ),
            Evidence(
                "its parent is \(culprit)",
                source: zombie.source("stat"),
                value: ByteString("\(zombie.parent)")
            ),
        ]
        // Init waits for everybody, some only every few seconds: nothing is wrong yet.
        let awaitsInit = zombie.parent == 1
        var summary = "exited; its parent \(culprit) has not waited for it"
        if awaitsInit { summary = "exited; waiting for init (PID 1) to collect it" }
        if let parent, parent.state == UInt8(ascii: "T") {
            summary = "exited; its parent \(culprit) is stopped and cannot wait for it"
            evidence.append(
                Evidence(
                    "the parent is stopped",
                    source: parent.source("stat"),
                    value: ByteString([parent.state])
                )
            )
        }
        return Finding(
            kind: .zombie,
            process: zombie.identity,
            severity: awaitsInit ? .info : .warning,
            verdict: .confirmed,
            summary: summary,
            evidence: evidence,
            remedy: awaitsInit
                ? Remedy(.none)
                : Remedy(.signalParent, command: "reaper clean --zombies --pid \(zombie.identity)")
        )
    }
}
