import CLinux
import CSpecimen
import Glibc

/// The process a test starts: it stages the situation, tells about it, and ends all of it.
struct Keeper {
    private let options: Options
    private let leash: Int32
    private let ledger: Int32
    private var release: Int32
    private let childSignals: Int32
    private var account = Account()
    private var frozen: FrozenGroup?
    private var lines = LineBuffer()
    private var commands = LineBuffer()

    /// Opens the pipes; the ends that staged processes inherit get their fixed numbers.
    init(options: Options) throws(StagingError) {
        self.options = options
        _ = signal(SIGPIPE, SIG_IGN)
        try check(cspecimen_raise_file_limit(), "setrlimit", "RLIMIT_NOFILE")
        leash = try Keeper.pipe(inheritedEnd: Inherited.leash, isWriteEnd: false)
        ledger = try Keeper.pipe(inheritedEnd: Inherited.ledger, isWriteEnd: true)
        release = try Keeper.pipe(inheritedEnd: Inherited.release, isWriteEnd: false)
        // A process that changed its user must still be able to open the pipe again.
        try checkErrno(fchmod(Inherited.leash, 0o444), "fchmod", "leash")
        var child = sigset_t()
        unsafe sigemptyset(&child)
        unsafe sigaddset(&child, SIGCHLD)
        unsafe sigprocmask(SIG_BLOCK, &child, nil)
        childSignals = try check(unsafe clinux_signalfd(&child), "signalfd")
    }

    /// Stages, reports, waits for standard input to close, ends everything, reports again.
    mutating func run() throws(StagingError) -> Never {
        let adopts = !options.isOrphan || options.has("adopted")
        if adopts { try check(clinux_set_child_subreaper(1), "prctl") }
        try start()
        do throws(StagingError) {
            while !account.isStaged { try wait(forCommands: false) }
            try alterExecutable()
            try freeze()
        } catch {
            // What runs already dies with this process, which holds the leash.
            complain(error)
        }
        writeLine(account.stagedLine(executable: options.text("exe"), group: frozen?.path), to: 1)
        while try wait(forCommands: true) {}
        try finish()
        _exit(0)
    }

    private func start() throws(StagingError) {
        if let owner = options.text("owner") {
            try Launch(Part(role: .owner, options: options), copy: owner).start()
        } else {
            let part = Part(role: .subject, options: options)
            try Launch(part, copy: options.text("exe")).start()
        }
        // Kept open here they would hide the end of the ledger and of the leash.
        for end in [Inherited.leash, Inherited.ledger, Inherited.release] { _ = close(end) }
    }

    /// What happens to the executable once the process runs: removed, or removed and made anew.
    private func alterExecutable() throws(StagingError) {
        guard let path = options.text("exe") else { return }
        if options.has("deleted") || options.has("replaced") {
            try checkErrno(unsafe unlink(path), "unlink", path)
        }
        if options.has("replaced") { try copyExecutable("/proc/self/exe", to: path) }
    }

    private mutating func freeze() throws(StagingError) {
        guard let version = options.text("frozen") else { return }
        let group = try FrozenGroup(version: version, members: account.pids)
        frozen = group
        do throws(StagingError) {
            try group.freeze()
        } catch {
            group.thaw()
            throw error
        }
    }

    /// Handles what has arrived; false once standard input has closed.
    @discardableResult
    private mutating func wait(forCommands: Bool) throws(StagingError) -> Bool {
        var polled = [
            pollfd(fd: account.isEmpty ? -1 : ledger, events: Int16(POLLIN), revents: 0),
            pollfd(fd: childSignals, events: Int16(POLLIN), revents: 0),
            pollfd(fd: forCommands ? 0 : -1, events: Int16(POLLIN), revents: 0),
        ]
        guard unsafe poll(&polled, nfds_t(polled.count), -1) > 0 else { return true }
        if polled[0].revents != 0 { try readLedger() }
        if polled[1].revents != 0 { bury() }
        if polled[2].revents != 0 {
            guard let words = commands.read(from: 0) else { return false }
            // Closing the only writer lets every waiting process go at once.
            if words.contains("release") {
                _ = close(release)
                release = -1
            }
        }
        return true
    }

    private mutating func readLedger() throws(StagingError) {
        guard let entries = lines.read(from: ledger) else {
            // Descriptors close a little before their process counts as ended.
            account.awaitEnds()
            bury()
            try account.recordEmpty()
            return
        }
        for entry in entries { try account.record(entry) }
    }

    /// Buries children, own and adopted, as an init would.
    private mutating func bury() {
        var discarded = [UInt8](repeating: 0, count: 128)
        while unsafe read(childSignals, &discarded, discarded.count) > 0 {}
        var status: Int32 = 0
        while case let pid = unsafe cspecimen_reap(&status, 0), pid > 0 {
            account.recordEnd(of: pid, status: status)
        }
    }

    /// Ends all that is left and proves it: no writer of the ledger, no child to wait for.
    private mutating func finish() throws(StagingError) {
        // What the processes wrote before standard input closed still counts.
        var state = pollfd(fd: ledger, events: Int16(POLLIN), revents: 0)
        while !account.isEmpty, unsafe poll(&state, 1, 0) > 0 { try readLedger() }
        bury()
        let last = account.endLine()
        account.isQuiet = true
        frozen?.thaw()
        _ = close(leash)
        while !account.isEmpty { try readLedger() }
        var status: Int32 = 0
        while unsafe cspecimen_reap(&status, 1) > 0 {}
        frozen?.remove()
        writeLine(last, to: 1)
    }

    private static func pipe(inheritedEnd: Int32, isWriteEnd: Bool) throws(StagingError) -> Int32 {
        var ends: [Int32] = [-1, -1]
        try check(unsafe cspecimen_pipe(&ends), "pipe2")
        let (inherited, kept) = isWriteEnd ? (ends[1], ends[0]) : (ends[0], ends[1])
        // The duplicate is without close-on-exec.
        try checkErrno(dup2(inherited, inheritedEnd), "dup2")
        _ = close(inherited)
        return kept
    }
}
