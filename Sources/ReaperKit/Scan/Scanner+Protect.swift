import Glibc

/// The rules that forbid to stop somebody, and the ports that they ask about.
struct Protections {
    let rules: [Rule]
    /// `nil` when none of them asks about any.
    let ports: PortSet?

    init(_ rules: [Rule]) {
        self.rules = rules.filter(\.protect)
        let members = self.rules.flatMap { $0.match.ports?.members ?? [] }
        ports = members.isEmpty ? nil : PortSet(members: members)
    }
}

extension Scanner {
    /// Which rule forbids to stop a process, with whatever that rule needs to know read now.
    ///
    /// Everything is read anew, `stat` too: a person may have been asked since the handle was opened, or
    /// an earlier wave have had its grace.
    ///
    /// - Returns: The reason; `nil` when no rule does, and when the process was reaped.
    mutating func protection(of handle: ProcessHandle) -> String? {
        guard !protections.rules.isEmpty, var process = try? handle.record(in: &procfs)
        else { return nil }
        var context = MatchContext(host: host)
        if let ports = protections.ports {
            do throws(SystemError) {
                let table = try SocketTable.read(SocketQuery(ports: ports))
                context.sockets = table.sockets
                var descriptors = DescriptorTable(
                    interest: table.sockets.map(\.inode),
                    procDirectory: procfs.directory.raw
                )
                process.socketInodes = descriptors.sockets(below: handle.directoryNumber)
            } catch {
                return "whether a rule protects it could not be learned: \(error)"
            }
        }
        for rule in protections.rules {
            var answer = rule.match.evaluate(process, in: context)
            while case .needs(let kind) = answer, process.isUnread(kind) {
                handle.read(kind, into: &process, in: &procfs)
                if process.isUnread(kind) { process.mark(kind, failed: EACCES) }
                answer = rule.match.evaluate(process, in: context)
            }
            switch answer {
            case .holds: return "rule \(rule.id) protects it: \(rule.title)"
            case .unreadable where rule.protectsInDoubt:
                return "whether rule \(rule.id) protects it could not be learned"
            case .fails, .needs, .unreadable: continue
            }
        }
        return nil
    }

    /// Whether a process asks every rule to leave it alone, by `REAPER_KEEP=1`.
    ///
    /// - Returns: The reason to leave it alone; that nobody knows is one.
    mutating func optOut(of handle: ProcessHandle) -> String? {
        guard var process = try? handle.record(in: &procfs) else { return nil }
        handle.read(.environment, into: &process, in: &procfs)
        switch process.environment {
        case .value(let entries) where entries.contains("REAPER_KEEP=1"):
            return "REAPER_KEEP=1 in its environment asks to be left alone"
        case .denied(let code):
            return "whether its environment asks to be left alone (REAPER_KEEP) is unknown: "
                + reasonText(code)
        case .value, .gone, nil: return nil
        }
    }
}
