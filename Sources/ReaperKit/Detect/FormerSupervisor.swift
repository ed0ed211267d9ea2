/// The supervisor by which a service was started, as it wrote into the service's environment.
///
/// It tells whoever reads a finding where the service comes from; it decides nothing, for anybody can
/// set a variable.
struct FormerSupervisor: Equatable {
    /// Its process.
    var identity: ProcessIdentity
    /// Its state directory, absolute.
    var directory: String

    /// The value of ``ServiceMarks/supervisorVariable``, as in `4127@88213:/run/reaper`.
    var text: String { "\(identity):\(directory)" }

    /// Creates one.
    init(identity: ProcessIdentity, directory: String) {
        self.identity = identity
        self.directory = directory
    }

    /// Reads what ``text`` has written; `nil` for anything else.
    init?(reading text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let directory = String(text[text.index(after: colon)...])
        guard let process = try? PidCondition(parsing: String(text[..<colon])),
            let start = process.startTime, directory.hasPrefix("/")
        else { return nil }
        self.init(
            identity: ProcessIdentity(pid: process.pid, startTime: start),
            directory: directory
        )
    }

    /// The one in whose environment a process says that it was started.
    init?(of process: ProcessRecord) {
        let name = ByteString(ServiceMarks.supervisorVariable)
        guard let value = process.variable(name) else { return nil }
        self.init(reading: value.text)
    }

    /// The fact for whoever reads of `process`.
    func evidence(about process: ProcessRecord, in snapshot: Snapshot) -> Evidence {
        // In another pid namespace the number was another's.
        let isOwn = snapshot.host.namespaces.map { namespaces in
            let mark = process.variable(ByteString(ServiceMarks.variable))?.text ?? ""
            return mark.contains(":\(namespaces.pid)-")
        }
        let lives = snapshot.process(identity.pid)?.identity == identity
        let state = isOwn == true ? (lives ? ", which runs" : ", which is gone") : ""
        return Evidence(
            "supervisor \(identity) started it\(state), with state directory \(directory)",
            source: process.source("environ")
        )
    }
}
