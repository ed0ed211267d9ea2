import Glibc
import ReaperKit

/// What the environment says about `stop` where the command line says nothing.
enum StopSettings {
    static let timeout = "REAPER_STOP_TIMEOUT"
    static let force = "REAPER_FORCE_STOP"
    static let confirm = "REAPER_CONFIRM_STOP"

    /// The longest grace that anything but the command line may ask for.
    private static let longest = Duration.seconds(30)

    /// Fills in what the command line leaves open; a variable that is empty counts as unset.
    ///
    /// Every variable is understood before any is used: a mistake in one that does not matter this
    /// time would matter the next.
    static func apply(
        to options: inout Options,
        reading variable: (String) -> String? = ProgramArguments.variable
    ) throws(UsageError) {
        let grace = try duration(variable)
        let isForced = try flag(force, variable)
        let confirms = try flag(confirm, variable)
        // A grace or a signal on the command line asks for a graceful stop.
        let isGraceful = options.action.timeout != nil || options.action.signal != nil
        if isForced == true, !isGraceful { options.action.isForced = true }
        if let grace, options.action.timeout == nil, !options.action.isForced {
            options.action.timeout = options.action.deadline.map { min($0, grace) } ?? grace
        }
        switch confirms {
        case true? where !options.action.assumesYes && !options.action.isInteractive:
            options.action.isInteractive = true
            options.action.interactiveVariable = confirm
        case false? where !options.action.isInteractive && !options.action.assumesYes:
            options.action.assumesYes = true
            options.action.assumesYesByVariable = true
        default: break
        }
    }

    private static func duration(
        _ variable: (String) -> String?
    ) throws(UsageError) -> Duration? {
        guard let text = variable(timeout), !text.isEmpty else { return nil }
        let value: Duration
        do throws(ValueError) {
            value = try Duration(parsing: text)
        } catch {
            throw refusal(timeout, error)
        }
        guard value <= longest else {
            throw refusal(
                timeout,
                ValueError(
                    text,
                    isNot: "a grace for every stop",
                    expected: "at most 30s; only --timeout may ask for more"
                )
            )
        }
        return value
    }

    private static func flag(
        _ name: String,
        _ variable: (String) -> String?
    ) throws(UsageError) -> Bool? {
        guard let text = variable(name), !text.isEmpty else { return nil }
        switch text.lowercased() {
        case "true", "yes", "on", "1": return true
        case "false", "no", "off", "0": return false
        default:
            throw refusal(name, ValueError(text, isNot: "a choice", expected: "true or false"))
        }
    }

    private static func refusal(_ name: String, _ error: ValueError) -> UsageError {
        UsageError(argument: name, message: error.description, page: "reaper help stop")
    }
}
