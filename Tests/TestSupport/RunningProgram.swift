import CLinux
import CSpecimen
import Foundation

/// What a program said and how it ended.
package struct Completion: Sendable {
    package let ending: Ending
    package let output: [UInt8]
    package let errorOutput: [UInt8]

    package init(ending: Ending, output: [UInt8], errorOutput: [UInt8]) {
        self.ending = ending
        self.output = output
        self.errorOutput = errorOutput
    }

    /// The exit code; nil when a signal ended it.
    package var code: Int32? {
        if case .exited(let code) = ending { code } else { nil }
    }

    package var text: String { String(decoding: output, as: UTF8.self) }

    package var errorText: String { String(decoding: errorOutput, as: UTF8.self) }

    /// The output decoded from JSON, whose keys are in snake case.
    package func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(output))
    }

    /// The output as a JSON object, for tests that look at a few keys.
    package func jsonObject() throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(output))
        guard let object = value as? [String: Any] else {
            throw SupportError("not a JSON object: \(text)")
        }
        return object
    }
}

/// A program under test while it runs.
package final class RunningProgram {
    private let process: ChildProcess
    private let directory: TemporaryDirectory
    /// Only keeps continuous integration from hanging; no test depends on it.
    private let watchdog = ContinuousClock.now + .seconds(600)

    package var pid: Int32 { process.pid }

    /// Whether it has ended, though nobody has waited for it yet.
    package var hasEnded: Bool { status("State").map { $0.hasPrefix("Z") } ?? true }

    /// How often it has waited for something since it was started; proc_pid_status(5).
    package var waits: Int { status("voluntary_ctxt_switches").flatMap { Int($0) } ?? 0 }

    /// The value of a line of `/proc/PID/status`.
    private func status(_ key: String) -> Substring? {
        let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = text?.split(separator: "\n").first { $0.hasPrefix("\(key):\t") }
        return line?.dropFirst(key.count + 2)
    }

    /// Lets it wait so many times more, which takes as long as it takes.
    ///
    /// - Returns: Whether it still runs then.
    package func goesOn(forWaits count: Int) -> Bool {
        let end = waits + count
        while !hasEnded {
            if waits >= end { return true }
            sched_yield()
        }
        return false
    }

    init(
        _ binary: Binary,
        _ arguments: [String],
        environment: [String: String],
        user: UInt32?
    ) throws {
        let home = try TemporaryDirectory(worldAccessible: user != nil)
        var variables = [
            "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "HOME": home.path,
            "XDG_CONFIG_HOME": home.path("config"), "XDG_RUNTIME_DIR": home.path("run"),
            "XDG_STATE_HOME": home.path("state"), "LC_ALL": "C.UTF-8",
        ]
        variables.merge(environment) { _, given in given }
        var words = [binary.path] + arguments
        if let user {
            let copy = home.path("bin/\(URL(fileURLWithPath: binary.path).lastPathComponent)")
            words = [Binary.specimen.path, "exec", "\(user)", copy] + words
        }
        process = try ChildProcess(words, environment: variables)
        directory = home
    }

    package func write(_ text: String) { process.write(Array(text.utf8)) }

    package func closeInput() { process.closeInput() }

    package func send(signal: Int32) throws { try process.send(signal) }

    /// Reads both outputs to their ends and waits for the exit.
    package func finish() throws -> Completion {
        var streams = [Stream(process.output.raw), Stream(process.errorOutput.raw)]
        while streams.contains(where: \.isOpen) {
            var polled = streams.map {
                pollfd(fd: $0.isOpen ? $0.descriptor : -1, events: Int16(POLLIN), revents: 0)
            }
            let left = watchdog - .now
            guard left > .zero else {
                throw SupportError("pid \(pid) still runs after ten minutes")
            }
            let timeout = Int32(left / .milliseconds(1)) + 1
            guard unsafe poll(&polled, nfds_t(polled.count), timeout) > 0 else { continue }
            for index in streams.indices where polled[index].revents != 0 { streams[index].read() }
        }
        let ending = try process.wait(until: watchdog)
        return Completion(ending: ending, output: streams[0].bytes, errorOutput: streams[1].bytes)
    }
}

/// One output of a program, collected until its end.
private struct Stream {
    let descriptor: Int32
    private(set) var bytes: [UInt8] = []
    private(set) var isOpen = true

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    mutating func read() {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
        if count > 0 { bytes += chunk[..<count] }
        if count == 0 || (count < 0 && errno != EINTR) { isOpen = false }
    }
}
