import Glibc

/// What the keeper knows of its situation, and the lines it prints about it.
struct Account {
    /// Whether every process is gone: the ledger has no writer left.
    private(set) var isEmpty = false
    /// Whether events are kept to oneself, because they are the keeper's own doing.
    var isQuiet = false

    private var roster = Roster()
    private var expected: Int?
    private var facts: [(key: String, value: String)] = []
    private var signals: [String] = []
    private var endings: [(key: String, value: String)] = []
    private var wasStaged = false

    /// Whether all processes the situation consists of have reported ready.
    var isStaged: Bool { expected.map { roster.members.count >= $0 } ?? false }

    /// Every process that reported ready.
    var pids: [Int32] { roster.members.map(\.pid) }

    /// Enters one line of the ledger.
    mutating func record(_ entry: String) throws(StagingError) {
        let words = entry.split(separator: " ", maxSplits: 2).map(String.init)
        guard let kind = words.first else { return }
        let rest = Array(words.dropFirst())
        switch (kind, rest.count) {
        case ("expect", 1): expected = Int(rest[0])
        case ("ready", 2): try admit(pid: rest[0], words: rest[1].split(separator: " "))
        case ("fact", 2): facts.append((rest[0], quoted(rest[1])))
        case ("signal", 2): recordSignal(rest[0], as: rest[1])
        case ("ended", 2):
            guard let pid = Int32(rest[0]), let status = Int32(rest[1]) else { break }
            recordEnd(of: pid, status: status)
        default:
            if !isQuiet { throw StagingError(String(entry.trimmingPrefix("error "))) }
        }
    }

    mutating func recordEmpty() throws(StagingError) {
        isEmpty = true
        guard wasStaged else { throw StagingError("every process ended before it was ready") }
        emit([("event", quoted("empty"))])
    }

    mutating func recordEnd(of pid: Int32, status: Int32) {
        guard let name = roster.name(ofPid: pid) else { return }
        let how = quoted(status < 0 ? signalName(-status) : "exit \(status)")
        endings.append((name, how))
        emit([("event", quoted("ended")), ("name", quoted(name)), ("status", how)])
    }

    /// Returns once every named process has ended, adopted by whomever.
    func awaitEnds() {
        for member in roster.members { member.awaitEnd() }
    }

    /// The line that says what was staged.
    mutating func stagedLine(executable: String?, group: String?) -> String {
        wasStaged = true
        let processes = roster.members.map { (key: $0.name, value: quoted($0.identity)) }
        let path = executable.map { [(key: "exe", value: quoted($0))] } ?? []
        let cgroup = group.map { [(key: "cgroup", value: quoted($0))] } ?? []
        return object([
            ("event", quoted("staged")), ("processes", object(processes)),
            ("facts", object(facts + path + cgroup)),
        ])
    }

    /// The line that says what had happened before the keeper ended what was left.
    func endLine() -> String {
        let alive = roster.members.filter { !$0.hasEnded }
        return object([
            ("event", quoted("end")), ("alive", array(alive.map { quoted($0.name) })),
            ("signals", array(signals.map(quoted))), ("ended", object(endings)),
            ("empty", isEmpty ? "true" : "false"),
        ])
    }

    private mutating func admit(pid: String, words: [Substring]) throws(StagingError) {
        guard let pid = Int32(pid), let name = words.first, !isQuiet else { return }
        let state = words.dropFirst().first?.first
        do throws(StagingError) {
            try roster.add(String(name), pid: pid, state: state)
        } catch {
            // One that was born later may have been killed before we came to look.
            guard wasStaged else { throw error }
        }
        emit([("event", quoted("born")), ("name", quoted(String(name))), ("pid", "\(pid)")])
    }

    private mutating func recordSignal(_ number: String, as name: String) {
        guard !isQuiet, let number = Int32(number) else { return }
        signals.append("\(name) \(signalName(number))")
        emit([
            ("event", quoted("signal")), ("name", quoted(name)),
            ("signal", quoted(signalName(number))),
        ])
    }

    /// Tells the test as it happens; before the ready line there is nothing to tell.
    private func emit(_ members: [(key: String, value: String)]) {
        if wasStaged, !isQuiet { writeLine(object(members), to: 1) }
    }

    private func signalName(_ number: Int32) -> String {
        switch number {
        case SIGTERM: "TERM"
        case SIGKILL: "KILL"
        case SIGINT: "INT"
        case SIGHUP: "HUP"
        case SIGQUIT: "QUIT"
        case SIGUSR1: "USR1"
        case SIGUSR2: "USR2"
        case SIGCONT: "CONT"
        default: "signal \(number)"
        }
    }
}
