/// The mounts of reaper's mount namespace, from `/proc/self/mountinfo`; proc_pid_mountinfo(5).
///
/// It answers what fstatfs(2) would, but a server that hangs cannot hang the answer.
public struct MountTable: Sendable, Equatable {
    /// One mount.
    public struct Mount: Sendable, Equatable {
        /// Field 1, what `statx` calls `stx_mnt_id`.
        public var id: UInt64
        /// The file system's own device, major and minor: `st_dev` may differ on btrfs and overlayfs.
        public var major: UInt32
        /// The minor half of the device.
        public var minor: UInt32
        /// The file system's type, such as `ext4` or `fuse.sshfs`.
        public var type: ByteString
        /// Where it is mounted, below the root of this process.
        public var point: ByteString

        /// Creates a mount, mostly for tests.
        public init(
            id: UInt64,
            major: UInt32,
            minor: UInt32,
            type: ByteString,
            point: ByteString = "/"
        ) {
            self.id = id
            self.major = major
            self.minor = minor
            self.type = type
            self.point = point
        }

        /// Whether a process on another host may write there too; unknown FUSE servers count.
        public var isNetwork: Bool {
            let name = type.text
            // A rootless container's own root is served by a process, but shared with no host.
            if name == "fuse.fuse-overlayfs" { return false }
            return MountTable.networkTypes.contains(name) || name.hasPrefix("fuse.")
        }

        /// Whether looking for instance files in it is useless, or can hang or trigger a mount.
        public var isOffLimits: Bool { isNetwork || MountTable.kernelTypes.contains(type.text) }

        /// Whether a name in it is answered by somebody who may never answer: a server on the
        /// network, a process, or whatever an automounter would mount.
        var mayHang: Bool { isNetwork || type == "autofs" || type.text.hasPrefix("fuse") }
    }

    private static let networkTypes: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse", "fuseblk", "afs", "ceph", "coda",
        "ncpfs", "gfs2", "ocfs2", "lustre", "beegfs", "gpfs", "orangefs", "glusterfs", "virtiofs",
    ]
    private static let kernelTypes: Set<String> = [
        "autofs", "proc", "sysfs", "cgroup", "cgroup2", "debugfs", "tracefs", "securityfs", "bpf",
        "pstore", "devpts", "configfs", "fusectl", "efivarfs", "nsfs", "binfmt_misc",
    ]

    /// In the order of the file.
    public private(set) var mounts: [Mount]

    /// Creates a table, mostly for tests.
    public init(mounts: [Mount] = []) { self.mounts = mounts }

    /// The mount that a file was reached through; by device where the kernel gives no mount ID.
    public func mount(of facts: FileFacts) -> Mount? {
        if let id = facts.mount { return mounts.last { $0.id == id } }
        return mounts.last {
            DeviceNumber(major: $0.major, minor: $0.minor)
                == DeviceNumber(facts.identity.device)
        }
    }
}

extension MountTable {
    /// Whether looking up an absolute path by name may wait for a server for ever.
    ///
    /// Every mount on the way counts, even one that another hides. Of the root nothing is asked: if
    /// that hangs, so does everything, reaper's own start included.
    func mayHang(at path: ByteString) -> Bool {
        mounts.contains { mount in
            mount.mayHang && mount.point != "/" && path.bytes.starts(with: mount.point.bytes)
                && (path.bytes.count == mount.point.bytes.count
                    || path.bytes[mount.point.bytes.count] == UInt8(ascii: "/"))
        }
    }

    /// Reads the table of this process.
    static func current() throws(SystemError) -> MountTable {
        let path = "/proc/self/mountinfo"
        let file = try FileDescriptor(opening: path)
        return MountTable(parsing: try file.readAll(limit: 1 << 24, subject: path))
    }

    /// Parses the whole file; a line that does not hold what it must is left out.
    public init(parsing bytes: [UInt8]) {
        mounts = bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            let fields = line.split(separator: UInt8(ascii: " "))
            guard fields.count > 6,
                let id = UInt64(String(decoding: fields[0], as: UTF8.self)),
                // Optional fields end at a single hyphen; the type follows.
                let hyphen = fields[6...].firstIndex(where: { $0.elementsEqual([0x2d]) }),
                hyphen + 1 < fields.count
            else { return nil }
            let device = fields[2].split(separator: UInt8(ascii: ":"))
            guard device.count == 2,
                let major = UInt32(String(decoding: device[0], as: UTF8.self)),
                let minor = UInt32(String(decoding: device[1], as: UTF8.self))
            else { return nil }
            return Mount(
                id: id,
                major: major,
                minor: minor,
                type: ByteString(fields[hyphen + 1]),
                point: ByteString(ProcMount.unescaped(fields[4]))
            )
        }
    }
}
