import CLinux
import Glibc

/// Finds what a process keeps alive without a descriptor in `/proc/PID/fd`.
///
/// Three ways are known to the kernel's files: a thread's own descriptor table, a descriptor on
/// its way in a Unix socket's queue, a fixed file of an io_uring. A ring whose descriptor was
/// closed while it stays mapped, or a socket in a BPF map, shows nowhere. It reads the `fdinfo` of
/// every socket of every thread group that it is given, some 4 us each: only for sockets that
/// nobody was found to hold.
struct HiddenHolds {
    /// What one process was found to hold.
    struct Found: Equatable {
        /// Certain holds: the inode and how.
        var sockets: [UInt64: SocketHold] = [:]
        /// Whether any descriptor is in flight to it.
        var hasInFlight = false
    }

    private let interest: Set<UInt64>
    private let comparesTables: Bool
    private var entries = NumberedEntries()
    private var path = PathBuffer()
    private var link = [CChar](repeating: 0, count: LinkText.capacity)
    private var info = [UInt8](repeating: 0, count: 4096)

    /// Prepares to look at many processes.
    ///
    /// - Parameters:
    ///   - interest: Inodes of the sockets that matter.
    ///   - comparesTables: Whether the numbers of the procfs are those of this pid namespace, so
    ///     that kcmp(2) can tell which threads share a table.
    init(interest: some Sequence<UInt64>, comparesTables: Bool) {
        self.interest = Set(interest)
        self.comparesTables = comparesTables
    }

    /// Looks at every distinct descriptor table of the thread group `pid`.
    mutating func look(at pid: Int32, below procDirectory: Int32) -> Reading<Found> {
        path.set("\(pid)/task")
        let listing = entries.numbers(in: procDirectory, path.bytes)
        guard case .value(let threads) = listing else { return listing.map { _ in Found() } }
        var found = Found()
        var refusal: Int32?
        var tables: [Int32] = []
        for tid in threads where !tables.contains(where: { isShared($0, tid) }) {
            switch lookAtTable(of: tid, in: pid, procDirectory, &found) {
            case .value(let count): if count > 0 { tables.append(tid) }
            // A thread that ended took nothing along that others of the group still need.
            case .gone: continue
            case .denied(let code): refusal = code
            }
        }
        // What was found counts; without a finding, what was refused may hide one.
        if let refusal, found == Found() { return .denied(refusal) }
        return .value(found)
    }

    private func isShared(_ first: Int32, _ second: Int32) -> Bool {
        // A failure says nothing: then the table is read again.
        comparesTables && clinux_compare_descriptor_tables(first, second) == 0
    }

    /// Returns how many descriptors the table has.
    private mutating func lookAtTable(
        of tid: Int32,
        in pid: Int32,
        _ procDirectory: Int32,
        _ found: inout Found
    ) -> Reading<Int> {
        path.set("\(pid)/task/\(tid)/fd")
        let listing = entries.numbers(in: procDirectory, path.bytes)
        guard case .value(let descriptors) = listing else { return listing.map(\.count) }
        var refusal: Int32?
        for number in descriptors {
            path.set("\(pid)/task/\(tid)/fd/")
            path.append(number)
            let target = readLink(procDirectory)
            switch target {
            case .socket(let inode) where tid != pid && interest.contains(inode):
                if found.sockets[inode] == nil {
                    found.sockets[inode] = .threadDescriptor(tid: tid)
                }
            case .socket, .ring: break
            // Closed since the listing.
            case .other, .failed(ENOENT): continue
            case .failed(let code):
                refusal = code
                continue
            }
            path.set("\(pid)/task/\(tid)/fdinfo/")
            path.append(number)
            switch readInfo(procDirectory, isRing: target == .ring) {
            case .value(let info):
                if let inFlight = info.inFlight, inFlight > 0 { found.hasInFlight = true }
                for inode in info.fixedSockets where interest.contains(inode) {
                    found.sockets[inode] = .ioUring
                }
            case .gone: continue
            case .denied(let code): refusal = code
            }
        }
        if let refusal { return .denied(refusal) }
        return .value(descriptors.count)
    }

    private mutating func readLink(_ procDirectory: Int32) -> LinkText {
        let count = unsafe clinux_readlinkat(procDirectory, path.bytes, &link, LinkText.capacity)
        guard count >= 0 else { return .failed(Int32(-count)) }
        return LinkText(link.span.extracting(..<count))
    }

    /// Unlike a link in `fd`, a file in `fdinfo` is the kernel's own: opening it enters no other
    /// file system.
    private mutating func readInfo(
        _ procDirectory: Int32,
        isRing: Bool
    ) -> Reading<DescriptorInfo> {
        // A busy ring leaves its files out; it is seldom busy three times in a row.
        for _ in 0..<3 {
            let reading = readInfo(procDirectory)
            if isRing, case .value(let info) = reading, !info.listsFixedFiles { continue }
            return reading
        }
        return .denied(EBUSY)
    }

    private mutating func readInfo(_ procDirectory: Int32) -> Reading<DescriptorInfo> {
        let raw = unsafe clinux_openat(procDirectory, path.bytes, O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { return Reading(failure: -raw) }
        let file = FileDescriptor(owning: raw)
        var length = 0
        // A ring may have a million fixed files, some 25 bytes each.
        while length < 1 << 26 {
            let room = info.count - length
            let count = unsafe info.withUnsafeMutableBytes { buffer in
                unsafe buffer.baseAddress.map {
                    unsafe clinux_read(file.raw, $0 + length, room)
                } ?? 0
            }
            if count == -Int(EINTR) { continue }
            guard count >= 0 else { return Reading(failure: Int32(-count)) }
            guard count > 0 else {
                return .value(DescriptorInfo(parsing: info.span.extracting(..<length)))
            }
            length += count
            if length == info.count {
                info.append(contentsOf: repeatElement(0, count: info.count))
            }
        }
        return .denied(EFBIG)
    }
}
