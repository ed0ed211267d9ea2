/// Everything there is to say about one target, before any format is chosen.
public struct Explanation: Sendable, Equatable {
    /// What the target turned out to be.
    public enum Kind: String, Sendable, CaseIterable {
        /// A process, by number or by name.
        case process
        /// A port.
        case port
        /// A path.
        case file
        /// An instance of what a rule describes, or several that a name fits.
        case instance
        /// A name that nobody has.
        case name
    }

    /// Whether the question could be answered.
    public enum Answer: String, Sendable, CaseIterable {
        /// It could.
        case explained
        /// Nothing of that number, port, path or name is there.
        case notFound = "not_found"
        /// Something that decides could not be read.
        case incomplete

        /// The exit status of a run that had only this answer.
        public var status: ExitStatus {
            switch self {
            case .explained: .clean
            case .notFound: .leftOver
            case .incomplete: .incomplete
            }
        }
    }

    /// The target as it was typed.
    public var target: String
    /// What it turned out to be.
    public var kind: Kind
    /// Whether the question could be answered.
    public var answer: Answer
    /// One sentence; foreign text in it is escaped only when printed.
    public var summary: String
    /// The process it is about.
    public var process: ProcessIdentity?
    /// The port it is about, such as `8080` or `8080/udp`.
    public var port: String?
    /// The file it is about, absolute.
    public var path: ByteString?
    /// What there is to say, in the order in which it is read.
    public var sections: [ExplanationSection] = []
    /// What could not be learned and would matter, one sentence each.
    public var unknown: [String] = []
    /// What to do; `nil` where there is nothing to do.
    public var advice: Advice?
    /// The machine and the record of ``process``, for formats that show all of it.
    public var snapshot: Snapshot?

    /// Creates an explanation without any section.
    public init(target: String, kind: Kind, answer: Answer = .explained, summary: String) {
        self.target = target
        self.kind = kind
        self.answer = answer
        self.summary = summary
    }

    /// The section on this topic, if there is one.
    public subscript(_ topic: ExplanationSection.Topic) -> ExplanationSection? {
        sections.first { $0.topic == topic }
    }

    /// Adds a section, unless there is nothing to say in it.
    mutating func add(_ topic: ExplanationSection.Topic, _ statements: [Statement]) {
        guard !statements.isEmpty else { return }
        sections.append(ExplanationSection(topic, statements))
    }
}

/// One part of an explanation.
public struct ExplanationSection: Sendable, Equatable {
    /// What a part is about.
    public enum Topic: String, Sendable, CaseIterable {
        /// What the process is.
        case identity
        /// The file, its kind and owner.
        case file
        /// The instances that a name fits.
        case candidates
        /// Whom an instance consists of.
        case processes
        /// Who holds the port.
        case holders
        /// Sockets of the port that nobody holds.
        case lingering
        /// The port in other network namespaces.
        case namespaces
        /// Parents up to the first process.
        case parents
        /// Who started it, or keeps it running.
        case origin
        /// What is unusual.
        case odd
        /// The questions that decide whether a file is stale.
        case staleness
        /// Who holds a lock, or has the file open, or runs it, or stands in it.
        case users
        /// Rules, and what each says.
        case rules
        /// What `clean` would do.
        case cleaning

        /// A heading for people.
        public var title: String {
            switch self {
            case .identity: "What it is"
            case .file: "What it is"
            case .candidates: "Which instances"
            case .processes: "Its processes"
            case .holders: "Who holds it"
            case .lingering: "Sockets that no process holds"
            case .namespaces: "Network namespaces"
            case .parents: "Its parents"
            case .origin: "Who started or supervises it"
            case .odd: "What is odd"
            case .staleness: "Whether it is stale, question by question"
            case .users: "Who uses it"
            case .rules: "Rules"
            case .cleaning: "What clean and stop would do"
            }
        }
    }

    /// What it is about.
    public var topic: Topic
    /// What there is to say.
    public var statements: [Statement]

    /// Creates a section.
    public init(_ topic: Topic, _ statements: [Statement]) {
        self.topic = topic
        self.statements = statements
    }
}

/// One sentence of an explanation, and where it can be checked.
public struct Statement: Sendable, Equatable {
    /// How it stands out.
    public enum Mark: String, Sendable, CaseIterable {
        /// As any other.
        case plain
        /// Something is unusual.
        case odd
        /// It decided.
        case decisive
        /// It could not be learned.
        case unknown
        /// It was not asked, because another one decided before.
        case skipped
    }

    /// A word for what it tells, such as `executable`.
    public var label: String?
    /// The sentence, or the value that the label names, without a full stop.
    public var text: String
    /// The file or call it was read from, such as `/proc/4127/exe`.
    public var source: String?
    /// What was read there, where the sentence does not hold it.
    public var value: ByteString?
    /// A command line, which is masked as such when it is shown.
    public var arguments: [ByteString]?
    /// How it stands out.
    public var mark = Mark.plain
    /// How far it is indented, for what belongs to the statement before.
    public var depth = 0
    /// Whether it is left out unless everything is asked for.
    public var isDetail = false
    /// The process that it is about, where that is another one than the target.
    public var process: ProcessIdentity?

    /// Creates a statement.
    public init(
        _ text: String,
        label: String? = nil,
        source: String? = nil,
        value: ByteString? = nil,
        mark: Mark = .plain,
        depth: Int = 0,
        isDetail: Bool = false,
        process: ProcessIdentity? = nil
    ) {
        self.text = text
        self.label = label
        self.source = source
        self.value = value
        self.mark = mark
        self.depth = depth
        self.isDetail = isDetail
        self.process = process
    }

    /// Takes over a fact of a finding or a judgment.
    public init(_ evidence: Evidence, mark: Mark = .plain, depth: Int = 0) {
        self.init(
            evidence.fact,
            source: evidence.source,
            value: evidence.value,
            mark: mark,
            depth: depth
        )
    }
}

/// What to do about a target.
public struct Advice: Sendable, Equatable {
    /// What the command does.
    public var action: Remedy.Action
    /// Why this, and not the obvious, as a sentence without a full stop.
    public var reason: String?
    /// Command lines, each complete; in the order in which they are to be run.
    public var commands: [String]

    /// Creates advice.
    public init(_ action: Remedy.Action, _ commands: [String] = [], reason: String? = nil) {
        self.action = action
        self.commands = commands
        self.reason = reason
    }
}
