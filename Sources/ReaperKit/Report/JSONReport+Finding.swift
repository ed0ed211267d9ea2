extension Finding {
    /// Writes the members of one finding; its process and file are looked up in `snapshot`.
    func write(to json: inout JSONWriter, from snapshot: Snapshot, style: ReportStyle) {
        json.member("id", id)
        json.member("kind", kind.rawValue)
        json.member("rule", rule)
        json.member("severity", severity.rawValue)
        json.member("summary", style.shown(summary))
        json.member("hint", hint.map(style.shown))
        json.member("verdict", verdict.rawValue)
        if let process {
            json.object("process") { process.write(to: &$0, from: snapshot, style: style) }
        }
        if let file {
            json.object("file") { json in
                json.member("path", file)
                let record = snapshot.instanceFiles.first { $0.path == file }
                json.member("recorded_pid", record?.recordedPid(preferring: process))
                json.member("owner_uid", record?.owner)
                json.member("modified_at", record?.modified.rfc3339())
            }
        }
        json.member("port", port)
        if !holders.isEmpty {
            json.array("holders") { json in
                for holder in holders { json.element(holder.description) }
            }
        }
        json.array("evidence") { json in
            for item in evidence { json.object { item.write(to: &$0, style: style) } }
        }
        json.object("remedy") { json in
            json.member("action", remedy.action.rawValue)
            json.member("command", remedy.command)
        }
    }
}

extension Evidence {
    /// Writes one fact and where it can be checked.
    func write(to json: inout JSONWriter, style: ReportStyle) {
        json.member("fact", style.shown(fact))
        json.member("source", source)
        json.member("value", value.map(style.shown))
    }
}

extension InstanceFile {
    /// The number that this file records: that of `process` if it is among them, else the first.
    fileprivate func recordedPid(preferring process: ProcessIdentity?) -> Int32? {
        guard case .entries(let entries) = contents else { return nil }
        let pids = entries.compactMap(\.pid)
        if let process, pids.contains(process.pid) { return process.pid }
        return pids.first
    }
}
