extension String {
    /// Text of foreign origin, safe to print: a process may name itself `\u{1b}[2J`.
    ///
    /// Control, format (bidirectional overrides among them), surrogate and line-breaking
    /// characters become `\xNN` or `\u{NNNN}`.
    public var escapedForTerminal: String {
        var out = ""
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where scalar.value < 0x80:
                let hex = String(scalar.value, radix: 16)
                out += hex.count == 1 ? "\\x0\(hex)" : "\\x\(hex)"
            case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator,
                .privateUse, .unassigned:
                out += "\\u{\(String(scalar.value, radix: 16))}"
            default:
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
