import Foundation

/// A staged situation of live processes, which ends with this value.
///
/// The modes and options are those of the `specimen` program, listed in its `Subject.swift`.
package final class Specimen {
    /// Every process that reported ready, by name; the main one is `root`.
    package private(set) var processes: [String: ProcessProbe] = [:]
    /// The same as `pid@start`, in the numbers of the situation's own pid namespace.
    package let identities: [String: String]
    /// What else the situation says about itself, such as `port`, `path` and `exe`.
    package let facts: [String: String]

    private let process: ChildProcess
    private let isolated: Bool
    private var pending: [UInt8] = []
    private var events: [Event] = []
    private var end: End?
    private let watchdog = ContinuousClock.now + .seconds(600)

    /// One line the specimen prints while it runs.
    package struct Event: Decodable, Hashable, Sendable {
        /// `signal`, `ended`, `born`, or `empty` once no process of the situation lives.
        package let event: String
        package let name: String?
        package let signal: String?
        package let status: String?
        package let pid: Int32?
    }

    /// What had happened until the situation was ended.
    package struct End: Decodable, Hashable, Sendable {
        /// The names of the processes that were still alive.
        package let alive: Set<String>
        /// `NAME SIGNAL` in the order of arrival, such as `root.0 TERM`.
        package let signals: [String]
        /// How processes ended that were buried by one of ours: `exit 0` or `KILL`.
        package let ended: [String: String]
        /// Whether nothing was left, processes without a name included.
        package let empty: Bool
    }

    private struct Staged: Decodable {
        let processes: [String: String]
        let facts: [String: String]
    }

    private struct Failure: Decodable {
        let event: String
        let message: String?
    }

    /// Stages a situation and returns when all of it is ready.
    package convenience init(_ arguments: String...) throws { try self.init(arguments) }

    /// Stages it in user, pid and mount namespaces of its own when it is `isolated`: there nobody
    /// else takes or frees a number, and the numbers mean nothing outside.
    package init(_ arguments: [String], isolated: Bool = false) throws {
        self.isolated = isolated
        let room = isolated ? Machine.unshare + ["--kill-child"] : []
        let words = room + [Binary.specimen.path] + arguments
        let process = try ChildProcess(words, environment: [:])
        self.process = process
        var rest: [UInt8] = []
        let line = try process.readLine(&rest, until: watchdog)
        let failure = try JSONDecoder().decode(Failure.self, from: line)
        if let message = failure.message {
            throw SupportError("specimen \(arguments.joined(separator: " ")): \(message)")
        }
        let staged = try JSONDecoder().decode(Staged.self, from: line)
        facts = staged.facts
        pending = rest
        identities = staged.processes
        // From outside the numbers would name somebody else.
        if !isolated { processes = try staged.processes.mapValues { try ProcessProbe($0) } }
    }

    deinit { _ = try? finish() }

    /// The process that is called `name`.
    package subscript(_ name: String) -> ProcessProbe {
        get throws {
            guard let probe = processes[name] else {
                throw SupportError("no '\(name)' among \(processes.keys.sorted())")
            }
            return probe
        }
    }

    /// The main process.
    package var root: ProcessProbe { get throws { try self["root"] } }

    package var port: UInt16 {
        get throws {
            guard let port = facts["port"].flatMap({ UInt16($0) }) else {
                throw SupportError("this specimen has no port")
            }
            return port
        }
    }

    /// The process that stages it, and adopts what loses its parent unless told otherwise.
    package var keeper: Int32 { process.pid }

    /// Runs reaper in the namespaces of an isolated situation.
    package func reaper(_ arguments: [String], input: String = "") throws -> Completion {
        guard isolated else { throw SupportError("this specimen is not isolated") }
        // unshare(1) waits for its only child, which is PID 1 of the namespace.
        let path = "/proc/\(keeper)/task/\(keeper)/children"
        let children = try String(contentsOfFile: path, encoding: .utf8).split(separator: " ")
        guard let first = children.first else { throw SupportError("\(path) is empty") }
        let words = ["-t", String(first), "-U", "-p", "-m", "--preserve-credentials", "--"]
        return try Binary(path: "/usr/bin/nsenter")
            .run(words + [Binary.reaper.path] + arguments, input: input)
    }

    /// Lets a `slow-exit` that has received its TERM exit.
    package func letGo() { process.write(Array("release\n".utf8)) }

    /// Waits for an event, and drops those before it.
    @discardableResult
    package func wait(for kind: String, name: String? = nil, signal: String? = nil) throws -> Event
    {
        while true {
            let line = try process.readLine(&pending, until: watchdog)
            let event = try JSONDecoder().decode(Event.self, from: line)
            guard event.event == kind, name == nil || event.name == name,
                signal == nil || event.signal == signal
            else { continue }
            return event
        }
    }

    /// Ends everything that is left, and says what had happened before.
    package func finish() throws -> End {
        if let end { return end }
        process.closeInput()
        while true {
            let line = try process.readLine(&pending, until: watchdog)
            guard let end = try? JSONDecoder().decode(End.self, from: line) else { continue }
            _ = try process.wait(until: watchdog)
            self.end = end
            return end
        }
    }

    /// Kills the keeper without warning, as a crash of the test run would.
    package func crash() throws {
        try process.send(SIGKILL)
        _ = try process.wait(until: watchdog)
    }
}

extension ChildProcess {
    /// The next line of standard output; `pending` holds what came with it.
    fileprivate func readLine(
        _ pending: inout [UInt8],
        until deadline: ContinuousClock.Instant
    ) throws(SupportError) -> Data {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Data(pending[..<end])
                pending.removeSubrange(...end)
                return line
            }
            guard output.isReadable(until: deadline) else {
                throw SupportError("pid \(pid) said nothing in time")
            }
            var chunk = [UInt8](repeating: 0, count: 1 << 14)
            let count = unsafe read(output.raw, &chunk, chunk.count)
            guard count > 0 else { throw SupportError("pid \(pid) ended without a word") }
            pending += chunk[..<count]
        }
    }
}
