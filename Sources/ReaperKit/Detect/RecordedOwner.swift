/// Who looks after what a file records, by what is recorded beside the file or above it.
///
/// A supervisor that was started anew looks after whom an earlier one started, and is none of their
/// ancestors.
enum RecordedOwner: Equatable {
    /// Nobody is recorded who runs.
    case none
    /// This one is what the rule calls an owner, and runs.
    case runs(ProcessRecord)
    /// A supervisor's own record cannot be used; the sentence begins with its path.
    case unknown(String)

    /// Looks through the files that lie beside `file` or above it.
    ///
    /// - Parameters:
    ///   - file: The record of who may have an owner.
    ///   - rule: Its rule.
    ///   - records: Files with the rules that name them.
    ///   - view: What was seen.
    ///   - wanted: What must be read before it can be decided.
    init(
        beside file: InstanceFile,
        of rule: Rule,
        among records: [(file: InstanceFile, rule: Rule)],
        in view: SnapshotView,
        _ wanted: inout Set<FactRequest>
    ) {
        self = .none
        guard let owner = rule.owner else { return }
        var answer = RecordedOwner.none
        for (other, otherRule) in records where other.rule != file.rule && other.isAbove(file) {
            let isSupervisors = otherRule.recordsOwner(of: rule)
            let judge = StalenessJudge(snapshot: view.snapshot, rule: otherRule) { process in
                RecordedAnswer(of: otherRule, about: process, in: view.context)
            }
            func doubt(_ reason: String) {
                guard isSupervisors, answer == .none else { return }
                answer = .unknown("\(other.path.text): \(reason)")
            }
            guard case .entries(let entries) = other.contents else {
                if case .socket(let liveness) = other.contents {
                    // Whoever listens there is of the system, and may look after it.
                    guard case .bound = liveness, other.rule.hasPrefix(rule.system + "."),
                        answer == .none
                    else { continue }
                    answer = .unknown("\(other.path.text): somebody listens on it")
                    continue
                }
                doubt(judge.judge(other).whole.reason)
                continue
            }
            for entry in entries {
                // Who holds a lock on it need not be the one: the number counts, as for its own.
                let judgment = judge.identify(entry, of: other)
                let isSure = judgment.answer == .keep
                switch judgment.answer {
                case .stale, .settling:
                    // A number that nobody has, in a file that somebody holds a lock on.
                    if case .held = other.lock { doubt("somebody holds a lock on it") }
                    continue
                case .recycled where judgment.certainty == .confirmed: continue
                case .keep, .recycled, .report: break
                }
                guard let identity = judgment.process,
                    let process = view.snapshot.process(identity.pid),
                    process.identity == identity
                else {
                    doubt(judgment.reason)
                    continue
                }
                switch owner.evaluate(process, in: view.context) {
                case .holds where isSure:
                    self = .runs(process)
                    return
                case .fails: continue
                case .needs(let kind):
                    wanted.insert(FactRequest(pid: process.pid, kind: kind))
                    doubt("what process \(process.pid) is was not read")
                case .holds: doubt(judgment.reason)
                case .unreadable(let kind, let code):
                    doubt(
                        "\(kind.fileName) of process \(process.pid) cannot be read: "
                            + reasonText(code)
                    )
                }
            }
        }
        self = answer
    }
}

extension RecordedOwner {
    /// The fact for whoever reads of the one that `file` records; `nil` where nobody looks after it.
    func evidence(from file: InstanceFile) -> Evidence? {
        switch self {
        case .none: nil
        case .runs(let owner):
            Evidence(
                "\(owner.label) runs, is recorded beside it and may look after it",
                source: owner.source("stat")
            )
        case .unknown(let reason):
            Evidence(
                "whether its supervisor lives is unknown: \(reason)",
                source: file.path.text
            )
        }
    }
}

extension Rule {
    /// Whether its files tell who looks after what the files of `other` record.
    func recordsOwner(of other: Rule) -> Bool {
        !protect && system == other.system && !match.isEmpty && instance?.files.isEmpty == false
    }
}
