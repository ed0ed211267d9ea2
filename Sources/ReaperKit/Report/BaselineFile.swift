/// The form in which a baseline is written down: `reaper.snapshot/1`.
public enum BaselineFile {
    /// The name of the format; the number changes when a program that reads it would break.
    public static let schema = "reaper.snapshot/1"

    /// Writes what a snapshot holds.
    ///
    /// - Parameters:
    ///   - snapshot: What was seen.
    ///   - time: When it was taken, since 1970-01-01 UTC.
    /// - Returns: One JSON object over many lines.
    public static func render(_ snapshot: Snapshot, takenAt time: Duration) -> [UInt8] {
        var json = JSONWriter(.pretty)
        json.object { json in
            json.member("schema", schema)
            json.member("version", ReaperVersion.current)
            json.object("host") { json in
                json.member("name", snapshot.host.name)
                json.member("boot_id", snapshot.host.bootID)
                json.member("pid_namespace", snapshot.host.namespaces?.pid)
            }
            json.member("taken_at", time.rfc3339(withMilliseconds: true))
            json.member("complete", snapshot.unreadable.isEmpty)
            json.array("processes") { json in
                for process in snapshot.processes { json.element(process.identity.description) }
            }
            json.array("listeners") { json in
                for socket in snapshot.sockets where socket.inode != 0 && socket.holdsPort {
                    json.object { json in
                        json.member("protocol", socket.transport.rawValue)
                        json.member("port", socket.port)
                        json.member("inode", socket.inode)
                    }
                }
            }
            json.array("instance_files") { json in
                for file in snapshot.instanceFiles { json.object { $0.member("path", file.path) } }
            }
        }
        json.endLine()
        return json.bytes
    }

    /// Reads a baseline back.
    ///
    /// - Throws: The place of the first value that is missing or not what a baseline has there.
    public static func read(_ bytes: [UInt8]) throws(JSONError) -> Baseline {
        let value = try JSON5Reader.read(bytes, as: .json)
        guard value["schema"]?.string == schema else {
            throw JSONError(
                "expected a file that 'reaper snapshot' wrote, with schema \(schema)",
                at: value.position
            )
        }
        guard let host = value["host"], let boot = host["boot_id"]?.string,
            let namespace = host["pid_namespace"]?.integer
        else {
            throw JSONError(
                "expected 'host' with 'boot_id' and 'pid_namespace'",
                at: value.position
            )
        }
        var baseline = Baseline(bootID: boot, pidNamespace: UInt64(clamping: namespace))
        guard let processes = value["processes"]?.array else {
            throw JSONError("expected an array 'processes'", at: value.position)
        }
        for process in processes { baseline.processes.insert(try identity(process)) }
        for listener in value["listeners"]?.array ?? [] {
            guard let inode = listener["inode"]?.integer else {
                throw JSONError("expected an 'inode' in each listener", at: listener.position)
            }
            baseline.sockets.insert(UInt64(clamping: inode))
        }
        for file in value["instance_files"]?.array ?? [] {
            guard let path = file["path"]?.string else {
                throw JSONError("expected a 'path' in each instance file", at: file.position)
            }
            baseline.files.insert(ByteString(path))
        }
        return baseline
    }

    private static func identity(_ value: JSONValue) throws(JSONError) -> ProcessIdentity {
        let text = value.string ?? ""
        do throws(ValueError) {
            let condition = try PidCondition(parsing: text)
            if let start = condition.startTime {
                return ProcessIdentity(pid: condition.pid, startTime: start)
            }
        } catch {
            throw JSONError(error.description, at: value.position)
        }
        throw JSONError("'\(text)' has no start time: expected PID@START", at: value.position)
    }
}
