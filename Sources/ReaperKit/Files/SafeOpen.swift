import CLinux
import Glibc

/// Why a file was not opened, or not read.
enum SafeOpenError: Error, Equatable {
    /// Opening it, or believing it, is dangerous; the text says why.
    case unsafe(String)
    /// The kernel refused; `ENOENT` when it is gone.
    case system(SystemError)
}

/// A regular file, opened in a way that nothing placed in its stead can exploit.
struct SafeFile: ~Copyable {
    /// Good for reading and for asking about locks.
    let descriptor: FileDescriptor
    /// Facts of the very file that is open.
    let facts: FileFacts

    /// The size limit of a file that holds a single number.
    static let numberLimit: UInt64 = 4096
    /// The size limit of every other file.
    static let textLimit: UInt64 = 1 << 20

    /// Opens `name` in `directory` if it is a regular file with one name of at most `limit` bytes.
    ///
    /// The type is looked at before opening: opening a device may do something, such as rewinding
    /// a tape. It is looked at again afterward, because the name may lead elsewhere by then;
    /// `O_NONBLOCK` keeps a named pipe that was put there from holding us.
    init(
        opening name: ByteString,
        in directory: borrowing DirectoryHandle,
        limit: UInt64
    ) throws(SafeOpenError) {
        let path = directory.path.appending(component: name)
        let seen: FileFacts
        do throws(SystemError) {
            seen = try FileFacts(of: name, in: directory.descriptor.raw)
        } catch {
            throw .system(error)
        }
        if let reason = seen.danger(limit: limit) { throw .unsafe(reason) }
        let descriptor = try SafeFile.open(name, in: directory)
        let facts: FileFacts
        do throws(SystemError) {
            facts = try FileFacts(of: descriptor, subject: path)
        } catch {
            throw .system(error)
        }
        if facts.links == 0 {
            throw .system(SystemError(call: "openat", subject: path.text, code: ENOENT))
        }
        if let reason = facts.danger(limit: limit) { throw .unsafe(reason) }
        self.descriptor = descriptor
        self.facts = facts
    }

    private static func open(
        _ name: ByteString,
        in directory: borrowing DirectoryHandle
    ) throws(SafeOpenError) -> FileDescriptor {
        do throws(SystemError) {
            return try FileDescriptor(
                opening: name,
                in: directory.descriptor.raw,
                flags: O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY
            )
        } catch {
            throw error.code == ELOOP ? .unsafe("it became a symbolic link") : .system(error)
        }
    }

    /// Reads all of it; a file that grew past `limit` since it was opened is cut there.
    borrowing func read(limit: UInt64, subject: String) throws(SystemError) -> [UInt8] {
        try descriptor.readAll(limit: Int(limit), subject: subject)
    }
}

extension FileFacts {
    /// Why a file like this must not be opened and believed; `nil` when it may.
    fileprivate func danger(limit: UInt64) -> String? {
        guard kind == .regular else { return "it is \(kind.name), not a regular file" }
        // Somebody may have linked another user's file here, to have root read or remove it.
        if links > 1 { return "it has \(links) names, one of them may be elsewhere" }
        if size > limit { return "it holds \(size) bytes, more than the \(limit) expected" }
        return nil
    }
}
