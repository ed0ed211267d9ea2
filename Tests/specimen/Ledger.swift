import Glibc

/// What staged processes tell their keeper, one line each, in the order in which it happened.
enum Ledger {
    static func write(_ line: String) { writeLine(line, to: Inherited.ledger) }

    /// Says how many processes will report ready before the situation is complete.
    static func expect(_ count: Int) { write("expect \(count)") }

    /// Names a process; the calling one unless it speaks for another.
    ///
    /// `state` (proc_pid_stat(5)) is one the keeper awaits first, because the process is about to
    /// enter it and cannot say anything any more then.
    static func ready(_ name: String, pid: Int32 = getpid(), state: Character? = nil) {
        write("ready \(pid) \(name)" + (state.map { " \($0)" } ?? ""))
    }

    /// Adds to what the ready line tells the test, such as a port.
    static func fact(_ key: String, _ value: String) { write("fact \(key) \(value)") }

    static func received(_ signal: Int32, as name: String) { write("signal \(signal) \(name)") }

    /// Passes on how a reaped child ended: an exit code, or minus a signal number.
    static func ended(_ pid: Int32, status: Int32) { write("ended \(pid) \(status)") }
}
