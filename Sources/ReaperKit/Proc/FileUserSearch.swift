import CLinux
import Glibc

/// Finds who has a file open, runs it or stands in it.
///
/// Links are read and never followed; see ``DescriptorTable``. What a descriptor leads to is told by
/// its text, and confirmed by the inode in `fdinfo` where the kernel gives it (since Linux 5.14).
struct FileUserSearch {
    private let path: ByteString
    private let file: FileIdentity?
    private var entries = NumberedEntries()
    private var name = PathBuffer()
    private var link = [CChar](repeating: 0, count: 4096)

    /// Looks for `path`, which is `file` now; `nil` where nothing is there.
    init(_ path: ByteString, file: FileIdentity?) {
        self.path = path
        self.file = file
    }

    /// Looks at one process.
    ///
    /// - Returns: How it uses the file, each with its source; `.denied` where what was refused may
    ///   hide something.
    mutating func look(
        at pid: Int32,
        below procDirectory: Int32
    ) -> Reading<[(use: FileAccount.User.Use, source: String)]> {
        var found: [(use: FileAccount.User.Use, source: String)] = []
        var refusal: Int32?
        for (file, use) in [
            ("exe", FileAccount.User.Use.executable), ("cwd", .workingDirectory),
        ] {
            name.set("\(pid)/\(file)")
            switch target(procDirectory) {
            case .value(let text) where text == path || isFormer(text):
                found.append((use, "/proc/\(pid)/\(file)"))
            case .value, .gone: continue
            case .denied(let code): refusal = code
            }
        }
        switch lookAtDescriptors(of: pid, procDirectory) {
        case .value(let uses): found += uses
        case .gone: break
        case .denied(let code): refusal = code
        }
        if found.isEmpty, let refusal { return .denied(refusal) }
        return .value(found)
    }

    private mutating func lookAtDescriptors(
        of pid: Int32,
        _ procDirectory: Int32
    ) -> Reading<[(use: FileAccount.User.Use, source: String)]> {
        name.set("\(pid)/fd")
        let listing = entries.numbers(in: procDirectory, name.bytes)
        guard case .value(let numbers) = listing else { return listing.map { _ in [] } }
        var current: [Int32] = []
        var former: [Int32] = []
        var locks: Set<String> = []
        for number in numbers {
            name.set("\(pid)/fd/")
            name.append(number)
            guard case .value(let text) = target(procDirectory) else { continue }
            if isFormer(text) {
                former.append(number)
                continue
            }
            guard text == path else { continue }
            name.set("\(pid)/fdinfo/")
            name.append(number)
            let info = FileDescriptorInfo(parsing: contents(procDirectory))
            if let inode = info.inode, let file, inode != file.inode {
                former.append(number)
            } else {
                current.append(number)
                locks.formUnion(info.locks)
            }
        }
        var found: [(use: FileAccount.User.Use, source: String)] = []
        if let first = current.first { found.append((.open(current), "/proc/\(pid)/fd/\(first)")) }
        for kind in locks.sorted() {
            found.append((.lock(kind), "/proc/\(pid)/fdinfo"))
        }
        if let first = former.first {
            found.append((.openBefore(former), "/proc/\(pid)/fd/\(first)"))
        }
        return .value(found)
    }

    /// Whether a link leads to a file that had this path and has none any more.
    private func isFormer(_ text: ByteString) -> Bool {
        text.bytes.count == path.bytes.count + 10 && text.bytes.starts(with: path.bytes)
            && text.bytes.suffix(10).elementsEqual(" (deleted)".utf8)
    }

    private mutating func target(_ procDirectory: Int32) -> Reading<ByteString> {
        let size = link.count
        let count = unsafe clinux_readlinkat(procDirectory, name.bytes, &link, size)
        guard count >= 0 else { return Reading(failure: Int32(-count)) }
        return .value(ByteString(link[..<count].map { UInt8(bitPattern: $0) }))
    }

    private func contents(_ procDirectory: Int32) -> [UInt8] {
        let raw = unsafe clinux_openat(procDirectory, name.bytes, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { return [] }
        let file = FileDescriptor(owning: raw)
        return (try? file.readAll(limit: 1 << 16, subject: "fdinfo")) ?? []
    }
}

/// What `/proc/PID/fdinfo/N` says of a regular file; proc_pid_fdinfo(5).
struct FileDescriptorInfo: Equatable {
    /// Its inode; `nil` before Linux 5.14.
    var inode: UInt64?
    /// Kinds of locks that are held through this descriptor, such as `FLOCK WRITE`.
    var locks: [String] = []

    /// Takes lines apart such as `lock:	1: FLOCK  ADVISORY  WRITE 4127 00:2f:123 0 EOF`.
    init(parsing bytes: [UInt8]) {
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let words = line.split { $0 == 0x20 || $0 == 0x09 }
                .map { String(decoding: $0, as: UTF8.self) }
            switch words.first {
            case "ino:": inode = words.count > 1 ? UInt64(words[1]) : nil
            case "lock:" where words.count > 4: locks.append("\(words[2]) \(words[4])")
            default: continue
            }
        }
    }
}
