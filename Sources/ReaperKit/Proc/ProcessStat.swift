import CLinux

extension ProcessRecord {
    /// Parses one whole `/proc/PID/stat`; proc_pid_stat(5).
    ///
    /// The name in parentheses may itself hold `) `, spaces and newlines: the last `)` ends it.
    public init(parsingStat bytes: Span<UInt8>) throws(ParseError) {
        var cursor = ByteCursor()
        let pid: Int32 = try cursor.integer("pid", in: bytes)
        guard let open = bytes.firstIndex(of: UInt8(ascii: "(")),
            let close = bytes.lastIndex(of: UInt8(ascii: ")")), close > open
        else { throw .truncated(field: "comm") }
        guard close + 2 < bytes.count else { throw .truncated(field: "state") }
        let state = bytes[close + 2]
        cursor.seek(to: close + 3)
        let parent: Int32 = try cursor.integer("ppid", in: bytes)
        let processGroup: Int32 = try cursor.integer("pgrp", in: bytes)
        let session: Int32 = try cursor.integer("session", in: bytes)
        let terminal: Int32 = try cursor.integer("tty_nr", in: bytes)
        try cursor.skipField("tpgid", in: bytes)
        let flags: UInt32 = try cursor.integer("flags", in: bytes)
        // minflt cminflt majflt cmajflt utime stime cutime cstime priority nice
        for _ in 0..<10 { try cursor.skipField("times", in: bytes) }
        let threads: Int32 = try cursor.integer("num_threads", in: bytes)
        try cursor.skipField("itrealvalue", in: bytes)
        let startTime: UInt64 = try cursor.integer("starttime", in: bytes)
        // More fields follow: digits at the very end may be half a number.
        guard cursor.offset < bytes.count else { throw .truncated(field: "starttime") }
        self.init(
            identity: ProcessIdentity(pid: pid, startTime: startTime),
            name: ByteString(copying: bytes.extracting((open + 1)..<close)),
            state: state,
            parent: parent,
            processGroup: processGroup,
            session: session,
            terminal: terminal,
            flags: flags,
            threads: threads
        )
    }

    /// Whether one whole `/proc/PID/stat` shows that the process has ever run.
    ///
    /// It is in state `R` from its birth on. Whatever else it is in, a page fault and processor time
    /// of its own take having run; it does not inherit them.
    static func hasRun(stat bytes: Span<UInt8>) -> Bool {
        guard let close = bytes.lastIndex(of: UInt8(ascii: ")")), close + 2 < bytes.count else {
            return false
        }
        if bytes[close + 2] != UInt8(ascii: "R") { return true }
        var cursor = ByteCursor()
        cursor.seek(to: close + 3)
        do throws(ParseError) {
            // ppid pgrp session tty_nr tpgid flags
            for _ in 0..<6 { try cursor.skipField("flags", in: bytes) }
            for field: StaticString in ["minflt", "cminflt", "majflt", "cmajflt", "utime", "stime"]
            {
                let count: UInt64 = try cursor.integer(field, in: bytes)
                if count > 0 { return true }
            }
        } catch { return false }
        return false
    }
}

extension ByteString {
    /// Copies borrowed bytes.
    init(copying bytes: Span<UInt8>) {
        self.bytes = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
    }
}

// Byte by byte this would cost more than the rest of the parse.
extension Span<UInt8> {
    /// Where `byte` first occurs.
    func firstIndex(of byte: UInt8) -> Int? {
        let index = unsafe withUnsafeBytes {
            unsafe clinux_first_index($0.baseAddress, $0.count, Int32(byte))
        }
        return index < 0 ? nil : index
    }

    /// Where `byte` last occurs.
    func lastIndex(of byte: UInt8) -> Int? {
        let index = unsafe withUnsafeBytes {
            unsafe clinux_last_index($0.baseAddress, $0.count, Int32(byte))
        }
        return index < 0 ? nil : index
    }
}
