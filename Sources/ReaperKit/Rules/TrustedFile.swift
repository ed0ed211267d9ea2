// For `struct stat`: both modules declare it, and the compiler takes it from either.
import CLinux
import Glibc

/// A file that says what root is to do, such as a plan.
public enum TrustedFile {
    /// Reads all of a regular file that nobody but root can write or replace, as rule files are read.
    ///
    /// - Throws: `RuleError` when it cannot be read, may not be trusted, or is larger than `limit`.
    public static func contents(of path: String, limit: Int) throws(RuleError) -> [UInt8] {
        let answer: Result<[UInt8], RuleError>
        do throws(SystemError) {
            answer = try RuleStore(demandsTrust: true).read(path, limit: limit)
        } catch {
            throw RuleError(file: path, message: "cannot be read: \(error.reason)")
        }
        return try answer.get()
    }

    /// Why root will not believe what is written to this path: whoever owns or can write a directory
    /// on the way can put another file there.
    ///
    /// - Parameter path: Where a file is to be, as it was typed; links are followed.
    /// - Returns: Which directory, and whose; `nil` where it is root's alone, and for what is no
    ///   regular file.
    /// - Throws: Why a directory on the way cannot be opened.
    public static func objection(toWriting path: String) throws(SystemError) -> String? {
        let place = try FollowedPath.follow(path)
        guard place.facts.map({ $0.kind == .regular }) ?? true else { return nil }
        return place.exposure
    }

    /// What makes root read a file that it refused.
    ///
    /// - Parameter path: The file, as it was typed; links are followed.
    /// - Returns: A sentence with the command; `nil` where it is no regular file.
    public static func advice(about path: String) -> String? {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return nil }
        // Whoever owns a directory on the way would put another in its place, whosever it is then.
        let isExposed: Bool
        do throws(SystemError) {
            isExposed = try FollowedPath.follow(path).exposure != nil
        } catch {
            return nil
        }
        let place = "copy it to a directory that only root can write to"
        guard !isExposed else {
            return facts.st_uid == 0 ? place : "\(place), or run reaper as user \(facts.st_uid)"
        }
        var commands: [String] = []
        if facts.st_uid != 0 { commands.append("chown root \(path.quotedForShell)") }
        if facts.st_mode & 0o022 != 0 { commands.append("chmod go-w \(path.quotedForShell)") }
        guard !commands.isEmpty else { return place }
        let command = "if you trust it: \(commands.joined(separator: " && "))"
        guard facts.st_uid != 0 else { return command }
        return command + "; or run reaper as user \(facts.st_uid)"
    }
}
