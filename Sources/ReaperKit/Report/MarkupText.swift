extension [UInt8] {
    /// Appends a character as XML and HTML show it, in text as well as between quotes.
    ///
    /// Every quote and angle bracket, so that neither `]]>` nor an attribute's end can be forged.
    mutating func append(markup scalar: Unicode.Scalar) {
        switch scalar {
        case "&": append(contentsOf: "&amp;".utf8)
        case "<": append(contentsOf: "&lt;".utf8)
        case ">": append(contentsOf: "&gt;".utf8)
        case "\"": append(contentsOf: "&quot;".utf8)
        case "'": append(contentsOf: "&apos;".utf8)
        default:
            append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }
}
