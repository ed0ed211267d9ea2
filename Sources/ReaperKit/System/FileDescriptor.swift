import CLinux
import Glibc

/// An open descriptor that closes itself exactly once.
public struct FileDescriptor: ~Copyable {
    /// The number, valid while this value lives.
    let raw: Int32

    init(owning raw: Int32) { self.raw = raw }

    // close(2) is never retried: after EINTR the number may already belong to someone else.
    deinit { _ = close(raw) }

    /// Opens `path` relative to `directory`, always close-on-exec.
    init(
        opening path: String,
        in directory: Int32 = AT_FDCWD,
        flags: Int32 = O_RDONLY
    ) throws(SystemError) {
        let result = unsafe clinux_openat(directory, path, flags | O_CLOEXEC)
        raw = try check(result, "openat", path)
    }

    /// Reads to the end, or to `limit` bytes, whichever comes first.
    func readAll(limit: Int = 1 << 20, subject: String) throws(SystemError) -> [UInt8] {
        var contents: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while contents.count < limit {
            let count = unsafe clinux_read(raw, &chunk, min(chunk.count, limit - contents.count))
            if count == -Int(EINTR) { continue }
            guard count >= 0 else {
                throw SystemError(call: "read", subject: subject, code: Int32(-count))
            }
            if count == 0 { break }
            contents.append(contentsOf: chunk[..<count])
        }
        return contents
    }
}
