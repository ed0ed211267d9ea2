import Glibc
import ReaperKit

/// Where a report goes: stdout, or a file that is replaced only when all of it is written.
///
/// It is opened before anything is done, so that `clean -o /no/such/place` fails while nothing has
/// happened yet, and written once at the end.
struct Output: ~Copyable {
    private let descriptor: Int32
    /// What to call it in messages: `stdout`, or `-o FILE` as it was typed.
    let name: String
    /// The file that becomes ``target`` in the end; `nil` where bytes go straight to their place.
    private var temporary: String?
    /// The file that is replaced, links followed.
    private let target: String

    /// The output that `-o` asks for; stdout without a file.
    ///
    /// A link is followed, as `>` in a shell follows it: it stays, and what it leads to is written.
    /// One that another user made is not: whoever can write to a shared directory must not choose
    /// which file root replaces.
    ///
    /// - Parameters:
    ///   - file: Where it goes, as it was typed.
    ///   - flag: What was typed before it.
    ///   - permissions: Those of a new file, but for what the umask takes away.
    /// - Throws: Why it cannot be written.
    init(
        opening file: String?,
        as flag: String = "-o ",
        permissions: mode_t = 0o666
    ) throws(SystemError) {
        guard let file else {
            self = .standard()
            return
        }
        let name = flag + file
        var facts = stat()
        let exists = unsafe stat(file, &facts) == 0
        let code = errno
        if try isLink(file, name), !exists {
            throw SystemError(call: "open", subject: name, code: code)
        }
        if exists, isStandardOutput(facts) {
            // `-o /dev/stdout`: opened anew, a file would be written from its beginning.
            self.init(1, name, nil)
            return
        }
        guard !exists || facts.st_mode & S_IFMT == S_IFREG else {
            // A pipe or a device is written to; replacing /dev/null would be a surprise.
            let isPipe = facts.st_mode & S_IFMT == S_IFIFO
            self.init(isPipe ? try pipe(file, name) : try device(file, name), name, nil)
            return
        }
        let target = exists ? try resolved(file, name) : file
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        for attempt in 0..<100 {
            let temporary = "\(target).\(getpid()).\(attempt).tmp"
            do {
                let raw = try opened("open", name) { unsafe open(temporary, flags, permissions) }
                self.init(raw, name, temporary, target)
                return
            } catch  where error.code == EEXIST {
                continue
            }
        }
        throw SystemError(call: "open", subject: name, code: EEXIST)
    }

    /// Standard output.
    static func standard() -> Output { Output(1, "stdout", nil) }

    private init(
        _ descriptor: Int32,
        _ name: String,
        _ temporary: String?,
        _ target: String = ""
    ) {
        self.descriptor = descriptor
        self.name = name
        self.temporary = temporary
        self.target = target
    }

    deinit {
        if descriptor > 2 { _ = close(descriptor) }
        if let temporary { _ = unsafe unlink(temporary) }
    }

    /// Writes all of `bytes` and puts a file in its place.
    ///
    /// A reader that went away (`reaper scan | head -1`) is no failure.
    ///
    /// - Parameters:
    ///   - bytes: All that is to be in it.
    ///   - status: What it says.
    ///   - failure: What an output that could not be written is worth.
    /// - Returns: `status`, or the worse one of an output that could not be written.
    consuming func finish(
        _ bytes: [UInt8],
        _ status: ExitStatus,
        orElse failure: ExitStatus = .incomplete
    ) -> ExitStatus {
        do {
            try write(bytes)
            try commit()
            return status
        } catch {
            guard error.code != EPIPE else { return status }
            Diagnostics.report(error.description.escapedForTerminal)
            return .worst([status, failure])
        }
    }

    /// Where it ends up; `nil` for a device or a pipe, which two outputs may well share.
    var place: Place? {
        guard temporary != nil else { return descriptor == 1 ? .standardOutput : nil }
        let path = ByteString(target)
        let directory = String(
            decoding: path.bytes.dropLast(path.baseName.bytes.count),
            as: UTF8.self
        )
        var facts = stat()
        guard unsafe stat(directory.isEmpty ? "." : directory, &facts) == 0 else { return nil }
        return .name(path.baseName, device: facts.st_dev, inode: facts.st_ino)
    }

    /// What makes two outputs one: the last would replace what the first wrote.
    enum Place: Equatable {
        case standardOutput
        /// A name in the directory that these numbers tell.
        case name(ByteString, device: dev_t, inode: ino_t)
    }

    private func write(_ bytes: [UInt8]) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0 {
                if errno == EAGAIN, Polling.waitToWrite(to: descriptor) { continue }
                // EINTR: Ctrl-C, while nobody takes the output; see InterruptCounter.conclude().
                throw SystemError(call: "write", subject: name, code: errno)
            }
            rest = rest.dropFirst(count)
        }
    }

    private mutating func commit() throws(SystemError) {
        guard let temporary else { return }
        guard unsafe rename(temporary, target) == 0 else {
            throw SystemError(call: "rename", subject: name, code: errno)
        }
        self.temporary = nil
    }
}

/// Whether the last component is a symbolic link, which must be root's or our own.
private func isLink(_ file: String, _ name: String) throws(SystemError) -> Bool {
    var facts = stat()
    guard unsafe lstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFLNK else { return false }
    guard facts.st_uid == 0 || facts.st_uid == geteuid() else {
        throw SystemError(call: "open", subject: name, code: ELOOP)
    }
    return true
}

private func device(_ file: String, _ name: String) throws(SystemError) -> Int32 {
    let flags = O_WRONLY | O_CLOEXEC | O_NOCTTY
    return try opened("open", name) { unsafe open(file, flags) }
}

/// Opens a named pipe, for which somebody must read from it; a reader may be just starting.
///
/// open(2) would wait for one, and so would whatever reaper was to do.
private func pipe(_ file: String, _ name: String) throws(SystemError) -> Int32 {
    let end = Clock.monotonic() + .seconds(2)
    while true {
        do throws(SystemError) {
            let flags = O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
            let raw = try opened("open", name) { unsafe open(file, flags) }
            // Who reads slowly is waited for.
            _ = fcntl(raw, F_SETFL, O_WRONLY)
            return raw
        } catch {
            // ENXIO: nobody reads from it.
            guard error.code == ENXIO else { throw error }
            guard Clock.monotonic() < end else {
                let subject = "\(name), a named pipe that nobody reads from"
                throw SystemError(call: "open", subject: subject, code: error.code)
            }
            Polling.wait(until: min(end, Clock.monotonic() + .milliseconds(20)))
        }
    }
}

private func isStandardOutput(_ facts: stat) -> Bool {
    var own = stat()
    return unsafe fstat(1, &own) == 0 && own.st_dev == facts.st_dev && own.st_ino == facts.st_ino
}

/// The path without links.
private func resolved(_ file: String, _ name: String) throws(SystemError) -> String {
    guard let path = unsafe realpath(file, nil) else {
        throw SystemError(call: "realpath", subject: name, code: errno)
    }
    defer { unsafe free(path) }
    return unsafe String(cString: path)
}

/// Turns the C convention of -1 and `errno` into a descriptor or a typed error.
private func opened(
    _ call: String,
    _ subject: String,
    _ body: () -> Int32
) throws(SystemError) -> Int32 {
    while true {
        let result = body()
        if result >= 0 { return result }
        guard errno == EINTR else { throw SystemError(call: call, subject: subject, code: errno) }
    }
}
