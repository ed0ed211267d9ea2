import ReaperKit

extension Flag {
    /// Different selectors are ANDed, the values of one are ORed.
    static let selectors: [Flag] = [
        Flag(
            long: "ports",
            aliases: ["port"],
            topic: .selectors,
            summary: "holders of these ports: 8080, 3000-3010, 53/udp, http",
            details: """
                TCP listeners and bound UDP sockets. A port without a protocol means both. Commas \
                separate, the flag may be repeated, and :8080 is accepted too.
                """,
            argument: .value("LIST") { (options, text, context) throws(ValueError) in
                let members = try context.ports(text).members
                options.selection.ports =
                    PortSet(members: (options.selection.ports?.members ?? []) + members)
            }
        ),
        Flag(
            long: "peers",
            topic: .selectors,
            summary: "with --ports: processes connected to them, too",
            argument: .none { $0.selection.includesPeers = true }
        ),
        Flag(
            long: "pid",
            topic: .selectors,
            commands: [.scan, .clean, .list, .wait, .rules],
            summary: "this process; with @START only if it is still the one reported",
            details: "START is in clock ticks after boot, as reports print it: 4127@88213.",
            argument: .value("PID[@START]") { (options, text, _) throws(ValueError) in
                for part in try members(of: text, "PID or PID@START") {
                    options.selection.process.pids.append(try PidCondition(parsing: part))
                }
            }
        ),
        Flag(
            long: "name",
            topic: .selectors,
            summary: "by name: the kernel's, the executable's or argument 0's base name",
            argument: .value("GLOB") { (options, text, _) throws(ValueError) in
                options.selection.process.names.append(try glob(text, as: .text))
            }
        ),
        Flag(
            long: "exe",
            topic: .selectors,
            summary: "by the executable's path; ** crosses slashes",
            argument: .value("GLOB") { (options, text, _) throws(ValueError) in
                options.selection.process.executables.append(try glob(text, as: .path))
            }
        ),
        Flag(
            long: "command",
            topic: .selectors,
            summary: "by the arguments, joined by single spaces",
            argument: .value("GLOB") { (options, text, _) throws(ValueError) in
                options.selection.process.commands.append(try glob(text, as: .text))
            }
        ),
        Flag(
            long: "cwd",
            topic: .selectors,
            summary: "by the working directory",
            argument: .value("GLOB") { (options, text, _) throws(ValueError) in
                options.selection.process.workingDirectories.append(try glob(text, as: .path))
            }
        ),
        Flag(
            long: "in",
            topic: .selectors,
            summary: "executable or working directory is DIR or lies below it",
            argument: .value("DIR") { (options, text, context) throws(ValueError) in
                options.selection.process.directories.append(try context.directory(text))
            }
        ),
        Flag(
            long: "env",
            topic: .selectors,
            summary: "started with this environment variable",
            argument: .value("NAME[=GLOB]") { (options, text, _) throws(ValueError) in
                options.selection.process.environment.append(try environment(text))
            }
        ),
        Flag(
            long: "cgroup",
            topic: .selectors,
            summary: "by control group path",
            argument: .value("GLOB") { (options, text, _) throws(ValueError) in
                options.selection.process.cgroups.append(try glob(text, as: .path))
            }
        ),
        Flag(
            long: "user",
            topic: .selectors,
            commands: [.scan, .clean, .list, .stop, .wait],
            summary: "owned by this user, by name or number",
            details: """
                Of what else is asked for. Alone it describes every process of that user, shells, \
                editors and sessions included: 'clean' then asks, or needs --yes. The same goes for \
                --older-than and --state.
                """,
            argument: .value("USER") { (options, text, context) throws(ValueError) in
                for part in try members(of: text, "user names or numbers") {
                    options.selection.process.users.append(try context.user(part))
                }
            }
        ),
        Flag(
            long: "older-than",
            topic: .selectors,
            summary: "running at least this long: 30, 500ms, 10m, 2h",
            argument: .value("DURATION") { (options, text, _) throws(ValueError) in
                options.selection.process.olderThan = try Duration(parsing: text)
            }
        ),
        Flag(
            long: "state",
            topic: .selectors,
            summary: "in one of these states: R S D T t Z I",
            details: "The letters of proc_pid_stat(5), as in ZT.",
            argument: .value("LETTERS") { (options, text, _) throws(ValueError) in
                options.selection.process.states += try states(text)
            }
        ),
        Flag(
            long: "kind",
            topic: .selectors,
            summary: "findings of this kind",
            details: FindingKind.allCases.map(\.rawValue).joined(separator: ", ")
                + "; leaked_port and leaked_file with --since only.",
            argument: .value("KIND") { (options, text, _) throws(ValueError) in
                for part in try members(of: text, "kinds of findings") {
                    options.selection.kinds.insert(try choice(part, "a kind of finding"))
                }
            }
        ),
        Flag(
            long: "orphans",
            topic: .selectors,
            summary: "short for --kind orphan",
            argument: .none { $0.selection.kinds.insert(.orphan) }
        ),
        Flag(
            long: "zombies",
            topic: .selectors,
            summary: "short for --kind zombie; other selectors: it, or its parent",
            details: """
                With --pid, --name or another selector of processes: zombies that it describes, and \
                those whose parent it describes. 'clean --zombies' sends the parent SIGCHLD, after \
                SIGCONT if it is stopped, and never stops it; 'clean --pid PARENT' does.
                """,
            argument: .none { $0.selection.kinds.insert(.zombie) }
        ),
        Flag(
            long: "stale-files",
            topic: .selectors,
            summary: "short for --kind stale_instance,stale_socket",
            argument: .none { $0.selection.kinds.formUnion([.staleInstance, .staleSocket]) }
        ),
        Flag(
            long: "rule",
            topic: .selectors,
            commands: [.scan, .clean, .list, .stop, .wait],
            summary: "findings or instances of these rules, such as 'wasmcloud.*'",
            details: """
                clean stops what such a rule says how to stop; what it only reports is stopped \
                for the whole name of a rule, and not for a glob.
                """,
            argument: .value("GLOB") { (options, text, _) throws(ValueError) in
                options.selection.rules.append(try glob(text, as: .text))
            }
        ),
    ]
}

private func glob(_ text: String, as subject: Glob.Subject) throws(ValueError) -> Glob {
    try Glob(parsing: ByteString(text), as: subject)
}

private func environment(_ text: String) throws(ValueError) -> EnvironmentCondition {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty else {
        throw ValueError(text, isNot: "a variable", expected: "NAME or NAME=GLOB")
    }
    let value = parts.count > 1 ? try glob(String(parts[1]), as: .text) : nil
    return EnvironmentCondition(name: ByteString(String(name)), value: value)
}

private func states(_ text: String) throws(ValueError) -> [UInt8] {
    guard text.utf8.allSatisfy({ "RSDTtZXIPKWx".utf8.contains($0) }) else {
        throw ValueError(
            text,
            isNot: "a set of states",
            expected: "letters of proc_pid_stat(5): R S D T t Z X I"
        )
    }
    return Array(text.utf8)
}
