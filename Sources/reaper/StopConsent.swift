import ReaperKit

/// Whether the user has agreed to stopping instances: naming one is consent, "all" is asked about.
enum StopConsent {
    /// Whether it may come to a question.
    static func mayAsk(_ options: Options) -> Bool {
        (options.action.isInteractive || options.instanceNames.isEmpty)
            && Consent.mayAsk(options)
    }

    /// Whether nothing is done before somebody agrees.
    static func isAwaited(for stop: InstanceStop, _ options: Options) -> Bool {
        let count = stop.targets.count
        let isDue =
            options.action.isInteractive
            ? count > 0 : options.instanceNames.isEmpty && count > 1
        return isDue && !options.action.assumesYes
    }

    /// Asks where asking is due: about several that were not named, and about any with
    /// `--interactive`.
    static func answer(to stop: InstanceStop, _ options: Options) -> Consent.Answer {
        let count = stop.targets.count
        guard isAwaited(for: stop, options) else { return .given }
        guard Consent.mayAsk(options) else {
            let whom = count == 1 ? "1 instance" : "\(count) instances"
            return .refused(
                Consent.Refusal(
                    message:
                        "stop: would stop \(whom), and has no terminal to ask on: name one, or "
                        + "say --yes; --dry-run shows what it would do; nothing was done",
                    status: .usage
                )
            )
        }
        let question = "Stop \(count == 1 ? "this instance" : "these \(count)")? [y/N] "
        guard Consent.reply(to: question) == .yes else {
            return .refused(
                Consent.Refusal(
                    message: "stop: not confirmed, nothing was done",
                    status: .leftOver
                )
            )
        }
        return .asked
    }
}
