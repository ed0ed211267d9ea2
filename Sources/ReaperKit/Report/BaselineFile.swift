/// The form in which a baseline is written down: `reaper.snapshot/1`.
///
/// Everything in it is sorted, so that two snapshots of one state differ in their times only. The
/// schema is `schema/snapshot.schema.json`.
public enum BaselineFile {
    /// The name of the format; the number changes when a program that reads it would break.
    public static let schema = "reaper.snapshot/1"

    /// Writes what a snapshot holds, but for reaper itself, which is gone once it is written.
    ///
    /// - Parameters:
    ///   - snapshot: What was seen.
    ///   - gaps: What could not be seen.
    ///   - time: When it was begun, since 1970-01-01 UTC.
    ///   - beginning: The same, in clock ticks after boot.
    /// - Returns: One JSON object over many lines.
    public static func render(
        _ snapshot: Snapshot,
        gaps: Baseline.Gaps = Baseline.Gaps(),
        takenAt time: Duration,
        beginning: UInt64? = nil
    ) -> [UInt8] {
        var json = JSONWriter(.pretty)
        json.object { json in
            json.member("schema", schema)
            json.member("version", ReaperVersion.current)
            json.object("host") { json in
                json.member("name", snapshot.host.name.isEmpty ? nil : snapshot.host.name)
                json.member("boot_id", snapshot.host.bootID)
                json.member("pid_namespace", snapshot.host.namespaces?.pid)
                json.member("net_namespace", snapshot.host.namespaces?.network)
                json.member("time_namespace", snapshot.host.timeNamespace)
            }
            json.member("taken_at", time.rfc3339(withMilliseconds: true))
            json.member("taken_at_ticks", beginning)
            json.member("complete", gaps.isEmpty)
            if !gaps.isEmpty { json.object("unseen") { gaps.write(to: &$0) } }
            let own = snapshot.host.ownChain.first
            json.array("processes") { json in
                for process in snapshot.processes.map(\.identity).sorted() where process != own {
                    json.element(process.description)
                }
            }
            json.array("listeners") { json in
                for socket in snapshot.listeners { json.object { socket.write(to: &$0) } }
            }
            json.array("instance_files") { json in
                for file in snapshot.instanceFiles.sorted(by: { $0.path < $1.path }) {
                    json.object { json in
                        json.member("path", file.path)
                        json.member("device", file.file.device)
                        json.member("inode", file.file.inode)
                    }
                }
            }
        }
        json.endLine()
        return json.bytes
    }
}

extension Snapshot {
    /// The sockets that hold a port, in an order that depends on nothing else.
    fileprivate var listeners: [SocketRecord] {
        sockets.filter { $0.inode != 0 && $0.holdsPort }.sorted { left, right in
            if left.port != right.port { return left.port < right.port }
            if left.transport != right.transport {
                return left.transport.rawValue < right.transport.rawValue
            }
            return left.inode < right.inode
        }
    }
}

extension SocketRecord {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("protocol", transport.rawValue)
        json.member("address", addressText)
        json.member("port", port)
        json.member("inode", inode)
    }
}

extension Baseline.Gaps {
    fileprivate func write(to json: inout JSONWriter) {
        func list(_ name: String, _ texts: [String], _ json: inout JSONWriter) {
            guard !texts.isEmpty else { return }
            json.array(name) { json in for text in texts { json.element(text) } }
        }
        list("processes", processes, &json)
        list("listeners", listeners, &json)
        list("instance_files", files, &json)
        list("directories", directories.map(\.text), &json)
    }
}
