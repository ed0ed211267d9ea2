/// Finds the processes that the user described on the command line.
///
/// The selector is the user's own evidence, of ownership and of abandonment both.
public struct SelectedProcessDetector: Detector {
    private let pattern: ProcessPattern

    /// Selects by this pattern; an empty one selects nothing.
    public init(_ pattern: ProcessPattern) { self.pattern = pattern }

    /// Also in those of which a deciding fact was refused.
    public func interest(in process: ProcessRecord, _ context: MatchContext) -> Interest {
        isConcerned(process) ? pattern.evaluate(process, in: context).interest : .none
    }

    // What is never stopped is selected only by its number, to say so.
    private func isConcerned(_ process: ProcessRecord) -> Bool {
        (!process.isKernelThread && process.pid != 1) || !pattern.pids.isEmpty
    }

    /// One finding per process, never reaper itself: its own command line holds the pattern.
    public func detect(_ candidates: [Int], in view: SnapshotView) -> Detection {
        var detection = Detection()
        for index in candidates {
            let process = view.snapshot.processes[index]
            if case .unreadable(let kind, let code) = pattern.evaluate(process, in: view.context) {
                detection.hide(process.pid, kind, code)
                continue
            }
            guard process.identity != view.snapshot.host.ownChain.first,
                !carriesPattern(process, in: view), !isOwnLaunch(process, in: view),
                !isOwnPipeline(process, in: view)
            else { continue }
            detection.findings.append(finding(process, in: view))
        }
        return detection
    }

    // `sudo reaper clean --command '*gunicorn*'`: sudo matches only because it carries our words.
    private func carriesPattern(_ process: ProcessRecord, in view: SnapshotView) -> Bool {
        guard view.isOwnChain(process.identity), let arguments = process.arguments?.known else {
            return false
        }
        let line = arguments.map(\.text).joined(separator: " ")
        return pattern.commands.contains { line.contains($0.description) }
    }

    // Whoever runs the comparison came since the baseline too, and is no leak.
    private func isOwnLaunch(_ process: ProcessRecord, in view: SnapshotView) -> Bool {
        pattern.absentFrom != nil && pattern.pids.isEmpty && view.isOwnChain(process.identity)
    }

    // `reaper clean --in DIR | tee log`: a job-control shell makes one group of the pipeline. A
    // group that an ancestor leads is the calling script's, and a leaked server often its job.
    private func isOwnPipeline(_ process: ProcessRecord, in view: SnapshotView) -> Bool {
        let group = view.snapshot.host.ownProcessGroup
        guard pattern.pids.isEmpty, group > 0, process.processGroup == group,
            // What reads from reaper is started after it; what is older was there to be found.
            let own = view.snapshot.host.ownChain.first,
            process.identity.startTime >= own.startTime
        else { return false }
        return !view.snapshot.host.ownChain.dropFirst().contains { $0.pid == group }
    }

    private func finding(_ process: ProcessRecord, in view: SnapshotView) -> Finding {
        if process.isZombie { return zombie(process, in: view) }
        let isNew = pattern.absentFrom != nil
        var summary = isNew ? "was not there before" : "matches the selection"
        if let link = process.executable?.known { summary += ", runs \(link.path.text)" }
        return Finding(
            kind: .leakedProcess,
            process: process.identity,
            severity: .warning,
            verdict: .confirmed,
            summary: summary,
            evidence: isNew
                ? newness(of: process, in: view)
                : [Evidence("it was selected by the user", source: "reaper's command line")],
            remedy: Remedy(.stop, command: "reaper clean --pid \(process.identity)")
        )
    }

    private func newness(of process: ProcessRecord, in view: SnapshotView) -> [Evidence] {
        let parent = view.parent(of: process)?.label ?? "process \(process.parent)"
        return [
            Evidence(
                "it is not in the snapshot",
                source: "--since",
                value: ByteString(process.identity.description)
            ),
            Evidence("its parent is \(parent)", source: process.source("stat")),
        ]
    }

    private func zombie(_ process: ProcessRecord, in view: SnapshotView) -> Finding {
        let parent = view.parent(of: process)
        let culprit = parent?.label ?? "process \(process.parent)"
        let evidence = [
            Evidence("it is a zombie and cannot be stopped", source: process.source("stat"))
        ]
        // It is gone, perhaps since it was looked at: PID 1 waits for everybody, and whoever called
        // reaper has the exit status to ask for when reaper has ended. Neither is ever reminded.
        if process.parent == 1 || parent.map({ view.isOwnChain($0.identity) }) == true {
            return Finding(
                kind: .zombie,
                process: process.identity,
                severity: .info,
                verdict: .confirmed,
                summary: "has exited; its parent \(culprit) has not waited for it yet",
                evidence: evidence,
                remedy: Remedy(.none)
            )
        }
        let isStopped = parent?.state == UInt8(ascii: "T")
        return Finding(
            kind: .zombie,
            process: process.identity,
            severity: .warning,
            verdict: .confirmed,
            summary: isStopped
                ? "exited; its parent \(culprit) is stopped and cannot wait for it"
                : "exited; its parent \(culprit) has not waited for it",
            evidence: evidence,
            remedy: Remedy(
                .signalParent,
                command: "reaper clean --zombies --pid \(process.identity)"
            )
        )
    }
}
