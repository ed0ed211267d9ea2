import Glibc
import ReaperKit

/// Text for standard error that nobody may be reading: what is not taken at once is kept.
///
/// Nothing here waits until ``finish(until:)``: `reaper run` has processes to stop, whoever reads
/// what it says of them.
final class StandardErrorQueue {
    private enum Channel {
        /// Opened once more, without waiting: what was inherited is shared with others.
        case own
        /// A socket, which can be asked not to wait each time.
        case socket
        /// What takes this many bytes if it takes any, as far as is known.
        case shared(atOnce: Int)
        /// A file, which always takes what it is given.
        case file
    }

    private let file: Int32
    private let channel: Channel
    private var rest: ArraySlice<UInt8> = []

    init() {
        var facts = stat()
        _ = unsafe fstat(2, &facts)
        let flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        switch facts.st_mode & S_IFMT {
        case S_IFSOCK: (file, channel) = (2, .socket)
        case S_IFREG: (file, channel) = (2, .file)
        default:
            // What was opened for reading only is nothing to write to, however it is opened again.
            let isWritable = fcntl(2, F_GETFL) & O_ACCMODE != O_RDONLY
            let own = isWritable ? unsafe open("/proc/self/fd/2", flags) : -1
            if own >= 0 {
                (file, channel) = (own, .own)
            } else {
                // A terminal that is ready promises room for a single byte; pipe(7) for a page.
                let isPipe = facts.st_mode & S_IFMT == S_IFIFO
                (file, channel) = (2, .shared(atOnce: isPipe ? Int(PIPE_BUF) : 1))
            }
        }
    }

    deinit { if file != 2 { _ = close(file) } }

    /// Whether all has been taken.
    var isEmpty: Bool {
        flush()
        return rest.isEmpty
    }

    /// Writes what is taken at once, and keeps the rest.
    func write(_ bytes: ArraySlice<UInt8>) {
        rest += bytes
        flush()
    }

    /// Waits for whoever reads to take what is left, and drops what is left then.
    func finish(until time: Duration) {
        flush()
        while !rest.isEmpty, Polling.waitToWrite(to: file, until: time) { flush() }
        rest = []
    }

    private func flush() {
        while !rest.isEmpty {
            let count = writeSome()
            if count < 0, errno == EINTR { continue }
            // Whoever has no room now may have some later; any other failure stays one.
            if count < 0, errno != EAGAIN { rest = [] }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private func writeSome() -> Int {
        var limit = rest.count
        switch channel {
        case .own, .file: break
        // A datagram is taken as a whole.
        case .socket: limit = min(limit, Int(PIPE_BUF))
        case .shared(let most):
            limit = min(limit, most)
            guard Polling.waitToWrite(to: file, until: .zero) else {
                errno = EAGAIN
                return -1
            }
        }
        return unsafe rest.prefix(limit).withUnsafeBytes { bytes in
            guard case .socket = channel else {
                return unsafe Glibc.write(file, bytes.baseAddress, bytes.count)
            }
            let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL)
            return unsafe send(file, bytes.baseAddress, bytes.count, flags)
        }
    }
}
