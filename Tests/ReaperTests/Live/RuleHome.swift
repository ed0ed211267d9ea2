import Foundation
import TestSupport
import Testing

/// A home of its own for the rules that ship: their files, caches and sockets all lie below it.
struct RuleHome {
    /// Above the highest number that Linux hands out, 4194303 at most: nobody has it.
    static let nobody = 4_194_303

    let directory: TemporaryDirectory

    /// `worldAccessible` lets another user's reaper work in it.
    init(worldAccessible: Bool = false) throws {
        directory = try TemporaryDirectory(worldAccessible: worldAccessible)
    }

    var environment: [String: String] {
        [
            "HOME": directory.path, "TMPDIR": path("tmp"), "XDG_RUNTIME_DIR": path("run"),
            "PWD": path("project"),
        ]
    }

    func path(_ name: String) -> String { directory.path(name) }

    /// Writes a file that is old enough to be judged at once, and younger than this boot.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let path = try directory.write(text, to: name)
        try age(path)
        return path
    }

    /// Makes a file old enough to be judged at once.
    func age(_ path: String) throws {
        let attributes: [FileAttributeKey: Any] = [
            .modificationDate: Date(timeIntervalSinceNow: -5)
        ]
        try FileManager.default.setAttributes(attributes, ofItemAtPath: path)
    }

    func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: path(name),
            withIntermediateDirectories: true
        )
    }

    func run(_ words: [String], asUser user: UInt32? = nil) throws -> Completion {
        try Binary.reaper.run(words + ["--json"], environment: environment, asUser: user)
    }

    func scan(_ words: String...) throws -> LiveReport { try run(["scan"] + words).report() }

    func clean(_ words: String...) throws -> Completion { try run(["clean", "--yes"] + words) }

    /// Scans for the process, wants it found by the rule, cleans it away, and returns the report.
    ///
    /// Only this process and its tree: other tests' processes look the same.
    @discardableResult
    func expectStopped(
        _ specimen: borrowing Specimen,
        by rule: String,
        _ more: String...
    ) throws -> Completion {
        let root = try specimen.root
        let words = ["--orphans", "--rule", rule, "--pid", root.identity]
        let finding = try run(["scan"] + words).report().finding(about: root)
        #expect(finding?.rule == rule)
        // Under a service manager the verdict names the unit and is only probable.
        let include = finding?.verdict == "probable" ? ["--include-probable"] : []
        let completion = try run(["clean", "--yes"] + words + include + more)
        #expect(root.hasEnded)
        return completion
    }

    /// Wants the rule not to find the process, and a clean for it to leave all of it alone.
    func expectLeftAlone(_ specimen: borrowing Specimen, by rule: String) throws {
        let root = try specimen.root
        let words = ["--orphans", "--rule", rule, "--pid", root.identity]
        #expect(try run(["scan"] + words).report().finding(about: root) == nil)
        #expect(try run(["clean", "--yes"] + words).report().target(root) == nil)
        #expect(root.state == .running)
    }
}
