import Glibc
import ReaperKit

/// Whether the user has agreed to a plan; a selector is consent, a terminal is asked.
enum Consent {
    /// Why nothing is done.
    struct Refusal {
        var message: String
        var status: ExitStatus
    }

    /// What came of it.
    enum Answer {
        /// The command line said it.
        case given
        /// A person said it just now, after some time.
        case asked
        case refused(Refusal)
    }

    /// Whether a person may be asked.
    static func mayAsk(_ options: Options) -> Bool {
        !options.action.assumesYes && isatty(0) == 1 && isatty(2) == 1
    }

    /// Asks where asking is due.
    ///
    /// On a terminal more than one root process asks first, and no answer means no. Off a terminal
    /// nobody can be asked: a selector, or `--yes`, must have said it.
    static func answer(to plan: ShutdownPlan, _ options: Options) -> Answer {
        if options.action.assumesYes || plan.isNothingToDo { return .given }
        guard mayAsk(options) else {
            guard !options.isSelected, options.action.planFile == nil else { return .given }
            return .refused(
                Refusal(
                    message: "clean: without a selector, and without a terminal to ask on, this "
                        + "needs --yes; --dry-run shows what it would do; nothing was done",
                    status: .usage
                )
            )
        }
        let roots = Set((plan.targets + plan.others).map(\.root))
        guard roots.count > 1 || (!options.isSelected && !plan.isNothingToDo) else {
            return .given
        }
        Diagnostics.write(question(plan, roots.count))
        guard answersYes() else {
            let message = "clean: not confirmed, nothing was done"
            return .refused(Refusal(message: message, status: .leftOver))
        }
        return .asked
    }

    private static func question(_ plan: ShutdownPlan, _ roots: Int) -> String {
        var text = ""
        for target in plan.targets where target.depth == 0 {
            let label = "\(target.name.text) (\(target.identity)): \(target.reason)"
            text += "  stop    \(label.escapedForTerminal)\n"
        }
        for target in plan.others where target.depth == 0 {
            let label = "\(target.name.text) (\(target.identity)): \(target.reason)"
            text += "  then    \(label.escapedForTerminal)\n"
        }
        for removal in plan.removals {
            text += "  remove  \(removal.path.text.escapedForTerminal)\n"
        }
        let trees = roots == 1 ? "1 process tree" : "\(roots) process trees"
        let files = plan.removals.count == 1 ? "1 file" : "\(plan.removals.count) files"
        var parts: [String] = []
        let count = plan.targets.count + plan.others.count
        if roots > 0 { parts.append("stop \(trees) (\(count) processes)") }
        if !plan.removals.isEmpty { parts.append("remove \(files)") }
        if !plan.zombies.isEmpty { parts.append("remind \(plan.zombies.count) parents") }
        return text + "reaper: \(parts.joined(separator: " and "))? [y/N] "
    }

    /// Reads a line; only yes means yes.
    static func answersYes() -> Bool {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while unsafe read(0, &byte, 1) == 1, byte != 0x0A, line.count < 64 { line.append(byte) }
        let answer = String(decoding: line, as: UTF8.self).lowercased()
        return answer == "y" || answer == "yes"
    }
}

extension ShutdownPlan {
    /// Who else would be stopped, as of now, because a rule wants what they have.
    fileprivate var others: [ShutdownTarget] {
        sweeps.filter(\.killsOthers).flatMap { $0.others?.targets ?? [] }
    }
}
