/// Who still runs of what a stale file's process had started.
///
/// Their process is gone, and its file alone tells whose remainder they are: a scan only suspects
/// such a file, and names them.
struct FileSurvivors {
    /// Everybody in the session or process group that a recorded process led which is gone.
    private(set) var processes: [ProcessRecord] = []

    init(of account: FileAccount) {
        guard let file = account.instance, let judgment = account.judgment,
            case .entries(let entries) = file.contents
        else { return }
        var seen: Set<ProcessIdentity> = []
        processes = zip(entries, judgment.entries).flatMap {
            account.snapshot.remnants(of: $0, $1, in: file)
        }
        .filter { seen.insert($0).inserted }
        .compactMap { account.snapshot.process($0.pid) }
    }

    var isEmpty: Bool { processes.isEmpty }

    /// `job (4127@88213) and 2 others still run`; `nil` where nobody does.
    var phrase: String? {
        guard let first = processes.first else { return nil }
        let others = processes.count - 1
        return others == 0
            ? "\(first.label) still runs"
            : "\(first.label) and \(counted(others, "other", "others")) still run"
    }

    /// What stops them, and nobody else.
    var command: String {
        "reaper clean --pid " + processes.map { "\($0.identity)" }.joined(separator: ",")
    }

    /// One line for each.
    var statements: [Statement] {
        processes.map { process in
            Statement(
                "\(process.label) still runs: it is in the session or group that the recorded "
                    + "process led",
                source: process.source("stat"),
                value: ByteString("session \(process.session), group \(process.processGroup)"),
                mark: .odd,
                process: process.identity
            )
        }
    }
}
