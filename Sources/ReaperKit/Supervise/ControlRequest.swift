/// What somebody asks of a supervisor: one line of JSON over its socket.
public enum ControlRequest: Sendable, Equatable {
    /// How every service is.
    case status
    /// Start these, all where none is named, with those they come after.
    case start([String])
    /// End these; with those that come after them, if it is a cascade.
    case stop([String], cascade: Bool, isForced: Bool)
    /// End these and start them again.
    case restart([String])
    /// Read the service file again.
    case reload
    /// End everything, and the supervisor.
    case shutdown(isForced: Bool)

    /// As one line.
    public var json: [UInt8] {
        var json = JSONWriter(.compact)
        json.object { json in
            json.member("request", word)
            switch self {
            case .start(let names), .stop(let names, _, _), .restart(let names):
                json.array("services") { json in for name in names { json.element(name) } }
            case .status, .reload, .shutdown: break
            }
            switch self {
            case .stop(_, let cascade, let isForced):
                json.member("cascade", cascade)
                json.member("force", isForced)
            case .shutdown(let isForced): json.member("force", isForced)
            default: break
            }
        }
        json.endLine()
        return json.bytes
    }

    private var word: String {
        switch self {
        case .status: "status"
        case .start: "start"
        case .stop: "stop"
        case .restart: "restart"
        case .reload: "reload"
        case .shutdown: "shutdown"
        }
    }

    static let words = ["status", "start", "stop", "restart", "reload", "shutdown"]
    private static let keys = ["request", "services", "cascade", "force"]

    /// Reads a line; unknown words and keys are refused.
    ///
    /// - Throws: What is wrong with it, and where.
    public init(reading line: [UInt8]) throws(JSONError) {
        let value = try JSON5Reader.read(line, as: .json)
        let fields = try JSONFields(value, of: "a request")
        if let stranger = JSONFields.strangers(in: value, of: "a request", known: Self.keys).first {
            throw stranger
        }
        let word = try fields.required("request").text(for: "request")
        var names: [String] = []
        if let list = fields["services"] {
            guard let items = list.array else {
                throw JSONError(
                    "expected an array for 'services', found \(list.kindName)",
                    at: list.position
                )
            }
            for item in items { names.append(try item.text(for: "services").text) }
        }
        let cascade = try fields.flag("cascade")
        let isForced = try fields.flag("force")
        switch word.text {
        case "status": self = .status
        case "start": self = .start(names)
        case "stop": self = .stop(names, cascade: cascade, isForced: isForced)
        case "restart": self = .restart(names)
        case "reload": self = .reload
        case "shutdown": self = .shutdown(isForced: isForced)
        default:
            throw JSONError(
                "expected one of \(Self.words.joined(separator: ", ")) for 'request', found"
                    + " '\(word.text.escapedForTerminal)'",
                at: word.position
            )
        }
    }
}
