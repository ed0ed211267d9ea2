import CLinux
import CSpecimen
import Glibc

/// The process a situation is about, once it runs in its own image.
///
/// The mode says what it does: `sleep` or `orphan` wait; `tree` has descendants; `wrapper` and
/// `leaderless` have relatives that no descent shows; `zombie` and `negligent` never bury their
/// child; `zombie-leader` loses its first thread; `listen` holds a port; `term-ignorer`, `slow-exit`,
/// `stopped`, `respawner`, `forker`, `forks-on-term`, `daemonizes-on-term`, `comet`, `shy`, `vfork`,
/// `hung` and `traced` resist an end; `rendezvous` ends only in company; `recycled` and `crowd` pass a
/// number on; `pidfile` and `socketfile` hold a file. For every mode the options `--orphan`, `--adopted`, `--dead-session`,
/// `--setsid`, `--own-group`, `--cwd` and `--user` say where it runs; `--exe`, `--owner`, `--deleted`
/// and `--replaced` from which executable; `--argv0`, `--name`, `--env` and `--args` what it looks
/// like.
struct Subject {
    let part: Part

    var options: Options { part.options }

    func run() throws(StagingError) -> Never {
        try check(cspecimen_arm_leash(Inherited.leash), "leash")
        Vigil.begin()
        switch part.role {
        case .owner: try own()
        case .subject: try behave()
        }
    }

    private func own() throws(StagingError) -> Never {
        try Launch(Part(role: .subject, options: options), copy: options.text("exe")).start()
        Ledger.ready("owner")
        Vigil.keep(as: "owner")
    }

    private func behave() throws(StagingError) -> Never {
        if let digits = options.text("name") { try rename(digits) }
        switch options.mode {
        case "sleep", "orphan": try lone { Vigil.keep(as: "root") }
        case "tree": try Tree(options: options).grow()
        case "zombie": try stageZombie()
        case "zombie-leader": try stageZombieLeader()
        case "listen": try Listener(options: options).listen()
        case "term-ignorer": try ignoreTerm()
        case "slow-exit": try exitSlowly()
        case "stopped": try stageStopped()
        case "respawner": try respawn()
        case "forks-on-term": try lone { Vigil.keep(as: "root", onTerm: leaveSuccessor) }
        case "forker": try forkOn()
        case "daemonizes-on-term": try lone { Vigil.keep(as: "root", onTerm: leaveDaemon) }
        case "comet": try hop()
        case "shy": try hopWhenSeen()
        case "vfork": try stageVfork()
        case "hung": try stageHung()
        case "traced": try stageTraced()
        case "wrapper": try wrap()
        case "leaderless": try loseLeader()
        case "negligent": try neglect()
        case "rendezvous": try meet()
        case "recycled": try recycle()
        case "crowd": try recycleInCrowd()
        case "pidfile": try holdPidFile()
        case "socketfile": try holdSocketFile()
        default: throw StagingError("'\(options.mode)' is not a mode")
        }
    }

    /// Announces `count` processes beside a possible owner; the caller reports each ready.
    func expect(_ count: Int) { Ledger.expect(count + (options.has("owner") ? 1 : 0)) }

    /// A situation of one process.
    func lone(_ body: () -> Never) throws(StagingError) -> Never {
        expect(1)
        Ledger.ready("root")
        body()
    }

    /// Sets the thread name to bytes given as hexadecimal digits; the kernel keeps 15 of them.
    private func rename(_ digits: String) throws(StagingError) {
        var name: [CChar] = []
        var rest = Substring(digits)
        while !rest.isEmpty {
            guard let byte = UInt8(rest.prefix(2), radix: 16) else {
                throw StagingError("--name: '\(digits)' is not hexadecimal")
            }
            name.append(CChar(bitPattern: byte))
            rest = rest.dropFirst(2)
        }
        name.append(0)
        try check(unsafe cspecimen_set_name(name), "prctl", "PR_SET_NAME")
    }

    /// Blocks until the keeper lets slow processes go; the end of the pipe counts too.
    func awaitRelease() {
        var byte: UInt8 = 0
        _ = unsafe read(Inherited.release, &byte, 1)
    }

    /// The same, for at most so many microseconds: how long a step of what is staged lasts.
    func awaitRelease(within period: Int) {
        var end = pollfd(fd: Inherited.release, events: Int16(POLLIN), revents: 0)
        _ = unsafe clinux_poll(&end, 1, Int64(period) * 1000)
    }
}
