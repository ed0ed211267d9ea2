import CLinux
import Glibc

/// What became of a file that was to be removed.
public enum RemovalResult: Sendable, Equatable {
    /// It was the one that was judged, and is gone.
    case removed
    /// Another file, or other contents, had taken its place: that one is where it was.
    case changed
    /// The name did not exist any more.
    case alreadyGone
    /// Another file had taken its place, was moved aside, and could not be moved back because yet
    /// another one took the name meanwhile; it lies at this path.
    case displaced(ByteString)
    /// Nothing was removed; `EINVAL` from `renameat2` means a file system that cannot do it safely.
    case failed(SystemError)
}

/// Removes a file only if it is still the one that was judged.
///
/// A path says nothing about what is behind it a moment later: between a look and unlink(2) a new
/// instance may have put its own file there. So the name is first taken away, by renaming within
/// the directory and never over anything; what was caught is compared with what was judged, and
/// only then unlinked, or else renamed back.
public struct QuarantineRemover: Sendable {
    /// Creates a remover; it keeps nothing between calls.
    public init() {}

    /// Removes the file at `path`, an absolute path, if it is the `judged` one.
    ///
    /// - Parameters:
    ///   - path: Where it was found.
    ///   - judged: What it was when it was judged, status change time included: any write, chmod
    ///     or rename since then makes it another file.
    ///   - confirm: Asked when the file has left its name and nobody can open it by that any more,
    ///     such as whether its lock is still free; `false` puts it back.
    /// - Returns: What became of it; the file is under its own name unless the answer says so.
    public func remove(
        _ path: ByteString,
        judgedAs judged: FileIdentity,
        confirm: () -> Bool = { true }
    ) -> RemovalResult {
        guard let (parent, name) = path.splitAtLastComponent else {
            return .failed(SystemError(call: "unlinkat", subject: path.text, code: EINVAL))
        }
        do throws(SystemError) {
            let directory = try DirectoryHandle(opening: parent)
            return try remove(name, in: directory, judgedAs: judged, confirm: confirm)
        } catch {
            return error.code == ENOENT ? .alreadyGone : .failed(error)
        }
    }

    /// The same, in a directory that is already open.
    func remove(
        _ name: ByteString,
        in directory: borrowing DirectoryHandle,
        judgedAs judged: FileIdentity,
        confirm: () -> Bool = { true }
    ) throws(SystemError) -> RemovalResult {
        // Looked at before it is moved: a stranger's file should not leave its name even briefly.
        let before = try FileFacts(of: name, in: directory.descriptor.raw)
        guard before.identity == judged, before.kind != .directory else { return .changed }
        let quarantine = try directory.quarantine(name, inode: judged.inode)
        // From here on nothing may throw: the file must not stay under a name of ours.
        let isWanted = confirm()
        let caught: FileFacts
        do throws(SystemError) {
            caught = try FileFacts(of: quarantine, in: directory.descriptor.raw)
        } catch {
            // Somebody removed it from quarantine: another reaper that took us for dead.
            if error.code == ENOENT { return .alreadyGone }
            return directory.restore(quarantine, as: name) ?? .failed(error)
        }
        // The rename itself set the change time, so the rest must prove that this is the file.
        let isSame =
            caught.identity.device == before.identity.device
            && caught.identity.inode == before.identity.inode
            && caught.kind == before.kind && caught.size == before.size
            && caught.modified == before.modified
        guard isWanted, isSame else {
            return directory.restore(quarantine, as: name) ?? .changed
        }
        do throws(SystemError) {
            try directory.unlink(quarantine)
            return .removed
        } catch {
            if error.code == ENOENT { return .alreadyGone }
            return directory.restore(quarantine, as: name) ?? .failed(error)
        }
    }
}

extension DirectoryHandle {
    /// Gives `name` a quarantine name in the same directory, never one that exists; renameat2(2).
    fileprivate borrowing func quarantine(
        _ name: ByteString,
        inode: UInt64
    ) throws(SystemError) -> ByteString {
        var attempt = 0
        while true {
            let quarantined = QuarantineName(
                reaper: getpid(),
                attempt: attempt,
                original: name,
                inode: inode
            )
            do throws(SystemError) {
                try rename(name, to: quarantined.bytes)
                return quarantined.bytes
            } catch {
                // Left by a dead reaper that had our number; see QuarantineRecovery.
                guard error.code == EEXIST, attempt < 16 else { throw error }
                attempt += 1
            }
        }
    }

    /// Puts a quarantined file back; `nil` when that worked.
    fileprivate borrowing func restore(
        _ quarantined: ByteString,
        as name: ByteString
    ) -> RemovalResult? {
        do throws(SystemError) {
            try rename(quarantined, to: name)
            return nil
        } catch {
            if error.code == ENOENT { return .alreadyGone }
            return .displaced(path.appending(component: quarantined))
        }
    }

    /// Renames within the directory, failing with `EEXIST` rather than replacing anything.
    borrowing func rename(_ old: ByteString, to new: ByteString) throws(SystemError) {
        let oldPath = try old.cPath(for: "renameat2")
        let newPath = try new.cPath(for: "renameat2")
        let flags = UInt32(CLINUX_RENAME_NOREPLACE)
        let result = unsafe clinux_renameat2(
            descriptor.raw,
            oldPath,
            descriptor.raw,
            newPath,
            flags
        )
        try check(result, "renameat2", path.appending(component: old).text)
    }

    /// Removes a name that is no directory; unlink(2).
    borrowing func unlink(_ name: ByteString) throws(SystemError) {
        let result = unsafe clinux_unlinkat(descriptor.raw, try name.cPath(for: "unlinkat"))
        try check(result, "unlinkat", path.appending(component: name).text)
    }
}
