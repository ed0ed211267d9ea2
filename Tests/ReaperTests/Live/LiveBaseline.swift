import Foundation
import TestSupport

/// A snapshot that reaper took, in a directory of its own.
///
/// Everybody else's tests run meanwhile: whoever compares with it asks for what is its own, by
/// `--in` or `--kind`, or looks for that in the report.
struct LiveBaseline {
    let directory: TemporaryDirectory
    /// JSON5, or nothing.
    let rules: String?
    /// Who runs reaper; `nil` stands for whoever runs the tests.
    let user: UInt32?

    /// Takes it.
    init(in directory: TemporaryDirectory, rules: String? = nil, asUser user: UInt32? = nil) throws
    {
        self.directory = directory
        self.rules = rules
        self.user = user
        let words = ["snapshot", "-q"]
        let completion = try Binary.reaper.run(words, rules: rules, asUser: user)
        guard completion.code == 0 else { throw SupportError(completion.errorText) }
        try directory.write(completion.text, to: "before.json")
    }

    var path: String { directory.path("before.json") }

    func run(_ words: [String]) throws -> Completion {
        try Binary.reaper.run(words + own(words) + ["--since", path], rules: rules, asUser: user)
    }

    /// Leaves out other users' new processes, whose executables only root may read.
    private func own(_ words: [String]) -> [String] {
        words.contains("--in") ? ["--user", "\(geteuid())"] : []
    }

    func scan(_ words: String...) throws -> Completion { try run(["scan", "--json"] + words) }

    /// Changes it: what a test cannot bring about can be written.
    func edit(_ change: (inout [String: Any]) throws -> Void) throws {
        let data = Data(try directory.read("before.json").utf8)
        guard var object = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
            throw SupportError("no object")
        }
        try change(&object)
        let text = try JSONSerialization.data(withJSONObject: object)
        try directory.write(String(decoding: text, as: UTF8.self), to: "before.json")
    }

    /// Makes a process one that was there already.
    func add(_ processes: ProcessProbe...) throws {
        try edit { object in
            let known = object["processes"] as? [String] ?? []
            object["processes"] = known + processes.map(\.identity)
        }
    }
}
