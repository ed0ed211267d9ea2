/// What could not be read, and what therefore cannot be claimed.
enum ViewNotes {
    static func lines(
        for report: Report,
        style: ReportStyle,
        claim: String = "nothing left over"
    ) -> [String] {
        let unreadable = report.snapshot.unreadable
        guard !report.isComplete || (style.isVerbose && !unreadable.isEmpty) else { return [] }
        // Whoever was listed but refused, or came while others were read, is one of them.
        let all = unreadable.processes.union(report.snapshot.processes.lazy.map(\.pid))
        let total = report.statedTotals == nil ? all.count : report.totals.processes
        let seen = total.map { " of " + counted($0, "process", "processes") }
        var lines = unreadable.reasons.sorted { $0.key < $1.key }.map { reason, count in
            "\(count)\(seen ?? ""): " + sentence(reason, host: report.snapshot.host)
        }
        // A finding's own row has said what is wrong with its file.
        let told = report.findings.filter { $0.verdict == .suspect }.compactMap(\.file?.text)
        let notes = unreadable.notes.filter { note in !told.contains(where: note.isNote(about:)) }
        lines += notes.map(\.escapedForTerminal)
        let count = unreadable.notes.count - notes.count
        if count > 0 {
            lines.append(
                "whom \(counted(count, "file")) above \(count == 1 ? "records" : "record") is not known"
            )
        }
        lines += narrower(report).map { [$0] } ?? []
        if !report.isComplete {
            lines.append("the view is incomplete: \"\(claim)\" cannot be claimed")
        }
        return [""] + lines.map { Paint.yellow($0, when: style.color && !report.isComplete) }
    }

    /// What an ordinary user can ask instead and have answered: whose a process is, all may read.
    private static func narrower(_ report: Report) -> String? {
        let host = report.snapshot.host
        let unreadable = report.snapshot.unreadable
        guard report.isOfAllUsers, host.effectiveUser != 0,
            !unreadable.processes.isEmpty || report.isOfFiles
        else { return nil }
        let user = host.userNames[host.effectiveUser] ?? "\(host.effectiveUser)"
        let what = report.isOfFiles ? "processes, ports and files" : "processes"
        return "with --user \(user) only your own \(what) are asked for".escapedForTerminal
    }

    /// Turns `fd: Permission denied` into a sentence that says what to do.
    private static func sentence(_ reason: String, host: HostFacts) -> String {
        let parts = reason.split(separator: ":", maxSplits: 1).map {
            String($0.drop { $0 == " " })
        }
        guard parts.count == 2 else { return reason.escapedForTerminal }
        let why = parts[1].prefix(1).lowercased() + parts[1].dropFirst()
        let isRights = why == "permission denied" || why == "operation not permitted"
        let advice = isRights && host.effectiveUser != 0 ? "; run as root to see them" : ""
        return "\(noun(parts[0])) not readable (\(why))\(advice)".escapedForTerminal
    }

    private static func noun(_ file: String) -> String {
        switch file {
        case "exe": "executable"
        case "cmdline": "arguments"
        case "cwd": "working directory"
        case "status": "status"
        case "cgroup": "control group"
        case "ns": "namespaces"
        case "environ": "environment"
        case "fd": "file descriptors"
        default: file
        }
    }
}

extension String {
    /// Whether it says that whom a file records is not known, see ``InstanceScan``.
    fileprivate func isNote(about path: String) -> Bool {
        let name = path.escapedForTerminal
        return hasPrefix("whom \(name) records is not known:")
            || hasPrefix("not everybody whom \(name) records is known:")
            || hasPrefix("\(name) is too big to be read:")
    }
}
