/// One pass over a text that copies it and puts `***` in the place of secrets.
///
/// Where it has to guess how far a secret goes it takes more, never less.
struct SecretScanner {
    static let mask = Array("***".utf8)

    private let bytes: [UInt8]
    /// Whether an assignment at the very start owns the rest of the text, spaces included: true of
    /// one argument or one environment entry, false of a shell script.
    private let startsWithAssignment: Bool
    private var out: [UInt8] = []
    private var position = 0

    init(_ bytes: [UInt8], isScript: Bool) {
        self.bytes = bytes
        startsWithAssignment = !isScript
    }

    /// The text without its secrets.
    mutating func masked() -> [UInt8] {
        out.reserveCapacity(bytes.count)
        while position < bytes.count {
            if let end = SecretShape.end(of: bytes, from: position) {
                hide(upTo: end)
            } else if position == 0 || !isNameByte(bytes[position - 1]),
                isNameByte(bytes[position])
            {
                name()
            } else if bytes[position...].starts(with: Array("://".utf8)) {
                userInformation()
            } else {
                copy(upTo: position + 1)
            }
        }
        return out
    }

    private mutating func copy(upTo end: Int) {
        out.append(contentsOf: bytes[position..<end])
        position = end
    }

    private mutating func hide(upTo end: Int) {
        if end > position { out.append(contentsOf: SecretScanner.mask) }
        position = end
    }

    /// A name, and if it announces a secret, what is assigned to it.
    private mutating func name() {
        let start = position
        let end = bytes[start...].firstIndex { !isNameByte($0) } ?? bytes.endIndex
        // Most words are no names: nothing is assigned to them.
        guard let value = value(after: start..<end), SecretName.announces(bytes[start..<end]) else {
            // Only its first byte: what follows may still be a token by its looks.
            copy(upTo: start + 1)
            while position < end, SecretShape.end(of: bytes, from: position) == nil {
                copy(upTo: position + 1)
            }
            return
        }
        copy(upTo: value.lowerBound)
        hide(upTo: value.upperBound)
    }

    /// The value of the secret named in `name`, if one follows.
    private func value(after name: Range<Int>) -> Range<Int>? {
        let quote = name.lowerBound > 0 ? bytes[name.lowerBound - 1] : 0
        let isQuoted = isQuote(quote)
        var at = name.upperBound
        if isQuoted, byte(at) == quote { at += 1 }
        let beforeSpaces = at
        while byte(at) == UInt8(ascii: " ") { at += 1 }
        switch byte(at) {
        case UInt8(ascii: "="):
            // `NAME= command` gives the name an empty value; `name = value` is a setting.
            if at > beforeSpaces { at = skipSpaces(from: at + 1) } else { at += 1 }
            if name.lowerBound == 0, startsWithAssignment { return at..<bytes.count }
            return at..<wordEnd(from: at, in: isQuoted ? quote : nil)
        case UInt8(ascii: ":"):
            let valueStart = skipSpaces(from: at + 1)
            guard
                valueStart > at + 1 || byte(at + 1).map(isQuote) == true
                    || isHeader(bytes[name])
            else { return nil }
            if let open = byte(valueStart), isQuote(open) {
                // A member of an object: what follows the closing quote is no part of it.
                return valueStart + 1..<quoteEnd(open, from: valueStart + 1)
            }
            // A header's value may hold spaces: up to the quote it stands in, or the line's end.
            return valueStart..<lineEnd(from: valueStart, in: isQuoted ? quote : nil)
        default:
            // A flag with its value in the next word, inside a script.
            guard at > beforeSpaces, bytes[name].first == UInt8(ascii: "-"),
                let first = byte(at), first != UInt8(ascii: "-")
            else { return nil }
            return at..<wordEnd(from: at, in: nil)
        }
    }

    /// `scheme://user:password@host`: the password goes, and a user that looks like a token.
    private mutating func userInformation() {
        copy(upTo: position + 3)
        let end = bytes[position...].firstIndex { isAuthorityEnd($0) } ?? bytes.endIndex
        guard let at = bytes[position..<end].lastIndex(of: UInt8(ascii: "@")) else { return }
        let colon = bytes[position..<at].firstIndex(of: UInt8(ascii: ":"))
        let user = position..<(colon ?? at)
        if user.count >= 16 { hide(upTo: user.upperBound) } else { copy(upTo: user.upperBound) }
        guard let colon else { return }
        copy(upTo: colon + 1)
        hide(upTo: at)
    }
}

extension SecretScanner {
    private func byte(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

    private func skipSpaces(from start: Int) -> Int {
        bytes[min(start, bytes.count)...].firstIndex { $0 != UInt8(ascii: " ") } ?? bytes.endIndex
    }

    /// The end of a shell word: quotes may open and close in it, and hide spaces while open.
    private func wordEnd(from start: Int, in outer: UInt8?) -> Int {
        var open: UInt8?
        var at = start
        while at < bytes.count {
            let byte = bytes[at]
            if let quote = open {
                if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") { at += 1 }
                if byte == quote { open = nil }
            } else if byte == outer || isWordEnd(byte) {
                return at
            } else if byte == UInt8(ascii: "\\") {
                at += 1
            } else if isQuote(byte) {
                open = byte
            }
            at += 1
        }
        return bytes.count
    }

    private func quoteEnd(_ quote: UInt8, from start: Int) -> Int {
        var at = start
        while at < bytes.count, bytes[at] != quote {
            at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(at, bytes.count)
    }

    private func lineEnd(from start: Int, in outer: UInt8?) -> Int {
        bytes[start...].firstIndex { $0 == outer || $0 == UInt8(ascii: "\n") } ?? bytes.endIndex
    }

    /// Headers that people write without a space after the colon.
    private func isHeader(_ name: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: name, as: UTF8.self).lowercased()
        return text.hasPrefix("x-") || text.hasSuffix("authorization")
    }

    private func isQuote(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
    }

    private func isWordEnd(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"),
            UInt8(ascii: "&"), UInt8(ascii: ";"), UInt8(ascii: "|"):
            true
        default: false
        }
    }

    private func isAuthorityEnd(_ byte: UInt8) -> Bool {
        isWordEnd(byte) || isQuote(byte) || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?")
            || byte == UInt8(ascii: "#")
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }
}
