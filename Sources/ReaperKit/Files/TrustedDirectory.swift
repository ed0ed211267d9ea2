import CLinux
import Glibc

/// Where directories really are, as the kernel shows them in `/proc/PID/exe`.
public enum TrustedDirectory {
    /// The path without symbolic links, those of strangers left as they are.
    ///
    /// What does not exist keeps its name: a cache that was emptied may still be run from.
    ///
    /// - Parameter path: An absolute path.
    /// - Returns: `nil` where a link on the way belongs to neither root nor reaper's own user, whose
    ///   word must not decide what a rule matches, and where nothing can be learned.
    public static func resolved(_ path: ByteString) -> ByteString? {
        var directory = path
        var missing: [ByteString] = []
        while true {
            do throws(SystemError) {
                // Nearly always there is no link, and who made which does not matter.
                let quick = try FileDescriptor(
                    opening: directory,
                    in: AT_FDCWD,
                    flags: CLINUX_O_PATH | O_DIRECTORY
                )
                if try place(of: quick) == directory { return path }
                let handle = try DirectoryHandle(opening: directory)
                let real = try place(of: handle.descriptor)
                return missing.reversed().reduce(real) { $0.appending(component: $1) }
            } catch {
                guard error.code == ENOENT, let (parent, name) = directory.splitAtLastComponent
                else { return nil }
                missing.append(name)
                directory = parent
            }
        }
    }

    private static func place(
        of directory: borrowing FileDescriptor
    ) throws(SystemError) -> ByteString {
        try linkTarget(of: ByteString("/proc/self/fd/\(directory.raw)"), in: AT_FDCWD)
    }
}
