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

    private let isProcfs: Bool
    private var path = PathBuffer()
    private var link = [CChar](repeating: 0, count: LinkText.capacity)
    private var entries = NumberedEntries()
    private var listed: [Int32] = []

    /// Prepares for a scan.
    ///
    /// - Parameters:
    ///   - sockets: The inodes that matter, in any order; 0 is no inode.
    ///   - procDirectory: Descriptor of the procfs, or of a copy of one, that the scan reads.
    public init(interest sockets: some Sequence<UInt64>, procDirectory: Int32) {
        interest = Set(sockets).subtracting([0]).sorted()
        isProcfs = clinux_is_procfs(procDirectory) == 1
    }

    /// The sockets of interest that a process holds, sorted.
    ///
    /// A descriptor that is open all the while is seen, whatever the process opens and closes
    /// beside it. Zombies and kernel threads have no descriptors. A process can hold sockets in
    /// other ways too, see ``HolderMap``.
    ///
    /// - Parameters:
    ///   - directory: A descriptor of `/proc`, or of a pinned `/proc/PID`, or `AT_FDCWD`.
    ///   - prefix: What leads from there into the process's directory: `4127/`, or nothing.
    /// - Returns: `.denied` also for errors such as `EMFILE`: then nothing is known.
    public mutating func sockets(
        below directory: Int32,
        _ prefix: String = ""
    ) -> Reading<[UInt64]> {
        guard !interest.isEmpty else { return .value([]) }
        path.set(prefix, "fd")
        let raw = unsafe clinux_openat(directory, path.bytes, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard raw >= 0 else { return Reading(failure: -raw) }
        let table = FileDescriptor(owning: raw)
        var held: [UInt64] = []
        if let code = readLinks(table, &held) { return Reading(failure: code) }
        return .value(held.count < 2 ? held : Set(held).sorted())
    }

    /// Reads the links of one table; returns the `errno` that stopped it.
    ///
    /// Most tables are dense, and a listing costs as much per descriptor as reading its link: the
    /// numbers are tried from 0 up, and only what lies above the first gap is listed. The listing
    /// cannot be saved by counting up to the directory's size, which is the number of descriptors:
    /// a connection that comes and goes in a gap would hide the descriptor with the highest number.
    private mutating func readLinks(
        _ table: borrowing FileDescriptor,
        _ held: inout [UInt64]
    ) -> Int32? {
        if isProcfs {
            var number: Int32 = 0
            var code: Int32?
            while code == nil {
                code = readLink(table, number, &held)
                if code == nil { number += 1 }
            }
            if let code, code != ENOENT { return code }
            // The position of a descriptor is its number plus two, for `.` and `..`.
            guard lseek(table.raw, Int(number) + 2, SEEK_SET) >= 0 else { return errno }
        }
        listed.removeAll(keepingCapacity: true)
        if let code = entries.read(table, into: &listed) { return code }
        for number in listed {
            guard let code = readLink(table, number, &held), code != ENOENT else { continue }
            return code
        }
        return nil
    }

    /// Reads one link; returns the `errno`, `ENOENT` when there is no such descriptor.
    private mutating func readLink(
        _ table: borrowing FileDescriptor,
        _ number: Int32,
        _ held: inout [UInt64]
    ) -> Int32? {
        path.clear()
        path.append(number)
        let count = unsafe clinux_readlinkat(table.raw, path.bytes, &link, LinkText.capacity)
        guard count >= 0 else { return Int32(-count) }
        if case .socket(let inode) = LinkText(link.span.extracting(..<count)),
            isInteresting(inode)
        {
            held.append(inode)
        }
        return nil
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
}
