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
        !options.action.assumesYes && hasTerminal
    }

    /// Whether a person reads what is said, and can answer.
    static var hasTerminal: Bool { isatty(0) == 1 && isatty(2) == 1 }

    /// Asks where asking is due.
    ///
    /// On a terminal more than one root process asks first, and no answer means no. Off a terminal
    /// nobody can be asked: a selector, or `--yes`, must have said it.
    static func answer(to report: Report, _ options: Options) -> Answer {
        guard let plan = report.plan else { return .given }
        if options.action.assumesYes || plan.isNothingToDo { return .given }
        guard mayAsk(options) else {
            guard !options.isConsent, options.action.planFile == nil else { return .given }
            let why = options.isSelected ? breadth(of: plan, options) : "without a selector, and"
            return .refused(
                Refusal(
                    message: "clean: \(why) without a terminal to ask on, this "
                        + "needs --yes; --dry-run shows what it would do; nothing was done",
                    status: .usage
                )
            )
        }
        let roots = Set((plan.targets + plan.others).map(\.root))
        guard roots.count > 1 || !options.isConsent else {
            return .given
        }
        var style = Terminal.standardError().style(for: options.output)
        style.isQuiet = false
        Diagnostics.write(TableReport.renderPlan(report, style: style))
        switch reply(to: question(plan, roots.count)) {
        case .yes: return .asked
        case .no:
            let message = "clean: not confirmed, nothing was done"
            return .refused(Refusal(message: message, status: .leftOver))
        case .interrupted:
            Diagnostics.write("\n")
            let message = "interrupted: nothing was done"
            return .refused(Refusal(message: message, status: .leftOver))
        }
    }

    /// That the selectors leave nobody out, and what would.
    private static func breadth(of plan: ShutdownPlan, _ options: Options) -> String {
        let process = options.selection.process
        let whose =
            process.users.isEmpty || process.olderThan != nil || !process.states.isEmpty
            ? "these selectors alone mean everybody whom they describe"
            : "--user alone means every process of that user"
        let count = counted(plan.targets.count, "process", "processes")
        return "\(whose), shells, editors and sessions included (\(count)): add what singles them "
            + "out, such as --name, --exe, --in, --ports, --env or --rule, or --orphans for what "
            + "the rules find of them;"
    }

    private static func question(_ plan: ShutdownPlan, _ roots: Int) -> String {
        var parts: [String] = []
        let count = plan.targets.count + plan.others.count
        if roots > 0 {
            let processes = counted(count, "process", "processes")
            parts.append("stop \(counted(roots, "process tree", "process trees")) (\(processes))")
        }
        if !plan.removals.isEmpty {
            parts.append("remove \(counted(plan.removals.count, "file", "files"))")
        }
        if !plan.zombies.isEmpty {
            let parents = Set(plan.zombies.map(\.parent)).count
            parts.append("remind \(counted(parents, "parent", "parents"))")
        }
        return "reaper: \(parts.joined(separator: " and "))? [y/N] "
    }

    private static func counted(_ count: Int, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? one : many)"
    }

    enum Reply { case yes, no, interrupted }

    /// Asks, and reads a line: only yes means yes, and Ctrl-C is an answer, too, from the moment that
    /// there is a question.
    static func reply(to question: String) -> Reply {
        let interrupts = InterruptCounter()
        Diagnostics.write(question)
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < 64 {
            // Descriptor -1, where nothing can be counted, is passed over.
            if Polling.waitToRead(from: [0, interrupts.descriptor])[1] {
                // Left to the end of this function, it would end reaper.
                interrupts.collect()
                return .interrupted
            }
            guard unsafe read(0, &byte, 1) == 1, byte != 0x0A else { break }
            line.append(byte)
        }
        let answer = String(decoding: line, as: UTF8.self).lowercased()
        return answer == "y" || answer == "yes" ? .yes : .no
    }
}

extension ShutdownPlan {
    /// Who else would be stopped, as of now, because a rule wants what they have.
    fileprivate var others: [ShutdownTarget] {
        sweeps.filter(\.killsOthers).flatMap { $0.others?.targets ?? [] }
    }
}
