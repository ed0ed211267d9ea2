import CLinux
import Glibc

/// Why a file was not opened, or not read.
enum SafeOpenError: Error, Equatable {
    /// Opening it, or believing it, is dangerous; the text says why.
    case unsafe(String)
    /// It holds more bytes than were to be read.
    case oversized(bytes: UInt64, limit: UInt64)
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
    /// The size limit of a file that is parsed in time proportional to its length.
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
        try seen.check(limit: limit)
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
        try facts.check(limit: limit)
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

    /// Reads all of it, at most `limit` bytes; it may have grown since it was opened.
    borrowing func read(limit: UInt64, subject: String) throws(SafeOpenError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try descriptor.readAll(limit: Int(limit) + 1, subject: subject)
        } catch {
            throw .system(error)
        }
        // Half of a list says of the others that they are not in it.
        guard bytes.count <= limit else {
            throw .oversized(bytes: max(facts.size, UInt64(bytes.count)), limit: limit)
        }
        return bytes
    }
}

extension FileFacts {
    /// Refuses a file that must not be opened and believed, or is too big.
    fileprivate func check(limit: UInt64) throws(SafeOpenError) {
        guard kind == .regular else {
            throw .unsafe("it is \(kind.name), not a regular file")
        }
        // Somebody may have linked another user's file here, to have root read or remove it.
        if links > 1 { throw .unsafe("it has \(links) names, one of them may be elsewhere") }
        if size > limit { throw .oversized(bytes: size, limit: limit) }
    }
}
