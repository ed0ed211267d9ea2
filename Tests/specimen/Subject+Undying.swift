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
            receiveTerm()
            try lone { while true { _ = pause() } }
        case "block":
            try lone { while true { _ = pause() } }
        case "consume":
            try lone { Vigil.keep(as: "root", ignoringTerm: true) }
        case let other:
            throw StagingError("--with: '\(other)' is not ignore, block or consume")
        }
    }

    /// Lets TERM do what it does to a program that has never heard of it.
    func receiveTerm() {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGTERM)
        unsafe sigprocmask(SIG_UNBLOCK, &set, nil)
    }

    /// Stopped at once; a TERM is recorded when something lets it continue.
    func stageStopped() throws(StagingError) -> Never {
        expect(1)
        Ledger.ready("root", state: "T")
        _ = raise(SIGSTOP)
        Vigil.keep(as: "root", ignoringTerm: options.has("ignore-term"))
    }

    /// The test lets it go; with `--linger-ms` it goes by itself after so long.
    func exitSlowly() throws(StagingError) -> Never {
        guard let pause = try options.number("linger-ms") else {
            try lone { Vigil.keep(as: "root", onTerm: awaitRelease) }
        }
        try lone { Vigil.keep(as: "root") { awaitRelease(within: pause * 1000) } }
    }

    /// A supervisor: each child that ends gets a successor, `child.0`, `child.1` and so on.
    ///
    /// With `--listening` it is the children who hold a port, always the same.
    func respawn() throws(StagingError) -> Never {
        expect(2)
        let stubborn = options.has("ignore-term")
        let listener = options.has("listening") ? try Listener(options: options) : nil
        var inherited: Int32 = -1
        var port: UInt16 = 0
        if let listener {
            // The first child inherits what was bound here to learn a number that is free.
            inherited = try listener.open()
            port = try Listener.announce(inherited)
        }
        var generation = 0
        func bear() {
            let name = "child.\(generation)"
            let isFirst = generation == 0
            generation += 1
            Offspring.spawnOrComplain {
                do throws(StagingError) {
                    if let listener, !isFirst { _ = try listener.open(port: port) }
                } catch {
                    complainInChild(error)
                }
                Ledger.ready(name)
                Vigil.keep(as: name, ignoringTerm: stubborn)
            }
            if isFirst, inherited >= 0 { _ = close(inherited) }
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

    /// `root` cannot end, not even of SIGKILL, before its parent, the `tracer`, has ended.
    ///
    /// `--plain` traces it without a hold on its end: signals stop it, and SIGKILL ends it.
    func stageTraced() throws(StagingError) -> Never {
        expect(2)
        let isPlain = options.has("plain")
        let child = try Offspring.spawn {
            guard isPlain else { Vigil.keep(as: "root") }
            // What is waited for is taken before the tracer hears of it.
            receiveTerm()
            while true { _ = pause() }
        }
        let traced = isPlain ? cspecimen_seize(child) : cspecimen_hold_at_exit(child)
        try check(traced, "ptrace", "\(child)")
        Ledger.ready("root", pid: child)
        Ledger.ready("tracer")
        Vigil.keep(as: "tracer", onChild: {})
    }
}
