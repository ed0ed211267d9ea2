import CLinux
import CSpecimen
import Glibc

/// Processes that do not simply end when they are asked to.
extension Subject {
    /// `--with ignore` (the default), `block`, or `consume`, which alone can record the signal.
    func ignoreTerm() throws(StagingError) -> Never {
        switch options.text("with") ?? "ignore" {
        case "ignore":
            // A blocked signal is kept pending even when it is ignored: unblock it as well.
            _ = signal(SIGTERM, SIG_IGN)
            var set = sigset_t()
            unsafe sigemptyset(&set)
            unsafe sigaddset(&set, SIGTERM)
            unsafe sigprocmask(SIG_UNBLOCK, &set, nil)
            try lone { while true { _ = pause() } }
        case "block":
            try lone { while true { _ = pause() } }
        case "consume":
            try lone { Vigil.keep(as: "root", ignoringTerm: true) }
        case let other:
            throw StagingError("--with: '\(other)' is not ignore, block or consume")
        }
    }

    /// Stopped at once; a TERM is recorded when something lets it continue.
    func stageStopped() throws(StagingError) -> Never {
        expect(1)
        Ledger.ready("root", state: "T")
        _ = raise(SIGSTOP)
        Vigil.keep(as: "root", ignoringTerm: options.has("ignore-term"))
    }

    /// A supervisor: each child that ends gets a successor, `child.0`, `child.1` and so on.
    func respawn() throws(StagingError) -> Never {
        expect(2)
        let stubborn = options.has("ignore-term")
        var generation = 0
        func bear() {
            let name = "child.\(generation)"
            generation += 1
            Offspring.spawnOrComplain {
                Ledger.ready(name)
                Vigil.keep(as: name, ignoringTerm: stubborn)
            }
        }
        bear()
        Ledger.ready("root")
        var status: Int32 = 0
        Vigil.keep(
            as: "root",
            ignoringTerm: stubborn,
            onChild: {
                while case let pid = unsafe cspecimen_reap(&status, 0), pid > 0 {
                    Ledger.ended(pid, status: status)
                    bear()
                }
            }
        )
    }

    /// Leaves a process in a session of its own that TERM does not end.
    func leaveSuccessor() {
        Offspring.spawnOrComplain {
            _ = setsid()
            Ledger.ready("successor")
            Vigil.keep(as: "successor", ignoringTerm: true)
        }
    }

    /// Forks and exits without end; nobody lives long enough to be named, so only the end of the
    /// ledger proves it gone.
    func hop() throws(StagingError) -> Never {
        let period = try options.number("period-us") ?? 1000
        Ledger.fact("first", "\(getpid())")
        expect(0)
        // TERM stays blocked: only the leash and SIGKILL end it.
        while true {
            // The pause is the phenomenon itself, how long each incarnation lives.
            _ = usleep(UInt32(period))
            try Offspring.advance()
            _ = setsid()
        }
    }

    /// `root` cannot end, not even of SIGKILL, before its parent, the `tracer`, has ended.
    func stageTraced() throws(StagingError) -> Never {
        expect(2)
        let child = try Offspring.spawn { Vigil.keep(as: "root") }
        try check(cspecimen_hold_at_exit(child), "ptrace", "\(child)")
        Ledger.ready("root", pid: child)
        Ledger.ready("tracer")
        Vigil.keep(as: "tracer", onChild: {})
    }
}
