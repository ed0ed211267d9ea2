import CLinux
import CSpecimen
import Glibc

/// Files that speak of a process.
extension Subject {
    /// `--lock flock|posix|ofd|none`; `--content` replaces the process's own number.
    func holdPidFile() throws(StagingError) -> Never {
        let path = try options.required("path")
        let file = unsafe open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        try checkErrno(file, "open", path)
        switch options.text("lock") ?? "none" {
        case "flock": try check(clinux_flock(file, LOCK_EX | LOCK_NB), "flock", path)
        case "posix": try check(cspecimen_record_lock(file, 0), "fcntl", path)
        case "ofd": try check(cspecimen_record_lock(file, 1), "fcntl", path)
        case "none": break
        case let other: throw StagingError("--lock: '\(other)' is not flock, posix, ofd or none")
        }
        writeLine(options.text("content") ?? "\(getpid())", to: file)
        Ledger.fact("path", path)
        try lone { Vigil.keep(as: "root") }
    }

    /// `--close` leaves a socket file behind that nobody listens on.
    func holdSocketFile() throws(StagingError) -> Never {
        let path = try options.required("path")
        let stream = !options.has("dgram")
        let socket = try check(
            unsafe cspecimen_bind_path(path, stream ? 1 : 0),
            "bind",
            path
        )
        if stream, !options.has("bound-only") { try checkErrno(listen(socket, 8), "listen", path) }
        if options.has("close") { _ = close(socket) }
        Ledger.fact("path", path)
        try lone { Vigil.keep(as: "root") }
    }
}
