import Glibc
import ReaperKit

/// A command's talk with a supervisor: what it asks, and what it shows of the answer.
struct ServiceClient: ~Copyable {
    private let client: ControlClient
    /// The supervisor's process.
    var supervisor: Int32 { client.supervisor }

    /// How long a supervisor may take to say anything.
    static let patience = Duration.seconds(2)

    /// Talks to the supervisor of a state directory.
    ///
    /// One whose directory was removed makes it anew; only one that does not go on cannot.
    ///
    /// - Returns: `nil` where none is alive.
    static func ifRunning(
        in path: String,
        _ body: (borrowing ServiceClient) -> ExitStatus
    ) -> ExitStatus? {
        let end = Clock.monotonic() + patience
        while true {
            if let status = ifReachable(in: path, body) { return status }
            guard let supervisor = StateDirectory.displacedSupervisor(of: path) else { return nil }
            guard Clock.monotonic() < end else {
                Diagnostics.report(SupervisorFailure.isDisplaced(path, supervisor).message)
                return .leftOver
            }
            Polling.wait(until: Clock.monotonic() + .milliseconds(20))
        }
    }

    /// Talks to it where its socket is.
    ///
    /// - Returns: `nil` where nobody listens there.
    static func ifReachable(
        in path: String,
        _ body: (borrowing ServiceClient) -> ExitStatus
    ) -> ExitStatus? {
        let directory: StateDirectory
        do throws(SystemError) {
            directory = try StateDirectory(opening: path, creating: false)
        } catch {
            if error.code == ENOENT { return nil }
            Diagnostics.report(error.description.escapedForTerminal)
            return error.code == EPERM ? .usage : .incomplete
        }
        do throws(SystemError) {
            return body(ServiceClient(client: try ControlClient(to: directory)))
        } catch {
            if error.code == ENOENT || error.code == ECONNREFUSED { return nil }
            Diagnostics.report(error.description.escapedForTerminal)
            return .incomplete
        }
    }

    /// What came of asking.
    enum Answer {
        /// The last line.
        case done(JSONValue)
        /// The supervisor has ended, or was killed, before it could say.
        case closed
        /// It says nothing.
        case silent
    }

    /// Asks, and shows what is told until the answer is there.
    borrowing func ask(_ request: ControlRequest, _ output: OutputOptions) -> ExitStatus {
        switch answer(to: request, output) {
        case .done(let value):
            let status = Self.status(of: value)
            if let message = value["message"]?.string {
                Diagnostics.report(message.escapedForTerminal)
            }
            return status
        case .closed:
            Diagnostics.report("the supervisor has ended before it could answer")
            return .leftOver
        case .silent: return tellSilence()
        }
    }

    /// The status in a last line.
    static func status(of answer: JSONValue) -> ExitStatus {
        answer["status"]?.integer.flatMap(Int32.init(exactly:)).flatMap(ExitStatus.init)
            ?? .leftOver
    }

    /// Says that the supervisor lives and does not answer.
    borrowing func tellSilence() -> ExitStatus {
        let standstill = ProcessStandstill.of(supervisor).map { ": it is \($0)" } ?? ""
        Diagnostics.report(
            "the supervisor, process \(supervisor), does not answer\(standstill); it is left alone,"
                + " and so are its services"
        )
        return .incomplete
    }

    /// Asks, and takes in lines until the last one.
    borrowing func answer(to request: ControlRequest, _ output: OutputOptions) -> Answer {
        do throws(SystemError) { try client.ask(request) } catch { return .closed }
        // One that is alive answers a change with its first step, and that can take its time.
        var patience = Self.patience
        while true {
            switch client.next(until: Clock.monotonic() + patience) {
            case .closed: return .closed
            case .silence:
                guard patience == Self.patience, request.isSlow, isAlive() else { return .silent }
                continue
            case .line(let value):
                if value["done"] != nil { return .done(value) }
                if !output.isQuiet { Self.show(value) }
                patience = Self.patience
            }
        }
    }

    /// Whether the supervisor answers anybody.
    private borrowing func isAlive() -> Bool { ProcessStandstill.of(supervisor) == nil }

    private static func show(_ line: JSONValue) {
        let service = line["service"]?.string.map { "\($0): " } ?? ""
        if let text = line["text"]?.string {
            Diagnostics.write("\((service + text).escapedForTerminal)\n")
        } else if let state = line["state"]?.string {
            let reason = line["reason"]?.string.map { " (\($0))" } ?? ""
            Diagnostics.write("\((service + state + reason).escapedForTerminal)\n")
        }
    }
}

extension ControlRequest {
    /// Whether the answer comes only when something has happened.
    var isSlow: Bool { self != .status }
}
