import Glibc
import ReaperKit

/// Who a command left running, and could not be looked at.
struct UnseenLeaks {
    /// Why nothing is proven, one sentence each.
    var notes: [String] = []
    /// Numbers that the kernel names and `/proc` does not show.
    private var hidden: [Int32] = []
    /// Who was seen, and was not found by a look at exactly these.
    private var missed: Set<ProcessIdentity> = []
    /// Who was missed although a look before had missed it already: it does not come and go.
    private var blind: [Finding] = []

    /// Whether there is somebody to wait for, whatever the next look shows.
    var isBlind: Bool { !blind.isEmpty }

    /// Takes in who was to be looked at, and who of them could not be.
    ///
    /// - Returns: What is to be said of those who could not be for the second time.
    mutating func note(
        _ left: [ProcessIdentity],
        besides seen: Set<ProcessIdentity>
    ) -> [Finding] {
        let now = left.filter { !seen.contains($0) }
        let told = Set(blind.compactMap(\.process))
        let again = now.filter { missed.contains($0) && !told.contains($0) }.map { identity in
            Finding(
                kind: .leakedProcess,
                process: identity,
                severity: .error,
                verdict: .confirmed,
                summary: "outlived the command, and cannot be looked at",
                evidence: [
                    Evidence("it descends from the command", source: "/proc/\(identity.pid)/stat")
                ],
                remedy: Remedy(.none)
            )
        }
        missed.formUnion(now)
        blind += again
        return again
    }

    /// Takes in that somebody is left of whom nothing can be seen.
    mutating func note(hidden numbers: [Int32], isSettled: Bool) {
        hidden = numbers
        if !numbers.isEmpty {
            let names = numbers.prefix(10).map { "\($0)" }.joined(separator: ", ")
            let advice = geteuid() == 0 ? "" : ": run as root"
            notes.append("somebody is left who cannot be seen: process \(names)\(advice)")
        } else if isSettled {
            notes.append("somebody is left who cannot be seen")
        } else {
            notes.append("processes are left that come and go before they can be looked at")
        }
    }

    /// What is said of those whose number alone is known.
    var hiddenFindings: [Finding] {
        hidden.prefix(20).map { pid in
            Finding(
                kind: .leakedProcess,
                severity: .error,
                verdict: .confirmed,
                summary: "process \(pid) outlived the command, and cannot be seen",
                evidence: [
                    Evidence(
                        "the kernel names it as a child of what the command left",
                        source: "/proc/PID/task/TID/children",
                        value: ByteString("\(pid)")
                    )
                ],
                remedy: Remedy(.none)
            )
        }
    }

    /// Has a report say all this; who could be looked at in the end is no part of it.
    ///
    /// - Returns: Whether there was anything to say.
    func add(to report: inout Report) -> Bool {
        let known = Set(report.findings.compactMap(\.process))
        let rest = blind.filter { finding in finding.process.map { !known.contains($0) } ?? true }
        report.findings += rest + hiddenFindings
        report.snapshot.unreadable.notes += notes
        report.snapshot.unreadable.notes += rest.compactMap(\.process).map {
            "process \($0) is left by the command, and could not be looked at"
        }
        guard !notes.isEmpty || !rest.isEmpty else { return false }
        report.isComplete = false
        return true
    }
}

extension Report {
    /// An account of a command of which nothing else could be learned.
    init(of run: RunFacts) {
        var host = HostFacts()
        var names = utsname()
        if unsafe uname(&names) == 0 {
            host.name = unsafe withUnsafeBytes(of: &names.nodename) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
        }
        self.init(
            command: "run",
            startedAt: run.startedAt,
            duration: run.duration,
            snapshot: Snapshot(host: host),
            findings: [],
            isComplete: false
        )
    }
}
