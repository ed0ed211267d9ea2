extension RuleDecoder {
    static let patternKeys = [
        "name", "comm", "exe", "command", "cwd", "in", "env", "cgroup", "ports", "user", "state",
        "older_than",
    ]
    /// The kernel gives no process this number: it means "unchanged" to chown(2).
    private static let nobody = UInt32.max
    /// State letters of proc_pid_stat(5), and those of older kernels.
    private static let stateLetters = Array("RSDZTtXxKWPI".utf8)

    /// Reads `match` or `owner`; it must have at least one condition.
    mutating func pattern(_ value: JSONValue, for key: String) throws(JSONError) -> ProcessPattern {
        let fields = try JSONFields(value, of: "a process", known: RuleDecoder.patternKeys)
        var pattern = ProcessPattern()
        pattern.names = try globs(fields.texts("name"), as: .text)
        pattern.kernelNames = try kernelNames(fields.texts("comm"))
        pattern.executables = try globs(fields.texts("exe"), as: .path)
        pattern.commands = try globs(fields.texts("command"), as: .text)
        pattern.workingDirectories = try globs(fields.texts("cwd"), as: .path)
        pattern.cgroups = try globs(fields.texts("cgroup"), as: .text)
        pattern.directories = try directories(fields.texts("in"))
        for text in try fields.texts("env") {
            pattern.environment.append(try environmentCondition(text))
        }
        pattern.ports = try portSet(fields)
        for text in try fields.texts("user", orNumbers: true) {
            pattern.users.append(try user(text))
        }
        for text in try fields.texts("state") { pattern.states += try stateLetters(text) }
        if let age = fields["older_than"] {
            pattern.olderThan = try age.text(for: "older_than", true).parse(Duration.init(parsing:))
        }
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
            let glob = try glob(text, as: subject)
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
            // Nothing lies below the empty path.
            let directory = try glob(text, as: .path, to: .contain).literal ?? ""
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
        for text in texts {
            // TASK_COMM_LEN without the end, proc_pid_comm(5).
            guard let name = try glob(text, as: .text).literal, name.bytes.count > 15 else {
                continue
            }
            let kept = ByteString(Array(name.bytes.prefix(15))).text
            throw JSONError(
                "expected at most 15 bytes for 'comm', found \(name.bytes.count): the kernel keeps no"
                    + " more, here '\(kept.escapedForTerminal)'",
                at: text.position
            )
        }
        return try globs(texts, as: .text)
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
        if text.text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            guard let number = UInt32(text.text), number != RuleDecoder.nobody else {
                throw JSONError(
                    "expected a user from 0 to \(UInt32.max - 1), found \(text.text)",
                    at: text.position
                )
            }
            return number
        }
        if let number = reader.users()[text.text] { return number }
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
