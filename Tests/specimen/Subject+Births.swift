import CSpecimen
import Glibc

/// Processes that are born while the one that makes them is being stopped.
extension Subject {
    /// Leaves a process in a session of its own that TERM does not end.
    func leaveSuccessor() {
        Offspring.spawnOrComplain {
            _ = setsid()
            Ledger.ready("successor")
            Vigil.keep(as: "successor", ignoringTerm: true)
        }
    }

    /// Leaves a daemon: adopted, in a session whose leader is gone, deaf to TERM.
    func leaveDaemon() {
        let middle = Offspring.spawnOrComplain {
            _ = setsid()
            Offspring.spawnOrComplain {
                Ledger.ready("daemon")
                Vigil.keep(as: "daemon", ignoringTerm: true)
            }
            _exit(0)
        }
        _ = waitpid(middle, nil, 0)
    }

    /// Deaf to TERM, and once its `first` child ends it forks one after another, up to `--width`.
    ///
    /// Those heed TERM and have no names; the end of the ledger proves them gone.
    func forkOn() throws(StagingError) -> Never {
        let limit = try options.number("width") ?? 400
        let period = try options.number("period-us") ?? 1000
        expect(2)
        try Offspring.spawn {
            Ledger.ready("first")
            Vigil.keep(as: "first")
        }
        Ledger.ready("root")
        var born = 0
        Vigil.keep(
            as: "root",
            ignoringTerm: true,
            onChild: {
                Vigil.reapAll()
                while born < limit {
                    born += 1
                    Offspring.spawnOrComplain { Vigil.keep(as: "child") }
                    Vigil.reapAll()
                    awaitRelease(within: period)
                }
            }
        )
    }

    /// Forks and exits without end; nobody lives long enough to be named, so only the end of the
    /// ledger proves it gone.
    func hop() throws(StagingError) -> Never {
        let period = try options.number("period-us") ?? 1000
        Ledger.fact("first", "\(getpid())")
        expect(0)
        // TERM stays blocked: only the leash and SIGKILL end it.
        while true {
            awaitRelease(within: period)
            try Offspring.advance()
            _ = setsid()
        }
    }

    /// Hops whenever somebody looks at `/proc`: it is seldom where a listing shows it.
    func hopWhenSeen() throws(StagingError) -> Never {
        let watch = try check(cspecimen_watch_proc(), "inotify_add_watch", "/proc")
        Ledger.fact("first", "\(getpid())")
        expect(0)
        var events = [UInt8](repeating: 0, count: 1 << 16)
        while unsafe read(watch, &events, events.count) > 0 {
            for _ in 0..<30 {
                try Offspring.advance()
                _ = setsid()
            }
        }
        throw StagingError("inotify: no event can come any more")
    }
}
