extension String {
    /// The text as one word of a POSIX shell, quoted where that is needed.
    ///
    /// What it holds of control characters is not made harmless: print it escaped, and do not offer
    /// it for pasting where ``isPrintableWord`` is false.
    public var quotedForShell: String {
        let isPlain = utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "/._-+:@%,=".utf8.contains(byte)
            }
        }
        guard !isPlain || isEmpty else { return self }
        return "'"
            + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
            + "'"
    }

    /// Whether printing it escaped changes nothing, so that what is shown can be pasted.
    var isPrintableWord: Bool { !isEmpty && escapedForTerminal == self }
}
