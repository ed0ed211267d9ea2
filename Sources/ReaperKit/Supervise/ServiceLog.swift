import CLinux
import Glibc

/// The file that a service prints to.
///
/// The service has it open itself, for appending: it goes on printing when its supervisor is gone.
/// So a file that has grown too long is copied and then emptied; what is printed between the two is
/// lost, a few microseconds' worth.
public struct ServiceLog: Sendable {
    /// Its absolute path.
    public let path: String
    private let target: LogTarget
    /// Below which directories are made for it; `nil`: below none.
    private let base: String?

    /// The log of a service, with its own file or that of the state directory.
    ///
    /// - Parameters:
    ///   - service: Whose.
    ///   - directory: The state directory.
    ///   - base: The directory of its service file: below it, missing ones are made for a log.
    public init(of service: Service, in directory: String, below base: String? = nil) {
        target = service.log
        self.base = base
        path = service.log.path?.text ?? "\(directory)/logs/\(service.name).log"
    }

    /// The log of a supervisor in the background, of the size that a service's has by default.
    ///
    /// It is not among those of services, where a service that is called `supervisor` has its own.
    ///
    /// - Parameter directory: The state directory.
    public init(ofSupervisorIn directory: String) {
        target = LogTarget()
        base = nil
        path = "\(directory)/supervisor.log"
    }

    /// Opens it for a service, in a directory that is made if it is missing below the service
    /// file's.
    func open() throws(SystemError) -> FileDescriptor {
        var number = unsafe clinux_append(path, 0o600)
        if number == -ENOENT {
            try makeDirectories()
            number = unsafe clinux_append(path, 0o600)
        }
        return FileDescriptor(owning: try check(number, "open", path))
    }

    private func makeDirectories() throws(SystemError) {
        let place = base.map { $0.hasSuffix("/") ? $0 : "\($0)/" }
        guard let place, path.hasPrefix(place) else {
            let bound = base.map { ", whose directory would be made only below \($0)" } ?? ""
            throw SystemError(call: "open", subject: "\(path)\(bound)", code: ENOENT)
        }
        let names = path.dropFirst(place.count).split(separator: "/").dropLast()
        // A way that leads up again leads anywhere.
        guard !names.contains("..") else {
            throw SystemError(
                call: "open",
                subject: "\(path), for which no directory is made because of its '..'",
                code: ENOENT
            )
        }
        var directory = String(place.dropLast())
        for name in names {
            directory += "/\(name)"
            let result = unsafe clinux_mkdir(directory, 0o755)
            if result != -EEXIST { try check(result, "mkdir", "\(directory), for a log") }
        }
    }

    /// Whether it is begun anew at this size.
    func isTooLong(_ size: Int64) -> Bool { size > target.size }

    /// Whether it grew so much between two looks that it is to be looked at again soon.
    func isUrgent(from old: Int64, to new: Int64) -> Bool {
        isTooLong(new) || new - old > target.size / 4
    }

    /// Begins it anew if it has grown too long.
    ///
    /// - Returns: How long it was; 0 where it is no file.
    /// - Throws: Why it could not; then it goes on as it is.
    @discardableResult
    func rotate() throws(SystemError) -> Int64 {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return 0 }
        let size = Int64(facts.st_size)
        guard isTooLong(size) else { return size }
        let flags = O_RDWR | O_NOFOLLOW | O_NOCTTY
        let file = try FileDescriptor(opening: path, flags: flags)
        if target.kept > 0 {
            for number in stride(from: target.kept - 1, to: 0, by: -1) {
                _ = unsafe rename("\(path).\(number)", "\(path).\(number + 1)")
            }
            try copy(file, to: "\(path).1")
        }
        guard ftruncate(file.raw, 0) == 0 else {
            throw SystemError(call: "ftruncate", subject: path, code: errno)
        }
        return size
    }

    private func copy(_ file: borrowing FileDescriptor, to copy: String) throws(SystemError) {
        let temporary = "\(copy).tmp"
        _ = unsafe unlink(temporary)
        let number = unsafe clinux_create(AT_FDCWD, temporary, 0o600)
        let output = FileDescriptor(owning: try check(number, "open", temporary))
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe clinux_read(file.raw, &chunk, chunk.count)
            guard count > 0 else { break }
            guard unsafe Glibc.write(output.raw, chunk, count) == count else {
                let code = errno == 0 ? ENOSPC : errno
                _ = unsafe unlink(temporary)
                throw SystemError(call: "write", subject: temporary, code: code)
            }
        }
        guard unsafe rename(temporary, copy) == 0 else {
            throw SystemError(call: "rename", subject: copy, code: errno)
        }
    }
}

/// Reads what is added to a log.
public final class LogReader {
    private let file: FileDescriptor
    private var offset: Int64 = 0
    private var partial: [UInt8] = []

    /// The longest line; a longer one comes in parts.
    private static let lineLimit = 1 << 16

    /// Opens a log.
    ///
    /// - Parameters:
    ///   - path: Its path.
    ///   - lines: How many of its last lines are read first; `nil`: none, and from the end on.
    /// - Throws: Why it cannot be opened.
    public init(_ path: String, last lines: Int? = nil) throws(SystemError) {
        file = try FileDescriptor(opening: path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY)
        let end = lseek(file.raw, 0, SEEK_END)
        guard let lines else {
            offset = Int64(end)
            return
        }
        // Enough for that many of 256 bytes; a log of longer lines shows fewer.
        offset = max(0, Int64(end) - Int64(min(lines, 1 << 16)) * 256 - 4096)
        let isCut = offset > 0
        var found = takeLines()
        if isCut, !found.isEmpty { found.removeFirst() }
        first = found.suffix(lines)
    }

    private var first: [ByteString] = []

    /// Whether more was added than was taken.
    public private(set) var isBehind = false

    /// Passes over what was added, when that is more than anybody could read.
    ///
    /// - Returns: How many bytes were passed over.
    func skip(beyond limit: Int64) -> Int64 {
        var facts = stat()
        guard unsafe fstat(file.raw, &facts) == 0 else { return 0 }
        let behind = Int64(facts.st_size) - offset
        guard behind > limit else { return 0 }
        let kept: Int64 = 1 << 16
        offset = Int64(facts.st_size) - kept
        partial = []
        return behind - kept
    }

    /// The lines that were added since, without their ends.
    ///
    /// - Parameter limit: How many bytes are read at most; the others stay for the next time.
    /// - Returns: Them, in order.
    public func takeLines(atMost limit: Int = .max) -> [ByteString] {
        var lines = first
        var left = limit
        isBehind = false
        first = []
        var facts = stat()
        if unsafe fstat(file.raw, &facts) == 0, Int64(facts.st_size) < offset {
            // It was begun anew.
            offset = 0
            partial = []
        }
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            guard left > 0 else {
                isBehind = true
                break
            }
            let count = unsafe pread(file.raw, &chunk, min(chunk.count, left), Int(offset))
            guard count > 0 else { break }
            offset += Int64(count)
            left -= count
            for byte in chunk[..<count] {
                if byte == UInt8(ascii: "\n") {
                    lines.append(ByteString(partial))
                    partial.removeAll(keepingCapacity: true)
                } else {
                    if partial.count >= Self.lineLimit {
                        lines.append(ByteString(partial))
                        partial.removeAll(keepingCapacity: true)
                    }
                    partial.append(byte)
                }
            }
        }
        return lines
    }

    /// What was printed without an end of line, when nothing more will come.
    public func takeRest() -> ByteString? {
        guard !partial.isEmpty else { return nil }
        defer { partial = [] }
        return ByteString(partial)
    }
}

/// Tells that a file in a directory has changed; inotify(7).
public final class LogWatch {
    /// Readable when one has.
    public let descriptor: Int32
    private var watched: Set<String> = []

    /// Watches nothing yet.
    public init() throws(SystemError) {
        descriptor = try check(clinux_inotify(), "inotify_init1", "logs")
    }

    deinit { _ = close(descriptor) }

    /// Watches the directory that a log is in.
    public func add(_ path: String) throws(SystemError) {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        let directory = end == path.startIndex ? "/" : String(path[..<end])
        guard watched.insert(directory).inserted else { return }
        let events = UInt32(IN_MODIFY) | UInt32(IN_CREATE) | UInt32(IN_MOVED_TO)
        try check(
            unsafe clinux_watch(descriptor, directory, events),
            "inotify_add_watch",
            directory
        )
    }

    /// The base names of files that have changed; `nil`: so many that some were lost.
    public func take() -> Set<String>? {
        var names: Set<String> = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var isLossy = false
        while true {
            let count = unsafe clinux_read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            // struct inotify_event: wd 4, mask 4, cookie 4, len 4 bytes, then the name, NULs behind.
            var start = 0
            while start + 16 <= count {
                let word = { (place: Int) in
                    (0..<4).reduce(UInt32(0)) { $0 | UInt32(buffer[place + $1]) << (8 * $1) }
                }
                let length = Int(word(start + 12))
                if word(start + 4) & UInt32(IN_Q_OVERFLOW) != 0 { isLossy = true }
                guard start + 16 + length <= count else { break }
                let name = buffer[(start + 16)..<(start + 16 + length)].prefix { $0 != 0 }
                names.insert(String(decoding: name, as: UTF8.self))
                start += 16 + length
            }
        }
        return isLossy ? nil : names
    }
}
