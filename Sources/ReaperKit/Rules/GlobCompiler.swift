/// Turns the text of a glob into a ``GlobProgram``.
struct GlobCompiler {
    /// One step of the intermediate code; only `consume` remains after linking.
    private enum Step {
        case consume(ByteTest)
        /// Goes on at the next step, and there too.
        case fork(Int)
        case jump(Int)
    }

    private static let maximumLength = 4096  // PATH_MAX
    private static let maximumNesting = 16
    /// Far above what people write, far below what would be felt.
    private static let maximumWork = 1 << 18

    private let pattern: [UInt8]
    private let subject: Glob.Subject
    private var offset = 0
    private var prefix: [UInt8] = []
    private var code: [Step] = []
    /// Whether `**` here stands for whole components.
    private var isAtComponentStart = true
    private var isAfterSlash = false

    init(_ pattern: ByteString, as subject: Glob.Subject) {
        self.pattern = pattern.bytes
        self.subject = subject
    }

    mutating func compile() throws(ValueError) -> GlobProgram {
        guard !pattern.isEmpty else { throw error("at least one character") }
        guard pattern.count <= GlobCompiler.maximumLength else {
            throw error("at most \(GlobCompiler.maximumLength) bytes")
        }
        guard !pattern.contains(0) else { throw error("no NUL character") }
        try sequence(depth: 0)
        if subject == .path, isAfterSlash, !(code.isEmpty && prefix.count == 1) {
            throw error("a path that does not end in '/'; write '/**' for everything below it")
        }
        code.append(.consume(.end))
        return try link()
    }

    private func error(_ expected: String) -> ValueError {
        ValueError(ByteString(pattern).text, isNot: "a pattern", expected: expected)
    }

    // MARK: Grammar

    private mutating func sequence(depth: Int) throws(ValueError) {
        while offset < pattern.count {
            switch pattern[offset] {
            case UInt8(ascii: "*"): stars()
            case UInt8(ascii: "?"):
                offset += 1
                wildcard(subject == .path ? .anyButSlash : .any)
            case UInt8(ascii: "["): try brackets()
            case UInt8(ascii: "{"): try braces(depth: depth)
            case UInt8(ascii: ",") where depth > 0: return
            case UInt8(ascii: "}"):
                guard depth > 0 else {
                    throw error("a '{' before the '}' at byte \(offset + 1), or '\\}'")
                }
                return
            case UInt8(ascii: "\\"):
                guard offset + 1 < pattern.count else {
                    throw error("a character after the '\\' at its end")
                }
                offset += 2
                try literal(pattern[offset - 1], depth: depth)
            case let byte:
                offset += 1
                try literal(byte, depth: depth)
            }
        }
    }

    private mutating func literal(_ byte: UInt8, depth: Int) throws(ValueError) {
        let isSlash = byte == UInt8(ascii: "/")
        if subject == .path, isSlash, isAfterSlash {
            throw error("a path without '//' at byte \(offset)")
        }
        if code.isEmpty, depth == 0 {
            prefix.append(byte)
        } else {
            code.append(.consume(.byte(byte)))
        }
        isAtComponentStart = isSlash
        isAfterSlash = isSlash
    }

    private mutating func wildcard(_ test: ByteTest) {
        code.append(.consume(test))
        isAtComponentStart = false
        isAfterSlash = false
    }

    private mutating func stars() {
        let start = offset
        while offset < pattern.count, pattern[offset] == UInt8(ascii: "*") { offset += 1 }
        guard subject == .path else { return repetition(of: .any) }
        guard offset - start > 1 else { return repetition(of: .anyButSlash) }
        guard isAtComponentStart else { return repetition(of: .any) }
        guard offset < pattern.count else {
            // Everything below a directory, which itself is not below it.
            wildcard(.any)
            return repetition(of: .any)
        }
        guard pattern[offset] == UInt8(ascii: "/") else { return repetition(of: .any) }
        // No component at all, or some and the slash after them.
        offset += 1
        code.append(.fork(code.count + 5))
        repetition(of: .any)
        code.append(.consume(.byte(UInt8(ascii: "/"))))
        isAtComponentStart = true
        isAfterSlash = true
    }

    /// Appends a loop: none, or any number of bytes that pass `test`.
    private mutating func repetition(of test: ByteTest) {
        let start = code.count
        code += [.fork(start + 3), .consume(test), .jump(start)]
        isAtComponentStart = false
        isAfterSlash = false
    }

    private mutating func braces(depth: Int) throws(ValueError) {
        let open = offset
        guard depth < GlobCompiler.maximumNesting else {
            throw error("at most \(GlobCompiler.maximumNesting) nested '{'")
        }
        let before = (isAtComponentStart, isAfterSlash)
        var after = (true, false)
        var ends: [Int] = []
        repeat {
            offset += 1  // the '{' or the ','
            let fork = code.count
            code.append(.fork(0))
            (isAtComponentStart, isAfterSlash) = before
            try sequence(depth: depth + 1)
            after.0 = after.0 && isAtComponentStart
            after.1 = after.1 || isAfterSlash
            guard offset < pattern.count else {
                throw error("a '}' for the '{' at byte \(open + 1)")
            }
            ends.append(code.count)
            code.append(.jump(0))
            code[fork] = .fork(code.count)
            if pattern[offset] == UInt8(ascii: "}") { code[fork] = .jump(fork + 1) }
        } while pattern[offset] == UInt8(ascii: ",")
        guard offset > open + 1 else { throw error("alternatives between '{' and '}'") }
        offset += 1
        for end in ends { code[end] = .jump(code.count) }
        (isAtComponentStart, isAfterSlash) = after
    }

    private mutating func brackets() throws(ValueError) {
        let open = offset
        let unclosed = error("a ']' for the '[' at byte \(open + 1)")
        var bytes = ByteClass()
        var isComplement = false
        offset += 1
        if offset < pattern.count, [UInt8(ascii: "!"), UInt8(ascii: "^")].contains(pattern[offset])
        {
            isComplement = true
            offset += 1
        }
        let first = offset
        while true {
            guard offset < pattern.count else { throw unclosed }
            if pattern[offset] == UInt8(ascii: "]"), offset > first { break }
            let low = try bracketMember(unclosed)
            guard offset + 1 < pattern.count, pattern[offset] == UInt8(ascii: "-"),
                pattern[offset + 1] != UInt8(ascii: "]")
            else {
                bytes.insert(low)
                continue
            }
            offset += 1
            let high = try bracketMember(unclosed)
            guard low <= high else { throw error("a range from low to high at byte \(offset)") }
            for byte in low...high { bytes.insert(byte) }
        }
        offset += 1
        if isComplement { bytes.invert() }
        if subject == .path { bytes.remove(UInt8(ascii: "/")) }
        wildcard(.oneOf(bytes))
    }

    private mutating func bracketMember(_ unclosed: ValueError) throws(ValueError) -> UInt8 {
        if pattern[offset] == UInt8(ascii: "["), offset + 1 < pattern.count,
            [UInt8(ascii: ":"), UInt8(ascii: "."), UInt8(ascii: "=")].contains(pattern[offset + 1])
        {
            throw error("a range such as a-z, not a class such as [:alpha:]")
        }
        if pattern[offset] == UInt8(ascii: "\\") { offset += 1 }
        guard offset < pattern.count else { throw unclosed }
        guard pattern[offset] < 0x80 else {
            throw error("only ASCII between '[' and ']'; write other characters as {a,b}")
        }
        offset += 1
        return pattern[offset - 1]
    }

    // MARK: Linking

    /// Leaves out forks and jumps: each position gets the positions that may follow it.
    private func link() throws(ValueError) -> GlobProgram {
        var tests: [ByteTest] = []
        var steps: [Int] = []
        var positions = [Int](repeating: 0, count: code.count)
        for (index, step) in code.enumerated() {
            guard case .consume(let test) = step else { continue }
            positions[index] = tests.count
            tests.append(test)
            steps.append(index)
        }
        var seen = [Int](repeating: -1, count: code.count)
        var work = 0
        var follow: [[UInt16]] = []
        // The last step consumes nothing, so nothing follows it; the start is step 0.
        for (round, start) in (steps.dropLast().map { $0 + 1 } + [code.count, 0]).enumerated() {
            var found: [UInt16] = []
            var pending = [start]
            while let index = pending.popLast() {
                guard index < code.count, seen[index] != round else { continue }
                seen[index] = round
                work += 1
                switch code[index] {
                case .consume: found.append(UInt16(positions[index]))
                case .jump(let target): pending.append(target)
                case .fork(let target): pending += [target, index + 1]
                }
            }
            follow.append(found)
            guard work <= GlobCompiler.maximumWork else {
                throw error("fewer alternatives and wildcards")
            }
        }
        return GlobProgram(prefix: prefix, tests: tests, follow: follow)
    }
}
