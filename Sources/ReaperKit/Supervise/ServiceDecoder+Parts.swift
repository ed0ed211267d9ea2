/// The values of keys that have an object of their own, and texts that the kernel gets.
extension ServiceDecoder {
    /// Most that a file of what a service prints can be, and least.
    static let logSizes: ClosedRange<Int64> = (4 << 10)...(1 << 40)
    /// How many earlier ones can be kept.
    static let keptLogs = 0...100
    /// How many restarts in a row there can be.
    static let restartLimits = 1...1_000_000
    /// Shortest of times that must pass at all.
    static let shortestTime = Duration.milliseconds(1)

    /// A line for a shell, or a program and its arguments, of which nothing is expanded.
    func command(_ value: JSONValue, for key: String) throws(JSONError) -> [ByteString] {
        guard let values = value.array else {
            guard value.string != nil else {
                throw JSONError(
                    "expected a command line, or an array of a program and its arguments, for"
                        + " '\(key)', found \(value.kindName)",
                    at: value.position
                )
            }
            let line = try plainText(value, for: key).text
            guard !line.utf8.allSatisfy({ $0 <= 0x20 }) else {
                throw JSONError(
                    "expected a command for '\(key)', found nothing",
                    at: value.position
                )
            }
            return Service.shell(ByteString(line))
        }
        guard let program = values.first else {
            throw JSONError(
                "expected a program for '\(key)', found an empty array",
                at: value.position
            )
        }
        _ = try program.text(for: key)
        var command: [ByteString] = []
        for value in values { command.append(ByteString(try plainText(value, for: key).text)) }
        return command
    }

    /// A path: its variables expanded, and absolute, below the file's directory if it was relative.
    func path(_ value: JSONValue, for key: String) throws(JSONError) -> ByteString {
        _ = try value.text(for: key)
        let text = try plainText(value, for: key)
        let path = try text.parse { template throws(ValueError) in
            try Expansion.text(of: ByteString(template), as: .path, environment: environment)
        }
        let slash = UInt8(ascii: "/")
        let isAbsolute = path.bytes.first == slash
        let whole = isAbsolute ? path.bytes : directory.bytes + [slash] + path.bytes
        // `..` stays: what it leads to is the file system's to say.
        let parts = whole.split(separator: slash).filter { $0 != [UInt8(ascii: ".")] }
        return ByteString([slash] + parts.joined(separator: [slash]))
    }

    /// A text that may be empty, without the NUL at which the kernel would cut it off.
    func plainText(
        _ value: JSONValue,
        for key: String,
        orNumbers: Bool = false
    ) throws(JSONError) -> PlacedText {
        if value.string == "" { return PlacedText(text: "", position: value.position) }
        let text = try value.text(for: key, orNumbers)
        guard !text.text.utf8.contains(0) else {
            throw JSONError("expected text without NUL for '\(key)'", at: value.position)
        }
        return text
    }

    /// Reads `ready`.
    mutating func readiness(_ value: JSONValue) throws(JSONError) -> Readiness {
        let known = errors.count
        let fields = try fields(value, of: "a sign of readiness", known: Self.readyKeys)
        let signs = Self.readyKeys.filter { $0 != "timeout" }
        let given = signs.filter { fields[$0] != nil }
        // What has another name may have been meant.
        if given.isEmpty, errors.count > known { return Readiness() }
        guard given.count == 1, let key = given.first, let sign = fields[key] else {
            let found = given.isEmpty ? "none" : given.joined(separator: " and ")
            throw JSONError(
                "expected one of \(signs.joined(separator: ", ")) in 'ready', found \(found)",
                at: value.position
            )
        }
        var ready = Readiness()
        switch key {
        case "port": ready.sign = .port(try onePort(sign))
        case "file": ready.sign = .file(try path(sign, for: "file"))
        case "line":
            let pattern = try sign.text(for: "line")
            try refuseBadExpression(pattern)
            ready.sign = .line(pattern.text)
        case "command": ready.sign = .command(try command(sign, for: "command"))
        default:
            guard try fields.flag("exit") else {
                throw JSONError("expected true for 'exit', or no such key", at: sign.position)
            }
            ready.sign = .exit
        }
        if let timeout = fields["timeout"] { ready.timeout = try time(timeout, for: "timeout") }
        return ready
    }

    /// One port: of several it would not be plain whether all or any of them are the sign.
    private func onePort(_ value: JSONValue) throws(JSONError) -> PortSet {
        let text = try value.text(for: "port", true)
        let set = try ports(text)
        let numbers = Set(set.members.flatMap { [$0.ports.lowerBound, $0.ports.upperBound] })
        guard numbers.count == 1 else {
            throw JSONError(
                "expected one port for 'port', found '\(text.text.escapedForTerminal)'",
                at: value.position
            )
        }
        return set
    }

    /// Reads `restart`: a mode, or an object.
    mutating func restartPolicy(_ value: JSONValue) throws(JSONError) -> RestartPolicy {
        var policy = RestartPolicy()
        if value.string != nil {
            policy.mode = try Self.choice(value, for: "restart") ?? policy.mode
            return policy
        }
        let known = errors.count
        let fields = try fields(value, of: "a restart", known: Self.restartKeys)
        if fields["mode"] == nil, errors.count > known { return policy }
        policy.mode = try Self.choice(fields.required("mode"), for: "mode") ?? policy.mode
        if let backoff = fields["backoff"] {
            policy.backoff = try time(
                backoff,
                for: "backoff",
                atMost: RestartPolicy.longestBackoff
            )
        }
        if let limit = fields["limit"] {
            policy.limit = try integer(limit, for: "limit", Self.restartLimits)
        }
        if policy.mode == .never, let idle = fields["backoff"] ?? fields["limit"] {
            throw JSONError(
                "expected no 'backoff' or 'limit' together with mode 'never'",
                at: idle.position
            )
        }
        return policy
    }

    /// Reads `log`: a file, or an object.
    mutating func logTarget(_ value: JSONValue) throws(JSONError) -> LogTarget {
        var log = LogTarget()
        if value.string != nil {
            log.path = try path(value, for: "log")
            return log
        }
        let fields = try fields(value, of: "a log", known: Self.logKeys)
        if let file = fields["file"] { log.path = try path(file, for: "file") }
        if let size = fields["size"] {
            log.size = try size.text(for: "size", true).parse { text throws(ValueError) in
                try Self.logSize(text)
            }
        }
        if let kept = fields["keep"] {
            log.kept = try integer(kept, for: "keep", Self.keptLogs)
        }
        return log
    }

    /// Reads `10M`, `512K`, `1G` or a number of bytes; the letters are powers of 1024.
    private static func logSize(_ text: String) throws(ValueError) -> Int64 {
        let shifts: [Character: Int64] = ["K": 10, "M": 20, "G": 30]
        let shift = text.last.flatMap { shifts[$0] }
        let digits = shift == nil ? text[...] : text.dropLast()
        let isNumber = digits.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
        let (size, overflow) = (isNumber ? Int64(digits) ?? -1 : -1)
            .multipliedReportingOverflow(by: 1 << (shift ?? 0))
        guard !overflow, logSizes.contains(size) else {
            throw ValueError(
                text,
                isNot: "a size",
                expected: "a whole number of bytes, or of K, M or G, from 4K to 1024G"
            )
        }
        return size
    }

    private func time(
        _ value: JSONValue,
        for key: String,
        atMost longest: Duration? = nil
    ) throws(JSONError) -> Duration {
        let time = try value.text(for: key, true).parse(Duration.init(parsing:))
        guard time >= Self.shortestTime else {
            throw JSONError(
                "expected at least \(Self.shortestTime.shortText) for '\(key)', found less",
                at: value.position
            )
        }
        if let longest, time > longest {
            throw JSONError(
                "expected at most \(longest.shortText) for '\(key)', found \(time.shortText)",
                at: value.position
            )
        }
        return time
    }

    private func integer(
        _ value: JSONValue,
        for key: String,
        _ range: ClosedRange<Int>
    ) throws(JSONError) -> Int {
        guard let number = value.integer, let integer = Int(exactly: number),
            range.contains(integer)
        else {
            let found = value.integer.map { "\($0)" } ?? value.kindName
            throw JSONError(
                "expected a whole number from \(range.lowerBound) to \(range.upperBound) for"
                    + " '\(key)', found \(found)",
                at: value.position
            )
        }
        return integer
    }
}
