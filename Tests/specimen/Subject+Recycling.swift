import CLinux
import CSpecimen
import Glibc

/// Numbers that pass to an innocent as soon as they are free; needs rights over the pid namespace.
extension Subject {
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
        try pass(on: number)
    }

    /// `root`, its `--width` companions and a `victim`, whose number passes on when root is stopped.
    ///
    /// All are deaf to TERM, in the session that root leads, and children of `guard`. Who stops them
    /// one after the other with root first has the victim's number in hand when it passes on.
    func recycleInCrowd() throws(StagingError) -> Never {
        expect(3)
        let width = try options.number("width") ?? 200
        var ends: [Int32] = [-1, -1]
        try check(unsafe cspecimen_pipe(&ends), "pipe2")
        let root = try Offspring.spawn {
            _ = setsid()
            for index in 0...width {
                let name = index == width ? "victim" : "companion"
                guard cspecimen_clone(CSPECIMEN_SIBLING, 0) == 0 else { continue }
                guard cspecimen_arm_leash(Inherited.leash) == 0 else { _exit(2) }
                if index == width {
                    writeLine("\(getpid())", to: ends[1])
                    Ledger.ready(name)
                }
                Vigil.keep(as: name, ignoringTerm: true)
            }
            Ledger.ready("root")
            Vigil.keep(as: "root", ignoringTerm: true)
        }
        var told = LineBuffer()
        guard let victim = told.read(from: ends[0])?.first.flatMap({ Int32($0) }) else {
            throw StagingError("no victim")
        }
        Ledger.ready("guard")
        try check(cspecimen_await_stop(root), "waitid", "\(root)")
        _ = kill(victim, SIGKILL)
        var status: Int32 = 0
        while case let pid = unsafe cspecimen_reap(&status, 1), pid != victim, pid > 0 {}
        try pass(on: victim)
    }

    /// Gives the number away; the caller lives on as `guard`.
    private func pass(on number: Int32) throws(StagingError) -> Never {
        if try take(number) > 0 { Vigil.keep(as: "guard") }
        try check(cspecimen_arm_leash(Inherited.leash), "leash")
        if options.has("leading") {
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
