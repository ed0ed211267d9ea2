import CLinux
import CSpecimen
import Glibc

/// Processes that belong together, or seem to, by more than descent.
extension Subject {
    /// `root` and a `payload` in its session and group, whose parent it no longer is.
    func wrap() throws(StagingError) -> Never {
        expect(2)
        let stubborn = options.has("ignore-term")
        let middle = try Offspring.spawn {
            Offspring.spawnOrComplain {
                Ledger.ready("payload")
                Vigil.keep(as: "payload", ignoringTerm: stubborn)
            }
            _exit(0)
        }
        _ = waitpid(middle, nil, 0)
        Ledger.ready("root")
        Vigil.keep(as: "root")
    }

    /// `root` and `mate` in one session and group whose leader, their parent, is gone.
    func loseLeader() throws(StagingError) -> Never {
        expect(2)
        _ = setsid()
        for name in ["root", "mate"] {
            try Offspring.spawn {
                Ledger.ready(name)
                Vigil.keep(as: name)
            }
        }
        _exit(0)
    }

    /// `left` and `right`, children of `root`: asked to end, each waits until the other was too.
    func meet() throws(StagingError) -> Never {
        expect(3)
        var pipes: [[Int32]] = [[-1, -1], [-1, -1]]
        for index in pipes.indices { try check(unsafe cspecimen_pipe(&pipes[index]), "pipe2") }
        for (index, name) in ["left", "right"].enumerated() {
            try Offspring.spawn {
                Ledger.ready(name)
                Vigil.keep(as: name) {
                    writeLine("asked", to: pipes[1 - index][1])
                    var byte: UInt8 = 0
                    _ = unsafe read(pipes[index][0], &byte, 1)
                }
            }
        }
        Ledger.ready("root")
        Vigil.keep(as: "root")
    }

    /// `root`, child of `guard`, whose number an `innocent` gets as soon as it is free.
    ///
    /// It ends when it is asked to, or is killed when the test lets go. Its own child `root.0`, in a
    /// session of its own and deaf to TERM, outlives it. With `--leading` both bearers of the number
    /// lead a session, and the innocent has a child `innocent.0` in it.
    func recycle() throws(StagingError) -> Never {
        expect(3)
        let leads = options.has("leading")
        let number = try Offspring.spawn {
            if leads { _ = setsid() }
            Offspring.spawnOrComplain {
                _ = setsid()
                Ledger.ready("root.0")
                Vigil.keep(as: "root.0", ignoringTerm: true)
            }
            Ledger.ready("root")
            Vigil.keep(as: "root")
        }
        let target = try check(clinux_pidfd_open(number), "pidfd_open", "\(number)")
        Ledger.ready("guard")
        var ends = [target, Inherited.release].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        while unsafe poll(&ends, nfds_t(ends.count), -1) < 0 {}
        if ends[0].revents == 0 { _ = clinux_pidfd_send_signal(target, SIGKILL) }
        var status: Int32 = 0
        _ = unsafe cspecimen_reap(&status, 1)
        Ledger.ended(number, status: status)
        if try take(number) > 0 { Vigil.keep(as: "guard") }
        try check(cspecimen_arm_leash(Inherited.leash), "leash")
        if leads {
            _ = setsid()
            try Offspring.spawn {
                Ledger.ready("innocent.0")
                Vigil.keep(as: "innocent.0")
            }
        }
        Ledger.ready("innocent")
        Vigil.keep(as: "innocent")
    }

    /// Forks under `number`, which is free as soon as the kernel has buried its last bearer.
    private func take(_ number: Int32) throws(StagingError) -> Int32 {
        while true {
            let pid = cspecimen_clone(0, number)
            if pid == -EEXIST { continue }
            return try check(pid, "clone3", "pid \(number)")
        }
    }
}
