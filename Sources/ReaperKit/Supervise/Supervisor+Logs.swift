/// What services print.
extension Supervisor {
    /// The log of a service; a directory that it lacks is made below that of the service file.
    func log(of service: Service) -> ServiceLog {
        let end = options.source.lastIndex(of: "/")
        let base = end.map { options.source[..<$0] }.map { $0.isEmpty ? "/" : String($0) }
        return ServiceLog(of: service, in: directory.path, below: base)
    }

    /// Follows a log from its present end on.
    func follow(_ log: ServiceLog, of name: String) {
        do throws(SystemError) {
            if watch == nil { watch = try LogWatch() }
            try watch?.add(log.path)
            if readers[name] == nil { readers[name] = try LogReader(log.path) }
        } catch {
            tellMessage(name, "its log cannot be followed: \(error)")
        }
    }

    /// Reads what was added to logs of these base names; `nil`: to any.
    func followLogs(_ names: Set<String>?) {
        for (name, reader) in readers {
            let base = running[name]?.log.path.split(separator: "/").last.map(String.init)
            guard names == nil || base == nil || names?.contains(base ?? "") == true else {
                continue
            }
            read(reader, of: name)
        }
    }

    /// Reads some of what was added, so that nobody who prints much keeps the others waiting.
    private func read(_ reader: LogReader, of name: String) {
        let skipped = reader.skip(beyond: Self.backlog)
        if skipped > 0 {
            tellMessage(name, "\(skipped >> 20) MiB of its log were not shown: see the file")
        }
        for line in reader.takeLines(atMost: Self.portion) { take(line, of: name) }
        if reader.isBehind { timers.add(.logs, at: Clock.monotonic()) }
    }

    /// How many bytes of a log are read at a time, and how many may wait.
    private static let portion = 1 << 18
    private static let backlog: Int64 = 8 << 20

    /// Reads on where more had been added than was read.
    func followRest() {
        timers.remove(.logs)
        for (name, reader) in readers where reader.isBehind { read(reader, of: name) }
    }

    /// Reads what a service printed last.
    func followLast(of name: String) {
        guard let reader = readers[name] else { return }
        _ = reader.skip(beyond: Int64(Self.portion))
        for line in reader.takeLines(atMost: 2 * Self.portion) { take(line, of: name) }
        if let rest = reader.takeRest() { take(rest, of: name) }
    }

    /// Begins those anew that have grown too long, and decides when they are looked at again.
    func rotateLogs() {
        var isUrgent = false
        func note(_ name: String?, _ look: (isUrgent: Bool, failure: SystemError?)) {
            isUrgent = isUrgent || look.isUrgent
            if let error = look.failure { tellMessage(name, "its log goes on growing: \(error)") }
        }
        for (name, service) in running {
            var growth = service.logGrowth
            note(name, growth.look(at: service.log))
            // Most have not grown: nothing of all services is copied then.
            if growth != service.logGrowth { running[name]?.logGrowth = growth }
        }
        if let log = options.ownLog { note(nil, ownLogGrowth.look(at: log)) }
        logPace.note(isUrgent: isUrgent)
    }

    /// Has logs looked at soon: nobody knows yet how fast the one that is new grows.
    func lookAtLogsSoon() {
        logPace.note(isUrgent: true)
        let soon = Clock.monotonic() + logPace.pause
        guard nextLook > soon else { return }
        nextLook = soon
        timers.remove(.rotation)
        timers.add(.rotation, at: soon)
    }
}
