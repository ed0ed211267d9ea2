import CLinux
import Glibc

/// An open procfs mount, and the one buffer that everything is read through.
///
/// Nothing here opens or stats a magic link (`exe`, `cwd`, `fd/N`): a hung file system behind one
/// would hang reaper in the kernel; readlink(2) and statx(2) without sync are safe.
public struct Procfs: ~Copyable {
    /// Where it is mounted, `/proc` unless the user says otherwise.
    public let root: String
    let directory: FileDescriptor
    private var buffer = [UInt8](repeating: 0, count: 65_536)
    private var path = [CChar](repeating: 0, count: 96)

    /// Opens the mount.
    public init(root: String = "/proc") throws(SystemError) {
        let descriptor = try FileDescriptor(opening: root, flags: O_RDONLY | O_DIRECTORY)
        self.root = root
        directory = descriptor
    }

    /// Lists every process number in ascending order, as the kernel gives them; a copy of a procfs
    /// in an ordinary directory may be in any.
    public mutating func pids() throws(SystemError) -> [Int32] {
        var pids: [Int32] = []
        pids.reserveCapacity(512)
        guard lseek(directory.raw, 0, SEEK_SET) == 0 else {
            throw SystemError(call: "lseek", subject: root, code: errno)
        }
        while true {
            let count = unsafe clinux_getdents64(directory.raw, &buffer, buffer.count)
            guard count >= 0 else {
                throw SystemError(call: "getdents64", subject: root, code: Int32(-count))
            }
            if count == 0 {
                let isAscending = zip(pids, pids.dropFirst()).allSatisfy { $0 < $1 }
                return isAscending ? pids : pids.sorted()
            }
            appendNumbers(fromDirents: buffer.span.extracting(..<count), to: &pids)
        }
    }

    /// Opens `/proc/PID`.
    func directory(of pid: Int32) throws(SystemError) -> FileDescriptor {
        try FileDescriptor(opening: "\(pid)", in: directory.raw, flags: O_RDONLY | O_DIRECTORY)
    }

    // struct linux_dirent64 of getdents64(2): u64 inode, s64 offset, u16 length, u8 type, name.
    private func appendNumbers(fromDirents entries: Span<UInt8>, to pids: inout [Int32]) {
        var offset = 0
        while offset + 20 <= entries.count {
            let length = Int(entries[offset + 16]) | Int(entries[offset + 17]) << 8
            guard length >= 20, offset + length <= entries.count else { return }
            var cursor = offset + 19
            var number: Int32 = 0
            // Names that are numbers are process numbers, at most PID_MAX_LIMIT: cannot wrap.
            while cursor < offset + length, case let digit = entries[cursor] &- 0x30, digit < 10 {
                number = number &* 10 &+ Int32(digit)
                cursor += 1
            }
            if cursor > offset + 19, cursor < offset + length, entries[cursor] == 0 {
                pids.append(number)
            }
            offset += length
        }
    }

    /// Reads one file below `/proc/PID` with one read(2), enough for any file of one record.
    ///
    /// - Returns: What `body` makes of the bytes.
    @inline(__always)
    mutating func withFile<Value>(
        _ name: StaticString,
        of place: ProcessPlace,
        _ body: (Span<UInt8>) -> Value
    ) -> Reading<Value> {
        setPath(place, name)
        let directory = place.directory ?? self.directory.raw
        let file = unsafe clinux_openat(directory, &path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return Reading(failure: -file) }
        defer { _ = close(file) }
        let count = unsafe clinux_read(file, &buffer, buffer.count)
        guard count >= 0 else { return Reading(failure: Int32(-count)) }
        return .value(body(buffer.span.extracting(..<count)))
    }

    /// Reads one file to its end, or to `limit` bytes.
    mutating func contents(
        _ name: StaticString,
        of place: ProcessPlace,
        limit: Int
    ) -> Reading<[UInt8]> {
        setPath(place, name)
        let directory = place.directory ?? self.directory.raw
        let file = unsafe clinux_openat(directory, &path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return Reading(failure: -file) }
        defer { _ = close(file) }
        var bytes: [UInt8] = []
        while bytes.count < limit {
            let count = unsafe clinux_read(file, &buffer, min(buffer.count, limit - bytes.count))
            guard count >= 0 else { return Reading(failure: Int32(-count)) }
            if count == 0 { break }
            bytes.append(contentsOf: buffer[..<count])
        }
        return .value(bytes)
    }

    /// Reads the numbers of a file that holds nothing else, separated by spaces.
    ///
    /// It is read until they are the same twice; `nil` when they change too often. That there are
    /// none is said once.
    mutating func settledNumbers(at path: [CChar], attempts: Int) -> Reading<[Int32]?> {
        let file = unsafe clinux_openat(directory.raw, path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return Reading(failure: -file) }
        defer { _ = close(file) }
        var previous: [Int32]?
        for _ in 0..<attempts {
            // From its start the file is made anew.
            if previous != nil, lseek(file, 0, SEEK_SET) != 0 { return .denied(errno) }
            switch numbers(in: file) {
            case .value(let numbers) where numbers.isEmpty || numbers == previous:
                return .value(numbers)
            case .value(let numbers): previous = numbers
            case .gone: return .gone
            case .denied(let code): return .denied(code)
            }
        }
        return .value(nil)
    }

    private mutating func numbers(in file: Int32) -> Reading<[Int32]> {
        var numbers: [Int32] = []
        var number: Int32 = 0
        while true {
            let count = unsafe clinux_read(file, &buffer, buffer.count)
            guard count >= 0 else { return Reading(failure: Int32(-count)) }
            if count == 0 { return .value(number > 0 ? numbers + [number] : numbers) }
            for byte in buffer[..<count] {
                if case let digit = byte &- 0x30, digit < 10 {
                    // Process numbers are at most PID_MAX_LIMIT: this cannot wrap.
                    number = number &* 10 &+ Int32(digit)
                } else if number > 0 {
                    numbers.append(number)
                    number = 0
                }
            }
        }
    }

    /// How many links a directory below the mount has; `nil` when it is not there.
    func linkCount(of path: [CChar]) -> UInt64? {
        var facts = Glibc.stat()
        guard unsafe fstatat(directory.raw, path, &facts, 0) == 0 else { return nil }
        return UInt64(facts.st_nlink)
    }

    /// Whether there is anything at `path` now.
    func exists(_ path: [CChar]) -> Bool {
        unsafe faccessat(directory.raw, path, F_OK, 0) == 0
    }

    /// Reads where a magic link points, without following it.
    mutating func link(_ name: StaticString, of place: ProcessPlace) -> Reading<ByteString> {
        setPath(place, name)
        let directory = place.directory ?? self.directory.raw
        let count = unsafe buffer.withUnsafeMutableBytes { target in
            unsafe clinux_readlinkat(
                directory,
                path,
                target.baseAddress?.assumingMemoryBound(to: CChar.self),
                4096
            )
        }
        guard count >= 0 else { return Reading(failure: Int32(-count)) }
        return .value(ByteString(copying: buffer.span.extracting(..<count)))
    }

    /// Counts the names of the file behind a magic link, without touching its file system.
    mutating func linkCount(_ name: StaticString, of place: ProcessPlace) -> Reading<UInt32> {
        setPath(place, name)
        var facts = statx()
        let result = unsafe clinux_statx(
            place.directory ?? directory.raw,
            path,
            CLINUX_AT_STATX_DONT_SYNC | CLINUX_AT_NO_AUTOMOUNT,
            UInt32(STATX_NLINK),
            &facts
        )
        return result < 0 ? Reading(failure: -result) : .value(facts.stx_nlink)
    }

    /// Device and inode of the file behind a magic link, without touching its file system.
    mutating func fileBehind(_ name: StaticString, of place: ProcessPlace) -> Reading<[UInt64]> {
        setPath(place, name)
        var facts = statx()
        let result = unsafe clinux_statx(
            place.directory ?? directory.raw,
            path,
            CLINUX_AT_STATX_DONT_SYNC | CLINUX_AT_NO_AUTOMOUNT,
            UInt32(STATX_INO),
            &facts
        )
        return result < 0 ? Reading(failure: -result) : .value(facts.fileNumbers)
    }

    // Digits into a reused buffer: "\(pid)/stat" costs more than the parse.
    private mutating func setPath(_ place: ProcessPlace, _ name: StaticString) {
        var path = self.path.mutableSpan
        var length = 0
        if place.directory == nil {
            var rest = place.pid
            repeat {
                length += 1
                rest /= 10
            } while rest > 0
            rest = place.pid
            for index in (0..<length).reversed() {
                path[index] = CChar(truncatingIfNeeded: 0x30 + rest % 10)
                rest /= 10
            }
            path[length] = 0x2F
            length += 1
        }
        name.withUTF8Buffer { bytes in
            let count = min(bytes.count, path.count - length - 1)
            for index in 0..<count { path[length + index] = unsafe CChar(bitPattern: bytes[index]) }
            path[length + count] = 0
        }
    }
}

/// Where to find one process: below the mount by number, or through its own open directory.
struct ProcessPlace {
    var pid: Int32
    /// An open `/proc/PID`; after a reap it answers `ESRCH` even when the number is in use again.
    var directory: Int32?
}

extension Reading {
    /// Sorts an `errno` from below `/proc` into the answers there are.
    init(failure code: Int32) {
        self = code == ENOENT || code == ESRCH ? .gone : .denied(code)
    }
}
