import CLinux
import Glibc

/// Finds the sockets of interest among the descriptors of one process after another.
///
/// Descriptors are looked at with readlink(2) alone. Opening one, or `stat`, follows the magic
/// link into the file: on a dead FUSE or NFS server that hangs in the kernel beyond any signal.
/// `statx` with `AT_STATX_DONT_SYNC` asks no server either, but still enters the file system
/// (`d_weak_revalidate`: NFS, 9P, overlayfs); it saves 6 % and is not worth that. The text cannot
/// be forged, every real path begins with `/`, and unlike an inode number with `S_IFSOCK` it
/// does not confuse a socket with the file of a Unix socket opened with `O_PATH`.
///
/// One value serves a whole scan: its buffers are reused, nothing is allocated per descriptor.
public struct DescriptorTable {
    /// Inodes of the sockets that matter, sorted.
    public let interest: [UInt64]

    private var path = PathBuffer()
    private var link = [CChar](repeating: 0, count: LinkText.capacity)
    private var entries = NumberedEntries()
    /// Whether the size of `/proc/PID/fd` is the number of descriptors: since Linux 6.2.
    private let countsDescriptors: Bool

    /// Prepares for a scan.
    ///
    /// - Parameters:
    ///   - sockets: The inodes that matter, in any order; 0 is no inode.
    ///   - procDirectory: Descriptor of the procfs that the scan reads.
    public init(interest sockets: some Sequence<UInt64>, procDirectory: Int32) {
        interest = Set(sockets).subtracting([0]).sorted()
        var attributes = statx()
        // Reaper has descriptors, so 0 means that the kernel does not count them.
        let result = unsafe clinux_statx(
            procDirectory,
            "self/fd",
            CLINUX_AT_STATX_DONT_SYNC,
            UInt32(STATX_SIZE),
            &attributes
        )
        countsDescriptors = result >= 0 && attributes.stx_size > 0
    }

    /// The sockets of interest that a process holds, sorted.
    ///
    /// Zombies and kernel threads have no descriptors. A process can hold sockets in other ways
    /// too, see ``HiddenHolds``.
    ///
    /// - Parameters:
    ///   - directory: A descriptor of `/proc`, or of a pinned `/proc/PID`, or of `AT_FDCWD`.
    ///   - prefix: What leads from there into the process's directory: `4127/`, or nothing.
    /// - Returns: `.denied` also for errors such as `EMFILE`: then nothing is known.
    public mutating func sockets(
        below directory: Int32,
        _ prefix: String = ""
    ) -> Reading<[UInt64]> {
        guard !interest.isEmpty else { return .value([]) }
        path.set(prefix, "fd")
        var held: [UInt64] = []
        if countsDescriptors {
            switch probe(directory, &held) {
            case .complete: return .value(sortedOnce(held))
            case .sparse: held.removeAll()
            case .failed(let code): return Reading(failure: code)
            }
            path.set(prefix, "fd")
        }
        return list(directory, &held)
    }

    private enum Probe {
        /// As many descriptors were seen as there are.
        case complete
        /// Too many numbers are unused to try them one by one.
        case sparse
        case failed(Int32)
    }

    /// Tries 0, 1, 2 and so on until as many descriptors were seen as the directory says there are.
    ///
    /// Most tables are dense, and a listing costs as much per descriptor as reading the link.
    private mutating func probe(_ directory: Int32, _ held: inout [UInt64]) -> Probe {
        var attributes = statx()
        let flags = CLINUX_AT_STATX_DONT_SYNC | CLINUX_AT_NO_AUTOMOUNT
        let mask = UInt32(STATX_SIZE)
        let status = unsafe clinux_statx(directory, path.bytes, flags, mask, &attributes)
        guard status >= 0 else { return .failed(-status) }
        let count = Int(clamping: attributes.stx_size)
        guard count > 0 else { return .complete }

        // A descriptor of the directory pays for itself from the fifth link on.
        guard count > 4 else {
            path.appendSeparator()
            return tryNumbers(directory, count, &held)
        }
        let raw = unsafe clinux_openat(
            directory,
            path.bytes,
            CLINUX_O_PATH | O_DIRECTORY | O_CLOEXEC
        )
        guard raw >= 0 else { return .failed(-raw) }
        let pinned = FileDescriptor(owning: raw)
        path.clear()
        let result = tryNumbers(pinned.raw, count, &held)
        withExtendedLifetime(pinned) {}
        return result
    }

    /// Reads link after link below ``path``, until `count` were there or most are missing.
    private mutating func tryNumbers(
        _ directory: Int32,
        _ count: Int,
        _ held: inout [UInt64]
    ) -> Probe {
        // Fixtures on other file systems have sizes of their own: the list answers for them.
        guard count < 1 << 29 else { return .sparse }
        let mark = path.count
        let limit = Int32(count * 2 + 16)
        var seen = 0
        var number: Int32 = 0
        while number < limit, seen < count {
            path.truncate(to: mark)
            path.append(number)
            number += 1
            switch readLink(directory) {
            case .socket(let inode):
                seen += 1
                if isInteresting(inode) { held.append(inode) }
            case .ring, .other: seen += 1
            case .failed(ENOENT): continue
            case .failed(let code): return .failed(code)
            }
        }
        return seen >= count ? .complete : .sparse
    }

    private mutating func list(_ directory: Int32, _ held: inout [UInt64]) -> Reading<[UInt64]> {
        let descriptors: [Int32]
        switch entries.numbers(in: directory, path.bytes) {
        case .value(let numbers): descriptors = numbers
        case .gone: return .gone
        case .denied(let code): return .denied(code)
        }
        path.appendSeparator()
        let mark = path.count
        for number in descriptors {
            path.truncate(to: mark)
            path.append(number)
            switch readLink(directory) {
            case .socket(let inode): if isInteresting(inode) { held.append(inode) }
            case .ring, .other: continue
            // Closed since the listing.
            case .failed(ENOENT): continue
            case .failed(let code): return Reading(failure: code)
            }
        }
        return .value(sortedOnce(held))
    }

    private mutating func readLink(_ directory: Int32) -> LinkText {
        let count = unsafe clinux_readlinkat(directory, path.bytes, &link, LinkText.capacity)
        guard count >= 0 else { return .failed(Int32(-count)) }
        return LinkText(link.span.extracting(..<count))
    }

    private func isInteresting(_ inode: UInt64) -> Bool {
        var low = 0
        var high = interest.count
        while low < high {
            let middle = (low + high) / 2
            if interest[middle] < inode { low = middle + 1 } else { high = middle }
        }
        return low < interest.count && interest[low] == inode
    }

    private func sortedOnce(_ inodes: [UInt64]) -> [UInt64] {
        inodes.count < 2 ? inodes : Set(inodes).sorted()
    }
}
