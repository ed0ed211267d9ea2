import Glibc
import ReaperKit

/// Files that the command line names, and `-` for standard input.
enum InputFile {
    /// Reads all of a file that decides what is stopped; root reads none that others can write, and
    /// nobody one that is another's.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - limit: More bytes than these are an error.
    ///   - believesOthers: Whether an ordinary user reads what another one has written.
    /// - Returns: What is in it.
    /// - Throws: what to say about it.
    static func authority(
        of path: String,
        limit: Int,
        believesOthers: Bool = false
    ) throws(Objection) -> [UInt8] {
        if !isInherited(path), geteuid() == 0 {
            do throws(RuleError) {
                return try TrustedFile.contents(of: path, limit: limit)
            } catch {
                guard error.message.hasPrefix("refused for root: "),
                    let advice = TrustedFile.advice(about: path)
                else { throw Objection(message: error.description) }
                throw Objection(message: "\(error); \(advice.escapedForTerminal)")
            }
        }
        do throws(SystemError) {
            guard !isInherited(path), !believesOthers else {
                return try contents(of: path, limit: limit)
            }
            return try regularContents(of: path, limit: limit) { facts throws(SystemError) in
                let isOwn = facts.st_uid == geteuid() || facts.st_uid == 0
                guard isOwn, facts.st_mode & S_IWOTH == 0 else {
                    throw SystemError(call: "trust", subject: path, code: EPERM)
                }
            }
        } catch {
            guard error.call == "trust" else {
                throw Objection(message: error.description.escapedForTerminal)
            }
            throw Objection(
                message: path.escapedForTerminal
                    + ": refused: it belongs to another user, or anybody can write it, and it decides "
                    + "what is stopped; use one that you have made"
            )
        }
    }

    /// Why ``authority(of:limit:)`` would refuse what is written to this path; `nil` where it would
    /// not.
    static func objection(toKeepingAt path: String) throws(SystemError) -> String? {
        guard geteuid() == 0, !isInherited(path) else { return nil }
        return try TrustedFile.objection(toWriting: path)
    }

    /// Whether the caller opened it, and so answers for it: `-`, `<(...)`.
    private static func isInherited(_ path: String) -> Bool {
        path == "-" || path == "/dev/stdin" || path.hasPrefix("/dev/fd/")
            || path.hasPrefix("/proc/self/fd/")
    }

    /// Why a file is not read.
    struct Objection: Error {
        /// One line, foreign text escaped.
        var message: String
    }

    /// Reads all of a file, but not more than `limit` bytes.
    static func contents(of path: String, limit: Int) throws(SystemError) -> [UInt8] {
        let descriptor = path == "-" ? dup(0) : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw SystemError(call: "open", subject: path, code: errno)
        }
        defer { _ = close(descriptor) }
        return try contents(of: descriptor, named: path, limit: limit)
    }

    /// Reads all of a regular file, and waits for nobody: what else may lie in a directory that
    /// others write to is not read.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - limit: More bytes than these are an error.
    ///   - check: Asked about the very file that is read, before it is.
    /// - Returns: What is in it.
    /// - Throws: What failed, or what `check` throws.
    static func regularContents(
        of path: String,
        limit: Int,
        checking check: (stat) throws(SystemError) -> Void = { _ throws(SystemError) in }
    ) throws(SystemError) -> [UInt8] {
        let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let descriptor = unsafe open(path, flags)
        guard descriptor >= 0 else {
            throw SystemError(call: "open", subject: path, code: errno)
        }
        defer { _ = close(descriptor) }
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0 else {
            throw SystemError(call: "fstat", subject: path, code: errno)
        }
        guard facts.st_mode & S_IFMT == S_IFREG else {
            throw SystemError(call: "read", subject: path, code: EINVAL)
        }
        try check(facts)
        return try contents(of: descriptor, named: path, limit: limit)
    }

    private static func contents(
        of descriptor: Int32,
        named path: String,
        limit: Int
    ) throws(SystemError) -> [UInt8] {
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SystemError(call: "read", subject: path, code: errno) }
            if count == 0 { return contents }
            contents.append(contentsOf: chunk[..<count])
            guard contents.count <= limit else {
                throw SystemError(call: "read", subject: path, code: EFBIG)
            }
        }
    }
}
