/// Everything that was read about one path, for an explanation of it.
public struct FileAccount: Sendable {
    /// Somebody who uses it.
    public struct User: Sendable, Equatable {
        /// How.
        public enum Use: Sendable, Equatable {
            /// It is open, at these descriptors.
            case open([Int32])
            /// An earlier file of this path is open, which was replaced or removed.
            case openBefore([Int32])
            /// It holds a lock on it; the text is the kernel's name for the kind.
            case lock(String)
            /// It runs it.
            case executable
            /// It stands in it.
            case workingDirectory
            /// It has a socket open that is bound to it.
            case socket
        }

        /// Who.
        public var process: ProcessIdentity
        /// What it is called.
        public var name: ByteString
        /// How.
        public var use: Use
        /// Where that was read.
        public var source: String

        /// Creates a user.
        public init(_ process: ProcessIdentity, _ name: ByteString, _ use: Use, source: String) {
            self.process = process
            self.name = name
            self.use = use
            self.source = source
        }
    }

    /// The path, absolute, symbolic links in its directory resolved.
    public var path: ByteString
    /// What is there; `nil` when nothing is.
    public var facts: FileFacts?
    /// Why it is not known whether anything is there; `nil` where it is.
    public var refusal: String?
    /// Where a symbolic link points.
    public var linkTarget: ByteString?
    /// Every rule whose instance files it is one of, in order; the first one judges it.
    public var rules: [Rule] = []
    /// Rules that remove it together with their processes.
    public var companions: [Rule] = []
    /// Rules that describe processes which run it, or stand in it.
    public var describing: [Rule] = []
    /// How it was read: by the first rule, or by what it looks like.
    public var instance: InstanceFile?
    /// What became of that; `nil` where nothing says what it records.
    public var judgment: InstanceFileJudgment?
    /// What a scan finds wrong with it.
    public var finding: Finding?
    /// Who uses it.
    public var users: [User] = []
    /// Whose descriptors could not be read.
    public var hiddenUsers: UnseenProcesses = []
    /// Flags that lead to the rules that were used, each after a space.
    public var ruleFlags = ""
    /// Everybody, as a listing has them.
    public var snapshot: Snapshot

    /// Creates an account of a path of which nothing is known.
    public init(_ path: ByteString, in snapshot: Snapshot) {
        self.path = path
        self.snapshot = snapshot
    }
}
