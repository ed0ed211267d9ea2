import Glibc

/// Descriptors 0, 1 and 2, which the caller may have left closed.
enum StandardStreams {
    /// Occupies those that are closed, so that no other file is opened under their numbers.
    ///
    /// After `reaper clean >&-` the report would else be written into whatever was opened first.
    /// They are opened the wrong way round: using one still fails, as it should.
    static func fillGaps() {
        for number: Int32 in 0...2 where fcntl(number, F_GETFD) < 0 && errno == EBADF {
            // The lowest free number is taken, and all below this one are open by now.
            _ = unsafe open("/dev/null", number == 0 ? O_WRONLY : O_RDONLY)
        }
    }

    /// Writes all of these bytes, for as long as it takes.
    ///
    /// - Returns: Whether anybody takes them.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
