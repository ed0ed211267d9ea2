extension StalenessJudge {
    /// Whether a live process is the one that the entry was written about.
    func judgeIdentity(
        _ process: ProcessRecord,
        _ entry: InstanceEntry,
        _ file: InstanceFile,
        _ trail: inout Trail
    ) -> StalenessJudgment {
        trail.question = .identity
        let proc = "/proc/\(process.pid)"
        let identity = process.identity
        if process.isKernelThread {
            return trail.end(
                .recycled,
                "number \(process.pid) is a kernel thread",
                source: "\(proc)/stat",
                process: identity
            )
        }
        if let recorded = entry.pidfdInode, let actual = process.pidfdInode {
            let isSame = recorded == actual
            return trail.end(
                isSame ? .keep : .recycled,
                isSame
                    ? "process \(process.pid) is the recorded one and runs"
                    : "process \(process.pid) is another one than recorded",
                source: "fstat(pidfd of \(process.pid))",
                value: "\(actual)",
                process: identity
            )
        }
        if let recorded = entry.startTicks {
            if recorded != identity.startTime, snapshot.host.isTimeShifted {
                return trail.end(
                    .report,
                    "whether process \(process.pid) started at the recorded \(recorded) is unknown: "
                        + "another time namespace counts otherwise",
                    source: "/proc/self/timens_offsets",
                    value: "\(identity.startTime)"
                )
            }
            guard recorded == identity.startTime else {
                return trail.end(
                    .recycled,
                    "process \(process.pid) did not start at the recorded \(recorded)",
                    source: "\(proc)/stat",
                    value: "\(identity.startTime)",
                    process: identity
                )
            }
            trail.note("process \(process.pid) started when recorded", source: "\(proc)/stat")
            // Ticks count from each boot anew: in another one they agree by chance.
            let boot = snapshot.host.wallClock - snapshot.host.sinceBoot
            let isOlder = file.modified < boot - StalenessJudge.clockTolerance
            if entry.bootID == nil, snapshot.host.wallClock > .zero, isOlder {
                return trail.end(
                    .recycled,
                    certainty: .probable,
                    "it was last written before this boot, and another one counts from anew",
                    source: "statx(\(file.path.text))",
                    value: "\(identity.startTime)",
                    process: identity
                )
            }
        }
        if !rule.match.isEmpty {
            switch matches(process) {
            case .fails:
                return trail.end(
                    .recycled,
                    "process \(process.pid) is not what rule \(rule.id) describes",
                    source: "\(proc)/exe",
                    value: process.executable?.known?.path.text ?? process.name.text,
                    process: identity
                )
            case .unknown(let reason):
                trail.note(
                    "whether process \(process.pid) is what rule \(rule.id) describes is unknown",
                    source: proc,
                    value: reason
                )
            case .holds:
                trail.note("process \(process.pid) is what rule \(rule.id) describes", source: proc)
            }
        }
        if entry.startTicks == nil,
            let younger = judgeAge(process, entry, file, &trail)
        {
            return younger
        }
        return trail.end(
            .keep,
            "process \(process.pid) runs",
            source: "\(proc)/stat",
            value: String(decoding: [process.state], as: UTF8.self),
            process: identity
        )
    }

    /// A process cannot have written a file before it started; clocks that were set, and machines
    /// that were paused, make it seem so, so this alone is no more than probable.
    private func judgeAge(
        _ process: ProcessRecord,
        _ entry: InstanceEntry,
        _ file: InstanceFile,
        _ trail: inout Trail
    ) -> StalenessJudgment? {
        let proc = "/proc/\(process.pid)"
        let late = snapshot.host.startedAt(process.identity) - file.modified
        let isYounger = late > StalenessJudge.clockTolerance
        var isOther = false
        if let recorded = entry.executable, let actual = process.executable?.known?.path {
            isOther = recorded.baseName != actual.baseName
            if recorded == actual {
                trail.note(
                    "process \(process.pid) runs the recorded executable",
                    source: "\(proc)/exe",
                    value: actual.text
                )
                // The same program with the same number: a restart, or a clock that was set.
                return nil
            }
            trail.note(
                "process \(process.pid) runs another executable than recorded",
                source: "\(proc)/exe",
                value: actual.text
            )
        }
        guard isYounger else { return judgeStart(process, entry, &trail) }
        if file.modified < snapshot.host.wallClock - snapshot.host.sinceBoot {
            trail.note("it was last written before this boot", source: "statx(\(file.path.text))")
        }
        return trail.end(
            .recycled,
            certainty: isOther ? .confirmed : .probable,
            "process \(process.pid) started \(late.clampedComponents.seconds) s after the file was "
                + "written",
            source: "\(proc)/stat",
            value: "\(process.identity.startTime)",
            process: process.identity
        )
    }

    /// A record that says when its process started is not about one that started at another time;
    /// what two clocks say is no more than probable, either.
    private func judgeStart(
        _ process: ProcessRecord,
        _ entry: InstanceEntry,
        _ trail: inout Trail
    ) -> StalenessJudgment? {
        guard let started = entry.started, started.time != nil, snapshot.host.wallClock > .zero
        else {
            return nil
        }
        let actual = snapshot.host.startedAt(process.identity)
        guard let late = started.difference(from: actual) else {
            trail.note(
                "process \(process.pid) started when recorded, as far as clocks tell",
                source: "/proc/\(process.pid)/stat",
                value: started.text
            )
            return nil
        }
        return trail.end(
            .recycled,
            certainty: .probable,
            "process \(process.pid) started \(abs(late.clampedComponents.seconds)) s "
                + "\(late < .zero ? "after" : "before") the start that is recorded",
            source: "/proc/\(process.pid)/stat",
            value: actual.rfc3339() ?? "\(process.identity.startTime)",
            process: process.identity
        )
    }
}
