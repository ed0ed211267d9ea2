extension RuleDecoder {
    static let patternKeys = [
        "name", "comm", "exe", "command", "cwd", "in", "env", "cgroup", "ports", "user", "state",
        "older_than",
    ]
    /// The number of a user who does not exist.
    private static let nobody = UInt32.max
    /// State letters of proc_pid_stat(5), and those of older kernels.
    private static let stateLetters = Array("RSDZTtXxKWPI".utf8)

    /// Reads `match` or `owner`; it must have at least one condition.
    mutating func pattern(_ value: JSONValue, for key: String) throws(JSONError) -> ProcessPattern {
        let known = errors.count
        let fields = try fields(value, of: "a process", known: RuleDecoder.patternKeys)
        var pattern = ProcessPattern()
        pattern.names = try globs(texts("name", fields), as: .text)
        pattern.kernelNames = try kernelNames(texts("comm", fields))
        pattern.executables = try globs(texts("exe", fields), as: .path)
        pattern.commands = try globs(texts("command", fields), as: .text)
        pattern.workingDirectories = try globs(texts("cwd", fields), as: .path)
        pattern.cgroups = try globs(texts("cgroup", fields), as: .text)
        pattern.directories = try directories(texts("in", fields))
        pattern.environment = try each(texts("env", fields)) { decoder, text throws(JSONError) in
            try decoder.environmentCondition(text)
        }
        pattern.ports = try portSet(fields)
        pattern.users = try each(texts("user", fields, orNumbers: true)) {
            decoder,
            text throws(JSONError) in
            try decoder.user(text)
        }
        pattern.states = try each(texts("state", fields)) { decoder, text throws(JSONError) in
            try decoder.stateLetters(text)
        }.flatMap(\.self)
        if let age = fields["older_than"] {
            pattern.olderThan = try attempt { _ throws(JSONError) in
                try age.text(for: "older_than", true).parse(Duration.init(parsing:))
            }
        }
        // What could not be read would have said something.
        guard errors.count == known else { return pattern }
        guard !pattern.isEmpty else {
            throw JSONError(
                "expected at least one of \(RuleDecoder.patternKeys.joined(separator: ", "))"
                    + " in '\(key)': without any it would match every process",
                at: value.position
            )
        }
        return pattern
    }

    private mutating func globs(
        _ texts: [PlacedText],
        as subject: Glob.Subject
    ) throws(JSONError) -> [Glob] {
        var globs: [Glob] = []
        var resolved: Set<Glob> = []
        for text in texts {
            let read = try attempt { decoder throws(JSONError) in
                try decoder.glob(text, as: subject)
            }
            guard let glob = read else { continue }
            if !resolved.contains(glob) { globs.append(glob) }
            guard let real = glob.resolved(reader.directories), !globs.contains(real),
                GlobUse.match.objection(to: real) == nil
            else { continue }
            resolved.insert(real)
            globs.append(real)
        }
        return globs
    }

    /// Reads `in`, each directory also as the place where it really is.
    private mutating func directories(_ texts: [PlacedText]) throws(JSONError) -> [ByteString] {
        var directories: [ByteString] = []
        var resolved: Set<ByteString> = []
        for text in texts {
            let read = try attempt { decoder throws(JSONError) in
                try decoder.glob(text, as: .path, to: .contain)
            }
            guard let glob = read else { continue }
            // Nothing lies below the empty path.
            let directory = glob.literal ?? ""
            if !resolved.contains(directory) { directories.append(directory) }
            guard !directory.isEmpty, let real = reader.directories(directory), real != "/",
                !directories.contains(real)
            else { continue }
            resolved.insert(real)
            directories.append(real)
        }
        return directories
    }

    /// Reads `comm`: what can never match would protect nobody, and nobody would notice.
    private mutating func kernelNames(_ texts: [PlacedText]) throws(JSONError) -> [Glob] {
        let fitting = try each(texts) { decoder, text throws(JSONError) in
            try decoder.refuseLongName(text)
            return text
        }
        return try globs(fitting, as: .text)
    }

    private mutating func refuseLongName(_ text: PlacedText) throws(JSONError) {
        // TASK_COMM_LEN without the end, proc_pid_comm(5).
        guard let name = try glob(text, as: .text).literal, name.bytes.count > 15 else { return }
        let kept = ByteString(Array(name.bytes.prefix(15))).text
        throw JSONError(
            "expected at most 15 bytes for 'comm', found \(name.bytes.count): the kernel keeps no"
                + " more, here '\(kept.escapedForTerminal)'",
            at: text.position
        )
    }

    private mutating func environmentCondition(
        _ text: PlacedText
    ) throws(JSONError) -> EnvironmentCondition {
        let name = text.text.prefix { $0 != "=" }
        guard !name.isEmpty, !name.contains(where: { "*?[]{}\\$ ".contains($0) }) else {
            throw JSONError(
                "expected NAME or NAME=GLOB for 'env', found '\(text.text.escapedForTerminal)'",
                at: text.position
            )
        }
        guard name.endIndex < text.text.endIndex else {
            return EnvironmentCondition(name: ByteString(text.text))
        }
        let value = PlacedText(
            text: String(text.text[name.endIndex...].dropFirst()),
            position: text.position
        )
        return EnvironmentCondition(
            name: ByteString(String(name)),
            value: try glob(value, as: .text)
        )
    }

    private mutating func user(_ text: PlacedText) throws(JSONError) -> UInt32 {
        if let number = try number(ofUser: text) { return number }
        // Shipped rules name users that not every host has.
        warn(
            "user '\(text.text.escapedForTerminal)' matches nothing: no such user",
            at: text.position
        )
        return RuleDecoder.nobody
    }

    private func stateLetters(_ text: PlacedText) throws(JSONError) -> [UInt8] {
        let letters = Array(text.text.utf8)
        guard letters.allSatisfy(RuleDecoder.stateLetters.contains) else {
            throw JSONError(
                "expected state letters of proc_pid_stat(5), such as 'Z' or 'TD', found"
                    + " '\(text.text.escapedForTerminal)'",
                at: text.position
            )
        }
        return letters
    }
}

extension FieldDecoder {
    /// The number of a user who is given by name or number; `nil` for a name that nobody has.
    func number(ofUser text: PlacedText) throws(JSONError) -> UInt32? {
        guard text.text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return users()[text.text] }
        // The kernel gives no process the last one: it means "unchanged" to chown(2).
        guard let number = UInt32(text.text), number != .max else {
            throw JSONError(
                "expected a user from 0 to \(UInt32.max - 1), found \(text.text)",
                at: text.position
            )
        }
        return number
    }
}
