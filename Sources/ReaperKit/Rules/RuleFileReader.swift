/// Reads rule files; what they may say is in reaper-rules(5).
///
/// Pure: everything it depends on is given to it.
public struct RuleFileReader: Sendable {
    /// Variables that patterns may use.
    public var environment: [String: ByteString]
    /// User numbers by name, from passwd(5).
    let users: @Sendable () -> [String: UInt32]
    /// Names of ports, from services(5).
    let services: @Sendable () -> ServiceNames
    /// Where a directory really is, symbolic links resolved; `nil` when that is not known.
    let directories: @Sendable (ByteString) -> ByteString?
    /// Whether regular expressions are compiled to see that they are correct, which takes as long
    /// as everything else together; the embedded files have tests for that.
    var checksExpressions = true

    /// Creates a reader; `users` and `services` are evaluated only for rules that name some, as
    /// reading the two files costs more than reading the rules.
    ///
    /// Without `directories`, paths in patterns are compared only as they are written.
    public init(
        environment: [String: ByteString],
        users: @autoclosure @escaping @Sendable () -> [String: UInt32] = [:],
        services: @autoclosure @escaping @Sendable () -> ServiceNames = ServiceNames(),
        directories: @escaping @Sendable (ByteString) -> ByteString? = { _ in nil }
    ) {
        self.environment = environment
        self.users = users
        self.services = services
        self.directories = directories
    }

    /// Reads one file; `source` names it in messages and in the rules.
    ///
    /// - Throws: `RuleError` for the first thing that is wrong; nothing of the file is used then.
    public func read(_ bytes: [UInt8], source: String) throws(RuleError) -> RuleFile {
        var decoder = RuleDecoder(reader: self, source: source)
        do throws(JSONError) {
            return try decoder.file(try JSON5Reader.read(bytes))
        } catch {
            throw RuleError(file: source, position: error.position, message: error.message)
        }
    }

    /// Looks for everything that is wrong with one file, and for what can never have any effect.
    ///
    /// Where it is no JSON5, and nothing says how it goes on, what stands behind that is not looked
    /// at; else every key and value is.
    public func check(_ bytes: [UInt8], source: String) -> RuleCheck {
        var decoder = RuleDecoder(reader: self, source: source, isThorough: true)
        var check = RuleCheck(source: source)
        let (value, mistakes) = JSON5Reader.check(bytes)
        if let value {
            do throws(JSONError) {
                let file = try decoder.file(value)
                if decoder.errors.isEmpty, mistakes.isEmpty { check.file = file }
            } catch {
                decoder.errors.append(error)
            }
        }
        // What could not be read has another kind than was expected, and is wrong once.
        let places = Set(mistakes.map(\.position))
        check.errors = (mistakes + decoder.errors.filter { !places.contains($0.position) })
            .map { RuleError(file: source, position: $0.position, message: $0.message) }
            .sorted { ($0.position ?? .start) < ($1.position ?? .start) }
        check.warnings = decoder.warnings.sorted { $0.position < $1.position }
        return check
    }
}

/// Turns the values of one rule file into rules.
struct RuleDecoder: FieldDecoder {
    static let fileKeys = ["name", "title", "homepage", "rules"]

    let reader: RuleFileReader
    let source: String
    /// Whether it goes on after an error, and looks for what has no effect.
    let isThorough: Bool
    var warnings: [RuleWarning] = []
    /// What was wrong so far, where it goes on.
    var errors: [JSONError] = []

    init(reader: RuleFileReader, source: String, isThorough: Bool = false) {
        self.reader = reader
        self.source = source
        self.isThorough = isThorough
    }

    var environment: [String: ByteString] { reader.environment }

    func services() -> ServiceNames { reader.services() }

    func users() -> [String: UInt32] { reader.users() }

    /// Reads one part; a thorough decoder notes what is wrong with it, and goes on without it.
    mutating func attempt<Part>(
        _ body: (inout RuleDecoder) throws(JSONError) -> Part
    ) throws(JSONError) -> Part? {
        do throws(JSONError) {
            return try body(&self)
        } catch {
            guard isThorough else { throw error }
            errors.append(error)
            return nil
        }
    }

    mutating func warn(_ message: String, at position: TextPosition) {
        warnings.append(RuleWarning(file: source, position: position, message: message))
    }

    mutating func file(_ value: JSONValue) throws(JSONError) -> RuleFile {
        let fields = try fields(value, of: "a rule file", known: RuleDecoder.fileKeys)
        let name = try attempt { decoder throws(JSONError) in
            try decoder.identifier(fields.required("name"), for: "name")
        }
        let title = try attempt { _ throws(JSONError) in
            try fields.required("title").text(for: "title").text
        }
        let homepage = try string("homepage", fields)
        let list = try fields.required("rules")
        guard let values = list.array else {
            throw JSONError(
                "expected an array for 'rules', found \(list.kindName)",
                at: list.position
            )
        }
        var rules: [Rule] = []
        var fieldsOfRules: [JSONFields] = []
        var after: [String: [PlacedText]] = [:]
        var places: [String: TextPosition] = [:]
        for value in values {
            _ = try attempt { decoder throws(JSONError) in
                let (rule, fields, names) = try decoder.rule(value, of: name ?? "")
                let isNamed = !rule.id.hasSuffix(".")
                if isNamed, let first = places.updateValue(value.position, forKey: rule.id) {
                    throw JSONError(
                        "expected each id once, found '\(rule.id)' again; it first stood at"
                            + " \(first)",
                        at: value.position
                    )
                }
                rules.append(rule)
                fieldsOfRules.append(fields)
                after[rule.id] = names
            }
        }
        // Among rules that could not be read there may be the one that is named.
        if errors.isEmpty {
            for index in rules.indices {
                let names = after[rules[index].id, default: []]
                let ids = rules.map(\.id)
                rules[index].after = try each(names) { decoder, text throws(JSONError) in
                    try decoder.resolve(text, in: name ?? "", among: ids)
                }
            }
            let all = rules
            _ = try attempt { decoder throws(JSONError) in try decoder.refuseCycles(all, after) }
        }
        if isThorough, errors.isEmpty { warnIdle(rules, fieldsOfRules, list) }
        return RuleFile(
            name: name ?? "",
            title: title ?? "",
            homepage: homepage,
            source: source,
            rules: rules,
            warnings: warnings
        )
    }

    /// A name that can stand in `system.rule`.
    func identifier(_ value: JSONValue, for key: String) throws(JSONError) -> String {
        let text = try value.text(for: key).text
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isPlain else {
            throw JSONError(
                "expected lower-case letters, digits, '-' and '_' for '\(key)',"
                    + " found '\(text.escapedForTerminal)'",
                at: value.position
            )
        }
        return text
    }

    private func resolve(
        _ name: PlacedText,
        in file: String,
        among ids: [String]
    ) throws(JSONError) -> String {
        if let id = ids.first(where: { $0 == name.text || $0 == "\(file).\(name.text)" }) {
            return id
        }
        let known = ids.map { String($0.dropFirst(file.utf8.count + 1)) }
        let hint = nearestName(to: name.text, in: known).map { "; did you mean '\($0)'?" }
        throw JSONError(
            "expected the id of a rule in this file for 'after',"
                + " found '\(name.text.escapedForTerminal)'\(hint ?? "")",
            at: name.position
        )
    }

    /// Rules that wait for each other would never be stopped.
    private func refuseCycles(_ rules: [Rule], _ places: [String: [PlacedText]]) throws(JSONError) {
        var settled: Set<String> = []
        var open = rules
        while !open.isEmpty {
            let rest = open.filter { !settled.isSuperset(of: $0.after) }
            guard rest.count < open.count else {
                let names = rest.map { "'\($0.id)'" }.joined(separator: ", ")
                throw JSONError(
                    "expected an order for 'after', but a circle runs through \(names)",
                    at: places[rest[0].id]?.first?.position ?? TextPosition(line: 1, column: 1)
                )
            }
            settled.formUnion(open.map(\.id).filter { id in !rest.contains { $0.id == id } })
            open = rest
        }
    }
}
