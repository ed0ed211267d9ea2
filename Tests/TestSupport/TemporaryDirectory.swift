import CLinux
import CSpecimen
import Foundation

/// A directory of one test, removed with everything in it at the end.
package final class TemporaryDirectory: Sendable {
    /// The absolute path without symbolic links, as `/proc` shows it.
    package let path: String

    /// Creates it; `worldAccessible` lets processes of other users work in it.
    package init(worldAccessible: Bool = false) throws(SupportError) {
        let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
        var template = Array("\(base)/reaper-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw SupportError("mkdtemp \(base) failed") }
        path = String(
            decoding: template.dropLast().map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
        // Not through mkdir's mode, which the umask would trim.
        if worldAccessible { try require(unsafe chmod(path, 0o777), "chmod", path) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of something in it, whether or not it exists.
    package func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Waits until something of this name is in it.
    package func wait(for name: String) {
        while !FileManager.default.fileExists(atPath: path(name)) { sched_yield() }
    }

    /// Writes a file, making its directories as needed, and returns its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        let target = path(name)
        let parent = URL(fileURLWithPath: target).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: target))
        return target
    }

    package func read(_ name: String) throws -> String {
        try String(contentsOf: URL(fileURLWithPath: path(name)), encoding: .utf8)
    }

    /// Whether something is there, without following a link.
    package func contains(_ name: String) -> Bool {
        var status = stat()
        return unsafe lstat(path(name), &status) == 0
    }
}
