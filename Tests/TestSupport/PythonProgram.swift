import Foundation

extension Machine {
    /// The Python interpreter itself, not one of the scripts that stand before it.
    package static let python: String? = {
        for directory in ["/usr/bin", "/usr/local/bin", "\(NSHomeDirectory())/.pyenv/shims"] {
            let ask = ["\(directory)/python3", "-c", "import sys; print(sys.executable)"]
            guard let process = try? ChildProcess(ask, environment: ["PATH": "/usr/bin:/bin"]),
                let output = try? process.readAll(until: .now + .seconds(30)),
                (try? process.wait(until: .now + .seconds(30))) == .exited(0)
            else { continue }
            let path = output.trimmingCharacters(in: .whitespacesAndNewlines)
            return URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        }
        return nil
    }()
}

/// A Python program under test conditions; it and what it started end with this value.
///
/// It says `NAME PID@START` for each of its processes on standard output, and `ready` at last. All
/// of them end when their standard input does: ``prelude`` holds what makes a program one of these.
package final class PythonProgram {
    /// What it said of its processes; `root` is the one that was started.
    package private(set) var processes: [String: ProcessProbe] = [:]
    private let process: ChildProcess
    private let watchdog = ContinuousClock.now + .seconds(120)

    /// Starts the interpreter with these arguments and returns when all is ready.
    package init(_ arguments: [String], environment: [String: String]) throws {
        guard let python = Machine.python else { throw SupportError("there is no python3") }
        var variables = ["PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"]
        variables.merge(environment) { _, given in given }
        process = try ChildProcess([python] + arguments, environment: variables)
        var rest: [UInt8] = []
        while true {
            let words = try process.line(&rest, until: watchdog).split(separator: " ")
            if words == ["ready"] { break }
            guard words.count == 2 else { throw SupportError("unexpected: \(words)") }
            processes[String(words[0])] = try ProcessProbe(words[1])
        }
    }

    deinit {
        // Who is stopped does not see the end of its input.
        for probe in processes.values where !probe.hasEnded { try? probe.send(SIGKILL) }
    }

    /// The process that is called `name`.
    package subscript(_ name: String) -> ProcessProbe {
        get throws {
            guard let probe = processes[name] else {
                throw SupportError("no '\(name)' among \(processes.keys.sorted())")
            }
            return probe
        }
    }

    /// The process that was started.
    package var root: ProcessProbe { get throws { try self["root"] } }

    /// Kills the root without warning, as a crash would, and buries it.
    package func crash() throws {
        try root.send(SIGKILL)
        _ = try process.wait(until: watchdog)
    }

    /// Waits for the root's own end, and buries it.
    package func wait() throws -> Ending { try process.wait(until: watchdog) }

    /// Python that a stand-in begins with: `tell(NAME)`, `ready()` and `stay()`.
    package static let prelude = """
        import os, signal, sys, threading

        def tell(name, pid=None):
            fields = open('/proc/%s/stat' % (pid or 'self')).read().rsplit(')', 1)[1].split()
            line = '%s %d@%s\\n' % (name, pid or os.getpid(), fields[19])
            os.write(1, line.encode())

        def ready():
            os.write(1, b'ready\\n')

        def stay():
            def leash():
                while os.read(0, 4096):
                    pass
                os._exit(0)
            threading.Thread(target=leash, daemon=True).start()
            while True:
                signal.pause()

        """
}

extension ChildProcess {
    /// The next line of standard output; `pending` holds what came with it.
    fileprivate func line(
        _ pending: inout [UInt8],
        until deadline: ContinuousClock.Instant
    ) throws(SupportError) -> String {
        while true {
            if let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeSubrange(...end)
                return line
            }
            let chunk = try chunk(until: deadline)
            guard !chunk.isEmpty else {
                throw SupportError("pid \(pid) ended without a word: \(errorText)")
            }
            pending += chunk
        }
    }

    /// Standard output up to its end.
    fileprivate func readAll(
        until deadline: ContinuousClock.Instant
    ) throws(SupportError) -> String {
        var bytes: [UInt8] = []
        while true {
            let chunk = try chunk(until: deadline)
            if chunk.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk
        }
    }

    private var errorText: String {
        // A child of it may hold this open.
        guard errorOutput.isReadable(until: .now) else { return "" }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe read(errorOutput.raw, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    }

    private func chunk(until deadline: ContinuousClock.Instant) throws(SupportError) -> [UInt8] {
        guard output.isReadable(until: deadline) else {
            throw SupportError("pid \(pid) said nothing in time")
        }
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        let count = unsafe read(output.raw, &chunk, chunk.count)
        return Array(chunk.prefix(max(count, 0)))
    }
}
