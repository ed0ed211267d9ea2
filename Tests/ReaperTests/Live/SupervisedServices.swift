import Foundation
import TestSupport

/// A supervisor in a directory of its own; it and all it started end with this value.
final class SupervisedServices {
    let directory: TemporaryDirectory
    let environment: [String: String]

    /// Whom its commands run as; `nil`: whoever runs the tests.
    private let user: UInt32?

    /// Writes a service file; nothing runs yet.
    init(
        _ services: String,
        named name: String = "reaper.json5",
        asUser user: UInt32? = nil
    ) throws {
        self.user = user
        directory = try TemporaryDirectory(worldAccessible: user != nil)
        environment = ["REAPER_STATE_DIR": directory.path("state"), "DIR": directory.path]
        file = directory.path(name)
        try write(services)
    }

    private let file: String

    deinit {
        // Whatever a test has done to it: one that is stopped has to go on to end.
        if let pid = try? supervisor() { kill(pid, SIGCONT) }
        _ = try? command("down", "--force")
    }

    func write(_ services: String) throws {
        let isProcfile = file.hasSuffix("Procfile")
        let text = isProcfile ? services : "{ services: {\n\(services)\n} }"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
    }

    /// Runs a command of the supervisor's.
    @discardableResult
    func command(_ name: String, _ words: String...) throws -> Completion {
        try Binary.reaper.run([name] + words, environment: environment, asUser: user)
    }

    /// Starts the supervisor in the background, and waits for its services.
    @discardableResult
    func up(_ words: String...) throws -> Completion {
        try Binary.reaper.run(
            ["up", "--detach", "-f", file] + words,
            environment: environment,
            asUser: user
        )
    }

    /// Starts the supervisor in the foreground.
    func start(_ words: String...) throws -> RunningProgram {
        try Binary.reaper.start(["up", "-f", file] + words, environment: environment, asUser: user)
    }

    /// The supervisor's process.
    func supervisor() throws -> Int32 { try record().pid }

    /// The supervisor's process, held.
    func supervisorProbe() throws -> ProcessProbe {
        let record = try record()
        return try ProcessProbe("\(record.pid)@\(record.startTicks)")
    }

    private struct Record: Decodable {
        var pid: Int32
        var startTicks: UInt64
    }

    private func record() throws -> Record {
        let data = try Data(contentsOf: URL(filePath: directory.path("state/supervisor.json")))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Record.self, from: data)
    }

    /// One service as `status` tells it.
    struct Standing: Decodable {
        var id: String
        var state: String
        var pid: Int32?
        var identity: String?
        var reason: String?
        var restarts: Int?
    }

    private struct Answer: Decodable { var instances: [Standing] }

    /// How each service is.
    func standings() throws -> [String: Standing] {
        let answer = try command("status", "--json").decoded(as: Answer.self)
        return Dictionary(answer.instances.map { ($0.id, $0) }) { first, _ in first }
    }

    /// Asks until a service is as it should be.
    func wait(for name: String, _ isRight: (Standing) -> Bool) throws -> Standing {
        while true {
            if let standing = try standings()[name], isRight(standing) { return standing }
            sched_yield()
        }
    }

    /// The lines of a file that services write to.
    func lines(_ name: String) -> [String] {
        let text = try? String(contentsOfFile: directory.path(name), encoding: .utf8)
        return (text ?? "").split(separator: "\n").map(String.init)
    }

    /// Removes a file or directory, all at once.
    func remove(_ name: String) throws {
        let away = directory.path("removed")
        try FileManager.default.moveItem(atPath: directory.path(name), toPath: away)
        try FileManager.default.removeItem(atPath: away)
    }

    /// Waits until a file is there.
    func wait(forFile name: String) {
        directory.wait(for: name)
    }
}
