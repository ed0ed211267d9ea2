import CLinux
import Glibc

/// What became of a file that a dead reaper had taken away and not yet removed.
public enum RecoveryResult: Sendable, Equatable {
    /// It has its name again; the next scan judges it like any other.
    case restored(ByteString)
    /// A newer file has its name, or its name is lost; it was left where it is.
    case displaced
    /// The reaper that took it is still at work.
    case inUse
    /// It is not there any more: somebody else recovered it.
    case alreadyGone
    /// It could not be renamed.
    case failed(SystemError)
}

extension QuarantineRemover {
    /// Gives the quarantined file at `path` its name back, when the reaper that took it is dead.
    ///
    /// Nobody can know any more what that reaper had judged, so the file is put back and judged
    /// again rather than removed unseen.
    ///
    /// - Returns: `nil` when the last component is no quarantine name.
    public func recover(_ path: ByteString) -> RecoveryResult? {
        guard let (parent, name) = path.splitAtLastComponent,
            let quarantined = QuarantineName(name)
        else { return nil }
        // Our own number in the name means a predecessor that had it: we hold nothing just now.
        if quarantined.reaper != getpid(), PidLiveness(probing: quarantined.reaper) != .gone {
            return .inUse
        }
        guard let original = quarantined.original else { return .displaced }
        do throws(SystemError) {
            let directory = try DirectoryHandle(opening: parent)
            try directory.rename(name, to: original)
            return .restored(parent.appending(component: original))
        } catch {
            switch error.code {
            case ENOENT: return .alreadyGone
            case EEXIST: return .displaced
            default: return .failed(error)
            }
        }
    }
}
