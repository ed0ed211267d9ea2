/// How a service that runs is to be ended, as is written down beside its record for whoever comes
/// after its supervisor: its service file may say something else by then, or be gone.
///
/// Its variables can be secrets, so it is its user's alone, wherever the state directory is.
extension ServiceEnding.Target {
    /// Where it is, in the state directory.
    static func fileName(of name: String) -> String { "services/\(name)\(suffix)" }

    static let suffix = ".stop"

    /// The end of a service as its file says.
    init(of service: Service, after: [String], log: String?) {
        self.init(name: service.name, identity: nil, mark: "", stop: service.stop, after: after)
        stopCommand = service.stopCommand
        directory = service.directory
        user = service.user
        environment = service.environment
        self.log = log.map { ByteString($0) }
    }

    /// The text.
    var json: [UInt8] {
        var json = JSONWriter(.compact)
        json.object { ServiceEnding.write(self, &$0) }
        json.endLine()
        return json.bytes
    }

    /// Reads what ``json`` has written of the process that a record names; `nil` for anything else.
    init?(reading bytes: [UInt8], beside record: ServiceRecord) {
        guard let value = try? JSON5Reader.read(bytes, as: .json),
            let target = try? ServiceEnding.target(value), target.name == record.name,
            // Another mark is that of an earlier process.
            target.mark == record.mark
        else { return nil }
        self = target
    }
}

extension StateDirectory {
    /// The longest text that tells how a service is ended.
    private static var longestStop: Int { 8 << 20 }

    /// How a service is to be ended; `nil` where nobody can tell.
    func stop(beside record: ServiceRecord) -> ServiceEnding.Target? {
        read(ServiceEnding.Target.fileName(of: record.name), limit: Self.longestStop)
            .flatMap { ServiceEnding.Target(reading: $0, beside: record) }
    }

    /// Removes all that is written down of a service that runs.
    func removeRecord(of name: String) {
        remove(ServiceRecord.fileName(of: name))
        remove(ServiceEnding.Target.fileName(of: name))
    }

    /// Removes what tells how those are ended of whom there is no record.
    func removeStrayStops() {
        guard let records = try? recordNames(),
            let stops = try? names(ending: ServiceEnding.Target.suffix)
        else { return }
        let known = Set(records.map { $0.dropLast(5) })
        for file in stops {
            let name = file.dropLast(ServiceEnding.Target.suffix.utf8.count)
            if !known.contains(name) { remove("services/\(file)") }
        }
    }
}

extension Supervisor {
    /// Writes down how a service that runs is to be ended, if that is not written down already.
    func writeStop(of name: String) throws(SystemError) {
        guard let service = running[name], let form = supervision.startedForm(of: name) else {
            return
        }
        var target = ServiceEnding.Target(
            of: form,
            after: supervision.dependents(of: name),
            log: service.log.path
        )
        target.identity = service.record.identity
        target.mark = service.record.mark
        target.since = service.since
        target.fingerprint = service.fingerprint
        let bytes = target.json
        guard bytes != service.stop else { return }
        try directory.write(
            bytes,
            to: ServiceEnding.Target.fileName(of: name),
            isPrivate: true
        )
        running[name]?.stop = bytes
    }

    /// Writes it down anew of those whose dependents have changed.
    func writeStops() {
        for name in running.keys {
            do throws(SystemError) { try writeStop(of: name) } catch {
                tellMessage(name, "it is not written down how it ends: \(error)")
            }
        }
    }
}
