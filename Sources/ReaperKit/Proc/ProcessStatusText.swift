extension ProcessStatus {
    /// Parses one whole `/proc/PID/status`; proc_pid_status(5).
    ///
    /// `Name:` is skipped by its key: the kernel escapes newlines in it, so no line can be forged.
    public init(parsing bytes: Span<UInt8>) throws(ParseError) {
        self.init(realUser: 0, effectiveUser: 0, threadGroup: 0)
        var hasUsers = false
        var hasThreadGroup = false
        var lineStart = 0
        while lineStart < bytes.count {
            var lineEnd = lineStart
            while lineEnd < bytes.count, bytes[lineEnd] != 0x0A { lineEnd += 1 }
            let line = bytes.extracting(lineStart..<lineEnd)
            lineStart = lineEnd + 1
            var cursor = ByteCursor()
            if line.starts(with: "Tgid:", moving: &cursor) {
                threadGroup = try cursor.integer("Tgid", in: line)
                hasThreadGroup = true
            } else if line.starts(with: "TracerPid:", moving: &cursor) {
                tracer = try cursor.integer("TracerPid", in: line)
            } else if line.starts(with: "Uid:", moving: &cursor) {
                realUser = try cursor.integer("Uid", in: line)
                effectiveUser = try cursor.integer("Uid", in: line)
                hasUsers = true
            } else if line.starts(with: "NSpid:", moving: &cursor) {
                cursor.skipBlanks(in: line)
                while cursor.offset < line.count {
                    namespacePids.append(try cursor.integer("NSpid", in: line))
                    cursor.skipBlanks(in: line)
                }
            } else if line.starts(with: "SigBlk:", moving: &cursor) {
                blockedSignals = try cursor.hexadecimal("SigBlk", in: line)
            } else if line.starts(with: "SigIgn:", moving: &cursor) {
                ignoredSignals = try cursor.hexadecimal("SigIgn", in: line)
            } else if line.starts(with: "SigCgt:", moving: &cursor) {
                caughtSignals = try cursor.hexadecimal("SigCgt", in: line)
            }
        }
        guard hasThreadGroup else { throw .truncated(field: "Tgid") }
        guard hasUsers else { throw .truncated(field: "Uid") }
    }

    /// Whether the process ends, or runs its own handler, when it gets `signal`.
    public func reacts(to signal: Signal) -> Bool {
        let bit = UInt64(1) << UInt64(signal.number - 1)
        return ignoredSignals & bit == 0 && blockedSignals & bit == 0
    }
}

extension Span<UInt8> {
    /// Whether the bytes start with `prefix`; if so, puts `cursor` behind it.
    func starts(with prefix: StaticString, moving cursor: inout ByteCursor) -> Bool {
        let length = prefix.utf8CodeUnitCount
        guard count >= length else { return false }
        let matches = prefix.withUTF8Buffer { wanted in
            for index in 0..<length where unsafe wanted[index] != self[index] { return false }
            return true
        }
        if matches { cursor.seek(to: length) }
        return matches
    }
}
