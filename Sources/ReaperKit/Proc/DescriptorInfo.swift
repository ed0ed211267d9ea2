/// What `/proc/PID/fdinfo/N` says of sockets that hide behind a descriptor; proc_pid_fdinfo(5).
struct DescriptorInfo: Equatable {
    /// Descriptors on their way to this Unix socket in `SCM_RIGHTS` messages, from `scm_fds:`.
    ///
    /// What they are is not said. `nil` for every other kind of file, and before Linux 5.12.
    var inFlight: Int?
    /// Inodes of sockets among the fixed files of an io_uring (below `UserFiles:`).
    var fixedSockets: [UInt64] = []
    /// Whether the fixed files were listed: the kernel leaves them out while the ring is busy.
    var listsFixedFiles = false
}

extension DescriptorInfo {
    /// Takes one whole file apart; lines that are not known are no error, there are many kinds.
    init(parsing bytes: Span<UInt8>) {
        var start = 0
        for end in 0..<bytes.count where bytes[end] == UInt8(ascii: "\n") {
            take(bytes.extracting(start..<end))
            start = end + 1
        }
    }

    private mutating func take(_ line: Span<UInt8>) {
        var offset = 0
        if line.skip("scm_fds:", &offset) {
            inFlight = line.number(&offset).map { Int(clamping: $0) }
        } else if line.skip("UserFiles:", &offset) {
            listsFixedFiles = true
        } else if line.number(&offset) != nil, line.skip(":", &offset),
            line.skip("socket:[", &offset), let inode = line.number(&offset),
            line.skip("]", &offset), offset == line.count
        {
            // Also in other lists of the file, but only files have such names.
            fixedSockets.append(inode)
        }
    }
}

extension Span<UInt8> {
    fileprivate func skipBlanks(_ offset: inout Int) {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        while offset < count, isBlank(self[offset]) { offset += 1 }
    }

    /// Moves past blanks and `text`; stays where it is if it is not there.
    fileprivate func skip(_ text: String, _ offset: inout Int) -> Bool {
        var position = offset
        skipBlanks(&position)
        for byte in text.utf8 {
            guard position < count, self[position] == byte else { return false }
            position += 1
        }
        offset = position
        return true
    }

    fileprivate func number(_ offset: inout Int) -> UInt64? {
        var position = offset
        skipBlanks(&position)
        let start = position
        var value: UInt64 = 0
        while position < count, case let digit = self[position] &- 0x30, digit < 10 {
            let (scaled, high) = value.multipliedReportingOverflow(by: 10)
            let (sum, low) = scaled.addingReportingOverflow(UInt64(digit))
            guard !high, !low else { return nil }
            value = sum
            position += 1
        }
        guard position > start else { return nil }
        offset = position
        return value
    }
}
