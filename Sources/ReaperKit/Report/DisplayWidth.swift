extension String {
    /// Terminal columns that this text takes, as wcwidth(3) counts them with a modern table.
    ///
    /// Text of foreign origin must be escaped first: what moves the cursor has no width.
    public var displayWidth: Int {
        var isASCII = true
        for byte in utf8 where byte >= 0x80 {
            isASCII = false
            break
        }
        return isASCII ? utf8.count : unicodeScalars.reduce(0) { $0 + $1.displayWidth }
    }

    /// The text cut to at most `columns`, with `…` in place of what was cut.
    ///
    /// The caller says which end is worth keeping: the tail of a path says more than its head.
    public func truncated(to columns: Int, keeping end: KeptEnd = .head) -> String {
        guard displayWidth > columns else { return self }
        guard columns > 0 else { return "" }
        let scalars = end == .head ? Array(unicodeScalars) : unicodeScalars.reversed()
        var kept: [Unicode.Scalar] = []
        var width = 1
        for scalar in scalars {
            guard width + scalar.displayWidth <= columns else { break }
            width += scalar.displayWidth
            kept.append(scalar)
        }
        var text = ""
        text.unicodeScalars.append(contentsOf: end == .head ? kept : kept.reversed())
        return end == .head ? text + "…" : "…" + text
    }
}

/// Which end of a text survives truncation.
public enum KeptEnd: Sendable {
    /// The beginning.
    case head
    /// The end.
    case tail
}

extension Unicode.Scalar {
    /// Columns of one scalar: 0 for marks that combine, 2 for wide ones, else 1.
    var displayWidth: Int {
        guard value >= 0x300 else { return 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        // Medial vowels and final consonants of Hangul join the syllable before them.
        if (0x1160...0x11ff).contains(value) { return 0 }
        // A flag is two regional indicators in two columns.
        if (0x1f1e6...0x1f1ff).contains(value) { return 1 }
        return properties.isEmojiPresentation || isEastAsianWide ? 2 : 1
    }

    /// East Asian Width W or F, by block; UAX #11.
    private var isEastAsianWide: Bool {
        switch value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff,
            0xa000...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19,
            0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6, 0x16fe0...0x18cff,
            0x1aff0...0x1b2ff, 0x1f200...0x1f265, 0x20000...0x3fffd:
            true
        default: false
        }
    }
}
