import CLinux
import Glibc

/// What the kernel says of one inode, asked without waiting for a remote or user-space server.
public struct FileFacts: Sendable, Equatable {
    /// The file type bits of `st_mode`.
    public enum Kind: Sendable, Equatable {
        /// Holds bytes.
        case regular
        /// Holds names.
        case directory
        /// Holds a path.
        case symbolicLink
        /// A Unix domain socket.
        case socket
        /// A named pipe.
        case fifo
        /// A character or block device.
        case device

        /// What a person calls it, for messages.
        public var name: String {
            switch self {
            case .regular: "a regular file"
            case .directory: "a directory"
            case .symbolicLink: "a symbolic link"
            case .socket: "a socket"
            case .fifo: "a named pipe"
            case .device: "a device"
            }
        }
    }

    /// Device, inode and status change time.
    public var identity: FileIdentity
    /// Its type.
    public var kind: Kind
    /// Permission bits, `st_mode & 07777`.
    public var permissions: UInt32
    /// The user who owns it.
    public var owner: UInt32
    /// How many names it has.
    public var links: UInt32
    /// Bytes, for a link those of its target.
    public var size: UInt64
    /// Last change of its contents since 1970-01-01 UTC.
    public var modified: Duration
    /// The mount it was reached through, field 1 of `/proc/self/mountinfo`; `nil` before Linux 5.8.
    public var mount: UInt64?
}

extension FileFacts {
    /// Who owns what a path names, a final symbolic link not followed; `nil` where reaper may not
    /// look at it.
    public static func owner(of path: ByteString) -> UInt32? { (try? FileFacts(of: path))?.owner }

    /// Looks at `name` in `directory` without following it and without triggering an automount.
    init(of name: ByteString, in directory: Int32 = AT_FDCWD) throws(SystemError) {
        var out = statx()
        let path = try name.cPath(for: "statx")
        let flags = CLINUX_AT_SYMLINK_NOFOLLOW | FileFacts.quiet
        let result = unsafe clinux_statx(directory, path, flags, FileFacts.mask, &out)
        try check(result, "statx", name.text)
        self.init(out)
    }

    /// Looks at what a descriptor holds.
    init(of descriptor: borrowing FileDescriptor, subject: ByteString) throws(SystemError) {
        var out = statx()
        let flags = CLINUX_AT_EMPTY_PATH | FileFacts.quiet
        let result = unsafe clinux_statx(descriptor.raw, "", flags, FileFacts.mask, &out)
        try check(result, "statx", subject.text)
        self.init(out)
    }

    private static let quiet = CLINUX_AT_STATX_DONT_SYNC | CLINUX_AT_NO_AUTOMOUNT
    // STATX_BASIC_STATS and STATX_MNT_ID; the kernel leaves out what it does not know.
    private static let mask: UInt32 = 0x07ff | mountMask
    private static let mountMask: UInt32 = 0x1000

    private init(_ raw: statx) {
        identity = FileIdentity(
            device: clinux_makedev(raw.stx_dev_major, raw.stx_dev_minor),
            inode: raw.stx_ino,
            changed: FileFacts.duration(raw.stx_ctime)
        )
        kind = Kind(mode: raw.stx_mode)
        permissions = UInt32(raw.stx_mode) & 0o7777
        owner = raw.stx_uid
        links = raw.stx_nlink
        size = raw.stx_size
        modified = FileFacts.duration(raw.stx_mtime)
        mount = raw.stx_mask & FileFacts.mountMask != 0 ? raw.stx_mnt_id : nil
    }

    private static func duration(_ time: statx_timestamp) -> Duration {
        duration(seconds: time.tv_sec, nanoseconds: time.tv_nsec)
    }

    /// A file's owner can set any time, and some file systems keep it: such nonsense is clamped, so
    /// that ages and sums of it still fit what can be calculated with.
    static func duration(seconds: Int64, nanoseconds: UInt32) -> Duration {
        let limit: Int64 = 1 << 53
        return .seconds(min(max(seconds, -limit), limit)) + .nanoseconds(Int64(nanoseconds))
    }
}

extension FileFacts.Kind {
    /// From `st_mode`, with the values of inode(7): the macros are ambiguous between C modules.
    fileprivate init(mode: UInt16) {
        switch mode & 0o170000 {
        case 0o100000: self = .regular
        case 0o040000: self = .directory
        case 0o120000: self = .symbolicLink
        case 0o140000: self = .socket
        case 0o010000: self = .fifo
        default: self = .device
        }
    }
}
