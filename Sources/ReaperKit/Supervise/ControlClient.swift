import CLinux
import Glibc

/// A command's end of a supervisor's socket.
public final class ControlClient {
    private let socket: FileDescriptor
    private var received: [UInt8] = []
    /// The supervisor's process, as the kernel says.
    public let supervisor: Int32

    /// Connects.
    ///
    /// - Throws: `ENOENT` or `ECONNREFUSED` where nobody listens; `EPERM` where somebody else does.
    public init(to directory: borrowing StateDirectory) throws(SystemError) {
        let path = "\(directory.path)/\(StateDirectory.socketName)"
        let result = unsafe clinux_unix_connect(directory.socketPath)
        socket = FileDescriptor(owning: try check(result, "connect", path))
        var pid: Int32 = 0
        var user: UInt32 = 0
        try check(unsafe clinux_peer(socket.raw, &pid, &user), "getsockopt", path)
        guard user == geteuid() || user == 0 else {
            throw SystemError(call: "connect", subject: path, code: EPERM)
        }
        supervisor = pid
    }

    /// Asks.
    public func ask(_ request: ControlRequest) throws(SystemError) {
        var rest = request.json
        while !rest.isEmpty {
            let sent = unsafe clinux_send(socket.raw, rest, rest.count)
            if sent == -Int(EAGAIN) {
                _ = Polling.waitToWrite(to: socket.raw)
                continue
            }
            guard sent > 0 else {
                throw SystemError(call: "send", subject: "control socket", code: Int32(-sent))
            }
            rest.removeFirst(Int(sent))
        }
    }

    /// What an answer is.
    public enum Answer: Sendable, Equatable {
        /// A line.
        case line(JSONValue)
        /// The supervisor has let go of the connection.
        case closed
        /// Nothing came in time.
        case silence
    }

    /// The next line, until a time.
    public func next(until time: Duration) -> Answer {
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(received[..<end])
                received.removeSubrange(...end)
                // What is no JSON says nothing.
                guard let value = try? JSON5Reader.read(line, as: .json) else { continue }
                return .line(value)
            }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = unsafe clinux_read(socket.raw, &chunk, chunk.count)
            if count > 0 {
                received += chunk[..<count]
            } else if count == -Int(EAGAIN) {
                var entries = [pollfd(fd: socket.raw, events: Int16(POLLIN), revents: 0)]
                if Polling.wait(for: &entries, until: time) == 0, Clock.monotonic() >= time {
                    return .silence
                }
            } else if count != -Int(EINTR) {
                return .closed
            }
        }
    }
}
