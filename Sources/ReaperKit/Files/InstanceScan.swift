import Glibc

/// What one reading of all instance files found.
public struct InstanceScan: Sendable, Equatable {
    /// Sorted by path; each under the first rule that names it.
    public var files: [InstanceFile] = []
    /// Files that a reaper took away and did not finish with; see ``QuarantineRemover/recover(_:)``.
    public var quarantined: [ByteString] = []
    /// Directories that were refused.
    public var refusals: [DirectoryRefusal] = []
    /// What was left out by a limit, one sentence each.
    public var notes: [String] = []
    /// Rules whose files alone tell that a process has an owner.
    var ownedRules: Set<String> = []
    /// Files that could not be taken apart in time: what they say is not known, and not wrong.
    var late: Set<ByteString> = []

    /// Creates a reading of nothing.
    public init() {}

    /// What could not be looked at and could tell of a process, one sentence each, foreign text
    /// escaped.
    ///
    /// - Parameters:
    ///   - users: Whose processes are asked for; empty stands for everybody's. A file speaks for
    ///     processes of its owner only, root's file for any.
    ///   - areOwners: Whether only files of these users matter, and none of root's.
    ///   - isMeant: Whether a file may tell of whom is asked for.
    /// - Returns: Nothing where nothing can be hidden.
    public func limits(
        concerning users: [UInt32] = [],
        areOwners: Bool = false,
        where isMeant: (InstanceFile) -> Bool = { _ in true }
    ) -> [String] {
        let scope = Scope(users: users, areOwners: areOwners)
        let closed = refusals.filter { scope.concerns($0.owner) }.map(\.error.description)
        let unread = unreadFiles(concerning: users, areOwners: areOwners)
            .filter { isMeant($0.file) }.map(\.reason)
        return (closed + notes).map(\.escapedForTerminal) + unread
    }

    /// The files that could not be read and could tell of a process, and why, foreign text escaped;
    /// parameters as in ``limits(concerning:areOwners:where:)``.
    public func unreadFiles(
        concerning users: [UInt32] = [],
        areOwners: Bool = false
    ) -> [(file: InstanceFile, reason: String)] {
        let scope = Scope(users: users, areOwners: areOwners)
        return files.compactMap { file in
            guard scope.concerns(file.owner), let reason = reason(of: file) else { return nil }
            return (file, reason.escapedForTerminal)
        }
    }

    /// Whose files matter.
    private struct Scope {
        var users: [UInt32]
        var areOwners: Bool

        func concerns(_ owner: UInt32?) -> Bool {
            guard let owner, !users.isEmpty, areOwners || owner != 0 else { return true }
            return users.contains(owner)
        }
    }

    /// Why it is not known whom a file records, where it could record anybody.
    private func reason(of file: InstanceFile) -> String? {
        let isBelieved = file.isBelieved(by: geteuid())
        let isRecord = isBelieved && ownedRules.contains(file.rule)
        switch file.contents {
        case .denied(let code):
            return SystemError(call: "open", subject: file.path.text, code: code).description
        // The word of others leads to no process anyway, and there is no number that long.
        case .oversized(let bytes, _)
        where file.format != .pid && isBelieved:
            return "\(file.path.text) is too big to be read: it holds \(bytes) bytes"
        // Of such files it is known only by them that a process has lost its owner.
        case .malformed(let reason) where isRecord || late.contains(file.path) && isBelieved,
            .unsafe(let reason) where isRecord:
            return "whom \(file.path.text) records is not known: \(reason)"
        case .entries(let entries) where isRecord:
            let flaws = entries.compactMap(\.flaw)
            guard !flaws.isEmpty else { return nil }
            let account = InstanceText.account(of: flaws)
            return "not everybody whom \(file.path.text) records is known: \(account)"
        case .entries, .malformed, .unsafe, .oversized, .socket: return nil
        }
    }
}
