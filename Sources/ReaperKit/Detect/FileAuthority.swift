/// Whether what a file says may lead to a signal.
public enum FileAuthority: Sendable, Equatable {
    /// It may.
    case granted
    /// It may not; the text says why, as the end of a sentence.
    case refused(String)
}

extension InstanceFile {
    /// Whether this file may have `process` signalled.
    ///
    /// A user who can write a pid file must not choose whom somebody with more rights stops: a
    /// file speaks for processes of its owner only, root's file for any, and a file that others
    /// can write or swap for none. Who owns both file and process, and is not root, lends nobody
    /// any rights: the file may be writable by a group then, as a umask of 002 leaves it.
    ///
    /// - Parameters:
    ///   - process: Whom the file leads to.
    ///   - user: Who would signal it.
    /// - Returns: Whether it may, or why not.
    public func mayActOn(_ process: ProcessRecord, for user: UInt32 = 0) -> FileAuthority {
        if isWritableByOthers, user == 0 || user != owner {
            return .refused("users other than its owner can write or replace \(path.text)")
        }
        guard owner != 0 else { return .granted }
        guard let user = process.status?.known?.realUser else {
            return .refused("the user of process \(process.pid) could not be read")
        }
        guard user == owner else {
            return .refused(
                "\(path.text) belongs to user \(owner), process \(process.pid) to user \(user)"
            )
        }
        return .granted
    }

    /// Whether what it says is this user's own word or root's.
    func isBelieved(by user: UInt32) -> Bool {
        owner == 0 ? !isWritableByOthers : owner == user
    }
}
