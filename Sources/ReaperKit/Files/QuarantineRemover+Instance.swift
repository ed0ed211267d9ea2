import CLinux
import Glibc

extension QuarantineRemover {
    /// Removes an instance file that was judged stale, unless it has come to life since.
    ///
    /// A process that is gone stays gone, but a file can be locked, and an unbound socket's file
    /// is only known by connecting. Both are asked once more through a descriptor that was opened
    /// before the file left its name, so that nobody can come to hold it in between unseen.
    ///
    /// - Parameter file: As the scan that it was judged by saw it.
    /// - Returns: ``RemovalResult/changed`` also when somebody has locked or bound it.
    public func remove(_ file: InstanceFile) -> RemovalResult {
        guard let (parent, name) = file.path.splitAtLastComponent else {
            return .failed(SystemError(call: "unlinkat", subject: file.path.text, code: EINVAL))
        }
        do throws(SystemError) {
            let directory = try DirectoryHandle(opening: parent)
            let node = try openNode(name, in: directory)
            guard try FileFacts(of: node, subject: file.path).identity == file.file else {
                return .changed
            }
            return try remove(name, in: directory, judgedAs: file.file) {
                isUnused(node, as: file.format)
            }
        } catch {
            switch error.code {
            case ENOENT: return .alreadyGone
            // A link took the place of a regular file: not the one that was judged.
            case ELOOP where error.subject == name.text: return .changed
            default: return .failed(error)
            }
        }
    }

    private func openNode(
        _ name: ByteString,
        in directory: borrowing DirectoryHandle
    ) throws(SystemError) -> FileDescriptor {
        // Only a regular file is opened for reading: a device may act on it, a pipe may wait.
        let kind = try FileFacts(of: name, in: directory.descriptor.raw).kind
        let access = kind == .regular ? O_RDONLY | O_NONBLOCK | O_NOCTTY : CLINUX_O_PATH
        return try FileDescriptor(
            opening: name,
            in: directory.descriptor.raw,
            flags: access | O_NOFOLLOW
        )
    }

    private func isUnused(_ node: borrowing FileDescriptor, as format: InstanceFormat) -> Bool {
        switch format {
        case .pid, .json, .text, .lock:
            if case .held = LockState(probing: node, patiently: true) { return false }
            return true
        case .socket: return SocketLiveness(probing: node) == .unbound
        case .symlink: return true
        }
    }
}
