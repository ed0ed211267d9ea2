import Foundation
import TestSupport
import Testing

/// A directory with the programs, files and rules of a system of its own.
///
/// Rules: `live.job` (`bin/job*`, files in `run`), `live.boss` (`bin/boss`, files in `bosses`; it
/// starts jobs again), `live.silent` (files in `silent`, no way to stop), `live.service` (files in
/// `services`, no way to stop, owned by a boss), and `live.node`, marked by
/// a variable that no other test uses: `flow=... node=...`.
struct LiveInstances {
    /// A number that the kernel gives to nobody: it counts up to this one, and not to it.
    static let nobody: Int32 = {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/pid_max", encoding: .utf8)
        let number = text?.trimmingCharacters(in: .whitespacesAndNewlines)
        return number.flatMap { Int32($0) } ?? 4_194_304
    }()

    let directory: TemporaryDirectory
    /// The variable that marks nodes.
    let variable: String
    private let rules: String

    init(worldAccessible: Bool = false) throws {
        directory = try TemporaryDirectory(worldAccessible: worldAccessible)
        let path = directory.path
        variable = "LIVE_" + (path.split(separator: "-").last.map(String.init) ?? "")
        func files(_ directory: String) -> String {
            "instance: { files: ['\(path)/\(directory)/*.json'], format: 'json', pid: 'pid',"
                + " id: 'id', alias: 'alias' }"
        }
        rules = try directory.write(
            """
            { name: 'live', title: 'Live tests', rules: [
              { id: 'job', title: 'A job', match: { exe: ['\(path)/bin/job*'] }, \(files("run")),
                stop: { signal: 'TERM', timeout: '20s' }, after: ['boss'] },
              { id: 'boss', title: 'A boss', match: { exe: ['\(path)/bin/boss'] },
                \(files("bosses")), stop: { signal: 'TERM', timeout: '20s', order: 'root-first' } },
              { id: 'silent', title: 'A pid file', \(files("silent")), keep: true },
              { id: 'service', title: 'A service of a boss', \(files("services")), keep: true,
                owner: { exe: ['\(path)/bin/boss'] } },
              { id: 'node', title: 'A node', match: { env: ['\(variable)'] },
                owner: { exe: ['\(path)/bin/boss'] },
                instance: { env: '\(variable)',
                  pattern: 'flow=(?<id>[a-z0-9-]+)|node=(?<node>[a-z]+)' },
                stop: { signal: 'TERM', timeout: '20s' } } ] }
            """,
            to: "rules/live.json5"
        )
    }

    /// A job that runs, and the file that tells of it.
    func job(
        _ id: String,
        alias: String? = nil,
        _ words: [String] = ["sleep"],
        exe: String? = nil,
        in place: String = "run"
    ) throws -> Specimen {
        let program = directory.path(exe ?? "bin/job-\(id)")
        let specimen = try Specimen(words + ["--exe", program])
        try record(id, alias: alias, specimen.root.pid, in: place)
        return specimen
    }

    /// Three marked nodes of one flow, one of which has a child.
    func flow(_ id: String, stubborn: Bool = false) throws -> [Specimen] {
        func mark(_ node: String) -> [String] { ["--env", "\(variable)=node=\(node) flow=\(id)"] }
        return [
            try Specimen(["sleep", "--setsid"] + mark("camera")),
            try Specimen(["tree", "--depth", "1", "--width", "1"] + mark("plot")),
            try Specimen([stubborn ? "term-ignorer" : "sleep"] + mark("sink")),
        ]
    }

    @discardableResult
    func record(
        _ id: String,
        alias: String? = nil,
        _ pid: Int32,
        in place: String = "run"
    ) throws -> String {
        let alias = alias.map { ", \"alias\": \"\($0)\"" } ?? ""
        return try directory.write(
            "{\"id\": \"\(id)\"\(alias), \"pid\": \(pid)}\n",
            to: "\(place)/\(id).json"
        )
    }

    func has(_ file: String) -> Bool { directory.contains("\(file).json") }

    func run(
        _ command: String,
        _ words: [String],
        environment: [String: String] = [:],
        asUser user: UInt32? = nil
    ) throws -> Completion {
        try Binary.reaper.run(
            arguments(command, words),
            environment: environment,
            asUser: user
        )
    }

    func list(_ words: String...) throws -> Completion { try run("list", words) }

    func stop(_ words: String...) throws -> Completion { try run("stop", words) }

    /// Runs reaper on a terminal, and types `answer` when it asks.
    func onTerminal(_ words: String..., answer: String) throws -> Completion {
        let words = [Binary.reaper.path] + arguments("stop", words)
        return try Binary.specimen.run(["terminal"] + words, input: answer)
    }

    private func arguments(_ command: String, _ words: [String]) -> [String] {
        [command, "--no-default-rules", "--rules", rules] + words
    }
}

/// What `list --json` says.
struct LiveListing: Decodable {
    struct Entry: Decodable {
        struct Process: Decodable {
            let node: String?
            let identity: String
            let inherited: Bool
        }

        struct Port: Decodable { let port: UInt16 }

        let system: String
        let rule: String
        let id: String
        let alias: String?
        let identity: String?
        let pid: Int32?
        let state: String
        let processState: String?
        let remaining: [String]?
        let reason: String?
        let file: String?
        let ports: [Port]?
        let startedAt: String?
        let processes: [Process]?
    }

    let complete: Bool
    let instances: [Entry]

    subscript(_ id: String) -> Entry? { instances.first { $0.id == id } }
}

extension Completion {
    /// The instances, which are held to the schema on the way.
    func listing() throws -> LiveListing {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "schema/instances.schema.json")
        let schema = try JSONSchema(Data(contentsOf: file))
        guard let violations = try? schema.violations(in: Data(output)) else {
            throw SupportError("no JSON: \(text.prefix(400)) \(errorText.prefix(400))")
        }
        #expect(violations == [])
        return try decoded(as: LiveListing.self)
    }
}
