/// What services print.
extension Supervisor {
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
            for line in reader.takeLines() { take(line, of: name) }
        }
    }

    /// Reads what a service printed last.
    func followLast(of name: String) {
        guard let reader = readers[name] else { return }
        for line in reader.takeLines() { take(line, of: name) }
        if let rest = reader.takeRest() { take(rest, of: name) }
    }

    func rotateLogs() {
        for (name, service) in running {
            do throws(SystemError) { try service.log.rotate() } catch {
                tellMessage(name, "its log goes on growing: \(error)")
            }
        }
    }
}
