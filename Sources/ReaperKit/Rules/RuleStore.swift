// For `struct stat`: both modules declare it, and the compiler takes it from either.
import CLinux
import Glibc

/// Opens rule files, and decides whether their word counts.
struct RuleStore {
    /// A file that exists, not yet read.
    enum Entry {
        case embedded(baseName: String)
        case file(path: String)

        /// What messages and reports call it.
        var source: String {
            switch self {
            case .embedded(let baseName): EmbeddedRules.source(of: baseName)
            case .file(let path): path
            }
        }
    }

    /// A file as it was found, with what decides which files it replaces.
    typealias NamedEntry = (baseName: String, file: Entry)

    /// Far above any rule file.
    static let maximumSize = 1 << 20
    private static let maximumFiles = 4096

    /// Whether what another user can write is refused: reaper acts on rules with its own rights.
    let demandsTrust: Bool

    /// What lies at one place: rule files, and what is none, with the reason.
    typealias Listing = (files: [NamedEntry], others: [(path: String, reason: String)])

    /// The rule files at one place.
    func entries(at place: RuleLayers.Place) throws(RuleError) -> [NamedEntry] {
        try listing(of: place)?.files ?? []
    }

    /// Everything at one place; `nil` when it is not there and need not be.
    func listing(of place: RuleLayers.Place) throws(RuleError) -> Listing? {
        switch place {
        case .embedded:
            return (EmbeddedRules.baseNames.map { ($0, Entry.embedded(baseName: $0)) }, [])
        case .directory(let path), .home(let path):
            do throws(SystemError) {
                return try list(path)
            } catch {
                if error.code == ENOENT || error.code == ENOTDIR { return nil }
                let advice = error.isDenied ? "; \(RuleStore.advice(place))" : ""
                throw RuleStore.unreadable(path, error, advice: advice)
            }
        case .named(let path, let origin):
            do throws(SystemError) {
                return try list(path)
            } catch {
                // The path of a file; whether it can be read is found out when it is.
                if error.code == ENOTDIR {
                    return ([(ByteString(path).baseName.text, .file(path: path))], [])
                }
                throw RuleStore.unreadable(path, error, "named by \(origin), but ")
            }
        }
    }

    /// The bytes of a file, when it may be trusted.
    func contents(of entry: Entry) throws(RuleError) -> [UInt8] {
        switch entry {
        case .embedded(let baseName):
            return EmbeddedRules.contents(of: baseName)
        case .file(let path):
            let answer: Result<[UInt8], RuleError>
            do throws(SystemError) {
                answer = try read(path, limit: RuleStore.maximumSize)
            } catch {
                throw RuleStore.unreadable(path, error)
            }
            return try answer.get()
        }
    }

    /// Reads a file, links in its last component followed as ``DirectoryHandle`` follows others.
    func read(
        _ path: String,
        limit: Int
    ) throws(SystemError) -> Result<[UInt8], RuleError> {
        func refusal(_ message: String) -> Result<[UInt8], RuleError> {
            .failure(RuleError(file: path, message: message))
        }
        let place = try FollowedPath.follow(path)
        let file = try FileDescriptor(
            opening: place.name,
            in: place.directory.descriptor.raw,
            flags: O_RDONLY | O_NONBLOCK | O_NOFOLLOW
        )
        let opened = try FileFacts(of: file, subject: place.name)
        guard opened.kind == .regular else {
            return refusal("expected a regular file, found \(opened.kind.name)")
        }
        if demandsTrust, let objection = RuleStore.objection(to: opened, place.exposure) {
            return refusal("refused for root: \(objection)")
        }
        let bytes = try file.readAll(limit: limit + 1, subject: path)
        return bytes.count > limit ? refusal("expected at most \(limit) bytes") : .success(bytes)
    }

    /// Why somebody other than root decides what a file says; `nil` when nobody does.
    ///
    /// - Parameters:
    ///   - facts: The file.
    ///   - exposure: Why another can be put in its place, ``FollowedPath/exposure``.
    /// - Returns: The end of a sentence.
    static func objection(to facts: FileFacts, _ exposure: String?) -> String? {
        if facts.owner != 0 { return "user \(facts.owner) owns it" }
        if facts.permissions & 0o002 != 0 { return "every user can write it" }
        if facts.permissions & 0o020 != 0 { return "its group can write it" }
        return exposure
    }

    private func list(_ path: String) throws(SystemError) -> Listing {
        let directory = try DirectoryHandle(opening: try FollowedPath.absolute(path))
        let names = try directory.entries(limit: RuleStore.maximumFiles).map(\.name.text)
        let prefix = path.hasSuffix("/") ? path : "\(path)/"
        var listing: Listing = ([], [])
        for name in names {
            if let objection = RuleLayers.objection(to: name) {
                listing.others.append((prefix + name, objection))
            } else {
                listing.files.append((name, .file(path: prefix + name)))
            }
        }
        return listing
    }

    private static func advice(_ place: RuleLayers.Place) -> String {
        if case .home = place { return "set HOME, or use --no-default-rules" }
        return "use --no-default-rules to do without"
    }

    /// Whether a directory is out of reach because another user keeps us out of one above it.
    ///
    /// `setpriv` and the like leave `HOME` as it was: what lies there are not this user's rules.
    static func isElsewhere(_ path: String) -> Bool {
        var facts = stat()
        guard unsafe stat(path, &facts) != 0, errno == EACCES else { return false }
        var reached = ""
        var owner: UInt32 = 0
        for component in path.split(separator: "/") {
            reached += "/\(component)"
            guard unsafe stat(reached, &facts) == 0 else { break }
            owner = facts.st_uid
        }
        return owner != geteuid()
    }

    private static func unreadable(
        _ path: String,
        _ error: SystemError,
        _ origin: String = "",
        advice: String = ""
    ) -> RuleError {
        RuleError(file: path, message: "\(origin)cannot be read: \(error.reason)\(advice)")
    }
}
