import CLinux
import CSpecimen
import Glibc

/// Processes that ended without being buried.
extension Subject {
    /// A parent that never waits; `--stopped-parent` one that cannot, `--forgetful` one that has
    /// missed its child's end and waits as soon as it is told again.
    func stageZombie() throws(StagingError) -> Never {
        expect(2)
        let child = try Offspring.spawn { _exit(0) }
        try check(cspecimen_await_zombie(child), "waitid", "\(child)")
        Ledger.ready("zombie", pid: child)
        if options.has("forgetful") {
            // What tells it of this end is dropped; ignoring a blocked signal discards it.
            _ = signal(SIGCHLD, SIG_IGN)
            _ = signal(SIGCHLD, SIG_DFL)
            Ledger.ready("root")
            Vigil.keep(as: "root")
        }
        guard options.has("stopped-parent") else {
            Ledger.ready("root")
            Vigil.keep(as: "root", onChild: {})
        }
        // This one buries its child as soon as it runs again.
        Ledger.ready("root", state: "T")
        _ = raise(SIGSTOP)
        Vigil.keep(as: "root")
    }

    /// A parent that never buries its `child`, which lives so far.
    func neglect() throws(StagingError) -> Never {
        expect(2)
        try Offspring.spawn {
            Ledger.ready("child")
            Vigil.keep(as: "child")
        }
        Ledger.ready("root")
        Vigil.keep(as: "root", onChild: {})
    }

    /// The leader thread leaves; another listens on.
    ///
    /// `/proc/PID/stat` says Z, the port says no.
    func stageZombieLeader() throws(StagingError) -> Never {
        expect(1)
        let listener = try Listener(options: options).open()
        try Listener.announce(listener)
        var thread = pthread_t()
        let result = unsafe pthread_create(
            &thread,
            nil,
            { _ in
                Ledger.ready("root", state: "Z")
                Vigil.keep(as: "root")
            },
            nil
        )
        try check(-result, "pthread_create")
        cspecimen_leave_thread()
        _exit(2)
    }
}
