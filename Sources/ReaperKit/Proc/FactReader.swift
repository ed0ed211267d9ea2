import CLinux
import Glibc

extension Procfs {
    /// Arguments beyond this many bytes are not looked at; a command line can be megabytes long.
    private static var argumentLimit: Int { 65_536 }

    /// More than execve(2) accepts, three quarters of 8 MiB: the opt-out may stand at the very end.
    private static var environmentLimit: Int { 1 << 23 }

    /// Reads `stat` of one process.
    mutating func record(of place: ProcessPlace) -> Reading<ProcessRecord> {
        var records: [ProcessRecord] = []
        return appendRecord(of: place, to: &records).map { records[0] }
    }

    /// Reads `stat` of one process and adds what it says to `records`.
    ///
    /// A record is large, and a listing makes thousands of them: each is made where it stays.
    mutating func appendRecord(
        of place: ProcessPlace,
        to records: inout [ProcessRecord]
    ) -> Reading<Void> {
        let parsed = withFile("stat", of: place) { bytes in
            do throws(ParseError) {
                records.append(try ProcessRecord(parsingStat: bytes))
                return Reading<Void>.value(())
            } catch {
                // A cut line is what a process leaves that exits while it is read.
                if case .truncated = error { return .gone }
                return .denied(EBADMSG)
            }
        }
        switch parsed {
        case .value(let answer): return answer
        case .gone: return .gone
        case .denied(let code): return .denied(code)
        }
    }

    /// Reads one more fact into `record`; afterwards the fact is not `nil`.
    ///
    /// ``FactKind/sockets`` needs to know which sockets are of interest and is read by
    /// ``readSockets(of:in:at:)``.
    mutating func read(_ kind: FactKind, of record: inout ProcessRecord, at place: ProcessPlace) {
        // Who is dead hides nothing, although the kernel refuses to say so.
        let isLost = record.hasLost(kind)
        switch kind {
        case .executable: record.executable = executable(of: place).refusedNothing(isLost)
        case .arguments:
            record.arguments = withFile("cmdline", of: place) { Self.arguments(in: $0) }
        case .workingDirectory:
            record.workingDirectory = link("cwd", of: place).refusedNothing(isLost)
        case .status: record.status = status(of: place)
        case .cgroups:
            record.cgroups = contents("cgroup", of: place, limit: Self.argumentLimit)
                .map { Self.lines($0) }
        case .namespaces: record.namespaces = namespaces(of: place).refusedNothing(isLost)
        case .environment:
            record.environment = contents("environ", of: place, limit: Self.environmentLimit)
                .map { Self.arguments(in: $0.span) }
                .refusedNothing(isLost)
        case .sockets: break
        }
    }

    private mutating func executable(of place: ProcessPlace) -> Reading<ExecutableLink> {
        let target = link("exe", of: place)
        guard case .value(let path) = target else {
            return target.map { ExecutableLink(path: $0) }
        }
        let suffix = " (deleted)"
        guard path.bytes.last == UInt8(ascii: ")"), path.bytes.count > suffix.utf8.count,
            path.bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
        else { return .value(ExecutableLink(path: path)) }
        // A file may really be called "x (deleted)", and one that lost this name may have others.
        if case .value(let count) = linkCount("exe", of: place), count > 0,
            case .value(let its) = fileBehind("exe", of: place),
            NamedFile.look(at: path) == .file(its)
        {
            return .value(ExecutableLink(path: path))
        }
        let name = ByteString(path.bytes.dropLast(suffix.utf8.count))
        let isReplaced: Bool? =
            switch NamedFile.look(at: name) {
            case .file: true
            case .none: false
            case .unknown: nil
            }
        return .value(ExecutableLink(path: name, isDeleted: true, isReplaced: isReplaced))
    }

    private mutating func status(of place: ProcessPlace) -> Reading<ProcessStatus> {
        let parsed = withFile("status", of: place) { bytes in
            Result { () throws(ParseError) in try ProcessStatus(parsing: bytes) }
        }
        switch parsed {
        case .value(.success(let status)): return .value(status)
        // Of a process that is gone nothing can be read: this is there and unknown.
        case .value(.failure): return .denied(EBADMSG)
        case .gone: return .gone
        case .denied(let code): return .denied(code)
        }
    }

    private mutating func namespaces(of place: ProcessPlace) -> Reading<ProcessNamespaces> {
        var inodes: [UInt64] = []
        for name: StaticString in ["ns/pid", "ns/mnt", "ns/net"] {
            switch link(name, of: place) {
            case .value(let target):
                guard let inode = Self.namespaceInode(target) else { return .denied(EINVAL) }
                inodes.append(inode)
            case .gone: return .gone
            case .denied(let code): return .denied(code)
            }
        }
        return .value(
            ProcessNamespaces(
                pid: inodes[0],
                mount: inodes[1],
                network: inodes[2],
                sharesExecutable: sharesExecutable(place, mounts: inodes[1])
            )
        )
    }

    /// Only of interest where the mount namespace is not ours: only then is a file looked up by name.
    private mutating func sharesExecutable(_ place: ProcessPlace, mounts: UInt64) -> Bool {
        if mounts == Self.ownMounts { return true }
        guard case .value(let path) = link("exe", of: place),
            case .value(let its) = fileBehind("exe", of: place)
        else { return false }
        return NamedFile.look(at: path) == .file(its)
    }

    /// Reaper's own mount namespace, which it never leaves.
    private static let ownMounts: UInt64? =
        firstLink(of: "/proc/self/ns/mnt").flatMap { namespaceInode(ByteString($0)) }

    // namespaces(7): "pid:[4026531836]".
    static func namespaceInode(_ target: ByteString) -> UInt64? {
        guard let open = target.bytes.firstIndex(of: UInt8(ascii: "[")), target.bytes.last == 0x5D
        else { return nil }
        return UInt64(String(decoding: target.bytes[(open + 1)...].dropLast(), as: UTF8.self))
    }

    private static func lines(_ bytes: [UInt8]) -> [ByteString] {
        bytes.split(separator: 0x0A).map { ByteString($0) }
    }

    /// NUL-terminated strings, as `cmdline` and `environ` hold them; empty ones are kept.
    private static func arguments(in bytes: Span<UInt8>) -> [ByteString] {
        var list: [ByteString] = []
        list.reserveCapacity(8)
        var rest = bytes
        while let end = rest.firstIndex(of: 0) {
            list.append(ByteString(copying: rest.extracting(..<end)))
            rest = rest.extracting((end + 1)...)
        }
        // A program that overwrote its arguments may have left out the last NUL.
        if !rest.isEmpty { list.append(ByteString(copying: rest)) }
        return list
    }
}

extension statx {
    /// Device and inode, what makes a file that file.
    var fileNumbers: [UInt64] {
        [UInt64(stx_dev_major), UInt64(stx_dev_minor), stx_ino]
    }
}
