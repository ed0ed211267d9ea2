import CLinux
import Glibc

/// Whether only root decides what a file says: a rule makes root's reaper stop and remove things.
enum RuleTrust {
    /// Why a file's owner and mode let somebody else decide; `nil` when they do not.
    ///
    /// Others may add to a sticky directory such as `/tmp`, but not replace what root put there.
    static func objection(owner: UInt32, mode: UInt16) -> String? {
        let isSticky = mode & FileMode.type == FileMode.directory && mode & FileMode.sticky != 0
        if owner != 0 { return "belongs to user \(owner)" }
        if mode & FileMode.writableByOthers != 0, !isSticky {
            return "can be written by every user"
        }
        if mode & FileMode.writableByGroup != 0, !isSticky { return "can be written by its group" }
        return nil
    }

    /// Why a file, the directory it was opened in, or one above either, is not root's alone.
    static func objection(
        to file: borrowing FileDescriptor,
        in directory: borrowing FileDescriptor,
        _ path: String
    ) throws(SystemError) -> String? {
        let status = try RuleStore.status(of: file, path)
        if let objection = objection(owner: status.stx_uid, mode: status.stx_mode) {
            return "refused for root: it \(objection)"
        }
        // Both, because the name may be a link: then each end of it can be replaced.
        var ancestors = try realPath(of: directory, path).ancestors
        ancestors += try realPath(of: file, path).ancestors.dropLast()
        for ancestor in ancestors {
            let status = try RuleStore.status(of: ancestor)
            if let objection = objection(owner: status.stx_uid, mode: status.stx_mode) {
                return "refused for root: the directory \(ancestor.escapedForTerminal) \(objection)"
            }
        }
        return nil
    }

    /// The path without links that leads to an open file.
    private static func realPath(
        of file: borrowing FileDescriptor,
        _ path: String
    ) throws(SystemError) -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let link = "/proc/self/fd/\(file.raw)"
        let length = unsafe clinux_readlinkat(AT_FDCWD, link, &buffer, buffer.count)
        guard length >= 0 else {
            throw SystemError(call: "readlink", subject: path, code: Int32(-length))
        }
        guard length < buffer.count else {
            throw SystemError(call: "readlink", subject: path, code: ENAMETOOLONG)
        }
        return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The bits of `st_mode` that decide here, inode(7); Glibc and CLinux both name them.
enum FileMode {
    static let type: UInt16 = 0o170_000
    static let directory: UInt16 = 0o040_000
    static let regular: UInt16 = 0o100_000
    static let sticky: UInt16 = 0o001_000
    static let writableByGroup: UInt16 = 0o000_020
    static let writableByOthers: UInt16 = 0o000_002
}

extension String {
    /// This absolute path and each directory above it, the root first.
    fileprivate var ancestors: [String] {
        split(separator: "/").reduce(into: ["/"]) { paths, name in
            paths.append(paths.count == 1 ? "/\(name)" : "\(paths[paths.count - 1])/\(name)")
        }
    }
}
