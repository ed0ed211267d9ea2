import Glibc
import Testing

@testable import ReaperKit

/// A directory of a test's own that takes everything in it along when the test ends.
struct ScratchDirectory: ~Copyable {
    let path: ByteString

    init() throws {
        var template = Array("/tmp/reaper-test-XXXXXX".utf8CString)
        try #require(unsafe mkdtemp(&template) != nil)
        path = ByteString(template.dropLast().map(UInt8.init(bitPattern:)))
    }

    deinit { ScratchDirectory.removeAll(path) }

    /// The path of `name` in here.
    func child(_ name: String) -> ByteString { path.appending(component: ByteString(name)) }

    /// Writes a file, replacing what its name leads to.
    @discardableResult
    func write(_ name: String, _ text: String, mode: mode_t = 0o644) throws -> ByteString {
        let path = child(name)
        let number = unsafe open(path.text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        let file = FileDescriptor(owning: number)
        try #require(file.raw >= 0)
        let bytes = Array(text.utf8)
        try #require(unsafe Glibc.write(file.raw, bytes, bytes.count) == bytes.count)
        // The mask of the test run must not decide what is tested.
        try #require(fchmod(file.raw, mode) == 0)
        return path
    }

    /// Makes a directory.
    @discardableResult
    func makeDirectory(_ name: String, mode: mode_t = 0o755) throws -> ByteString {
        let path = child(name)
        try #require(unsafe mkdir(path.text, mode) == 0)
        try #require(unsafe chmod(path.text, mode) == 0)
        return path
    }

    /// Makes a symbolic link.
    @discardableResult
    func link(_ name: String, to target: String) throws -> ByteString {
        let path = child(name)
        try #require(unsafe symlink(target, path.text) == 0)
        return path
    }

    /// What a file holds; `nil` when it is not there.
    func text(_ name: String) throws -> String? {
        do throws(SystemError) {
            let file = try FileDescriptor(opening: child(name), flags: O_RDONLY | O_NOFOLLOW)
            return String(decoding: try file.readAll(subject: name), as: UTF8.self)
        } catch {
            if error.code == ENOENT { return nil }
            throw error
        }
    }

    /// The names in here, sorted.
    func names() throws -> [String] {
        let directory = try DirectoryHandle(opening: path)
        return try directory.entries(limit: 1000).map(\.name.text).sorted()
    }

    private static func removeAll(_ path: ByteString) {
        do throws(SystemError) {
            let directory = try DirectoryHandle(opening: path)
            for entry in try directory.entries(limit: 100_000) {
                let child = path.appending(component: entry.name)
                if entry.type == UInt8(DT_DIR) {
                    removeAll(child)
                } else {
                    try directory.unlink(entry.name)
                }
            }
        } catch {
            Issue.record("cleaning up: \(error)")
        }
        _ = unsafe rmdir(path.text)
    }
}

/// The identity of a file as a scan would see it now.
func identity(of path: ByteString) throws -> FileIdentity { try FileFacts(of: path).identity }
