import CLinux
import Glibc

/// What an absolute path names here, as far as that can be told without waiting for a server.
///
/// A path that came from another process can lead anywhere. A name below a mount of FUSE or NFS is
/// answered by somebody who may be dead, and who waits for that cannot even be killed. So the mounts
/// on the way are read first; and since a symbolic link could lead round them, none is followed.
enum NamedFile: Equatable {
    /// Device and inode of what is there.
    case file([UInt64])
    /// Nothing is there.
    case none
    /// It may not be looked at, or leads through a symbolic link, or where nobody may answer.
    case unknown

    /// Looks at `path`, which must be absolute; anything else is unknown.
    static func look(at path: ByteString) -> NamedFile {
        guard path.bytes.first == UInt8(ascii: "/"), !path.components.contains(".."),
            let mounts = try? MountTable.current(), !mounts.mayHang(at: path)
        else { return .unknown }
        var facts = statx()
        var place = ByteString("/")
        for component in path.components {
            place = place.appending(component: component)
            guard let name = try? place.cPath(for: "statx") else { return .unknown }
            let result = unsafe clinux_statx(
                AT_FDCWD,
                name,
                CLINUX_AT_STATX_DONT_SYNC | CLINUX_AT_NO_AUTOMOUNT | CLINUX_AT_SYMLINK_NOFOLLOW,
                UInt32(STATX_INO | STATX_TYPE),
                &facts
            )
            if result == -ENOENT || result == -ENOTDIR { return .none }
            // S_IFLNK of inode(7).
            guard result >= 0, facts.stx_mode & 0o170000 != 0o120000 else { return .unknown }
        }
        return .file(facts.fileNumbers)
    }
}
