import CLinux
import CSpecimen
import Glibc

/// Forking, and what every staged process does first: put itself on the leash.
enum Offspring {
    /// Forks a child that is on the leash before it runs `body`.
    @discardableResult
    static func spawn(_ body: () -> Never) throws(StagingError) -> Int32 {
        let pid = try check(cspecimen_fork(), "fork")
        guard pid == 0 else { return pid }
        do throws(StagingError) {
            try check(cspecimen_arm_leash(Inherited.leash), "leash")
        } catch {
            complainInChild(error)
        }
        body()
    }

    /// Lives on in a child and ends here.
    static func advance() throws(StagingError) {
        if try check(cspecimen_fork(), "fork") > 0 { _exit(0) }
        try check(cspecimen_arm_leash(Inherited.leash), "leash")
    }

    /// The same where there is no caller left to throw to.
    @discardableResult
    static func spawnOrComplain(_ body: () -> Never) -> Int32 {
        do throws(StagingError) {
            return try spawn(body)
        } catch {
            complainInChild(error)
        }
    }
}

/// Tells the keeper; a fork of the keeper itself must not write to the test.
func complainInChild(_ error: StagingError) -> Never {
    Ledger.write("error \(error.message)")
    _exit(2)
}

/// Staying alive: taking signals one by one, recording them, and ending when asked to.
enum Vigil {
    private static let endings = [SIGTERM, SIGINT, SIGHUP, SIGQUIT]
    private static let recorded = endings + [SIGUSR1, SIGUSR2, SIGCONT]

    private static func set() -> sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        for signal in recorded + [SIGCHLD] { unsafe sigaddset(&set, signal) }
        return set
    }

    /// Holds signals back until ``keep(as:ignoringTerm:onTerm:onChild:)`` takes them, so that none
    /// that arrives between ready and waiting is lost.
    static func begin() {
        var set = set()
        unsafe sigprocmask(SIG_BLOCK, &set, nil)
    }

    /// Waits for signals forever; the leash or an ending signal is the way out.
    static func keep(
        as name: String,
        ignoringTerm: Bool = false,
        onTerm: () -> Void = {},
        onChild: () -> Void = reapAll
    ) -> Never {
        var set = set()
        while true {
            let signal = unsafe cspecimen_next_signal(&set)
            if signal == SIGCHLD {
                onChild()
                continue
            }
            Ledger.received(signal, as: name)
            guard endings.contains(signal), !ignoringTerm else { continue }
            onTerm()
            _exit(0)
        }
    }

    /// Buries every child that has ended, and says how it did.
    static func reapAll() {
        var status: Int32 = 0
        while true {
            let pid = unsafe cspecimen_reap(&status, 0)
            guard pid > 0 else { return }
            Ledger.ended(pid, status: status)
        }
    }
}
