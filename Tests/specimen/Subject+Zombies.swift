import CLinux
import CSpecimen
import Glibc

/// Processes that ended without being buried.
extension Subject {
    /// A parent that never waits; `--stopped-parent` one that cannot.
    func stageZombie() throws(StagingError) -> Never {
        expect(2)
        let child = try Offspring.spawn { _exit(0) }
        try check(cspecimen_await_zombie(child), "waitid", "\(child)")
        Ledger.ready("zombie", pid: child)
        guard options.has("stopped-parent") else {
            Ledger.ready("root")
            Vigil.keep(as: "root", onChild: {})
        }
        // This one buries its child as soon as it runs again.
        Ledger.ready("root", state: "T")
        _ = raise(SIGSTOP)
        Vigil.keep(as: "root")
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
