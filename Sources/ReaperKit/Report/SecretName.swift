/// Judges whether a name announces a secret: an environment variable, a flag, a header, a key.
enum SecretName {
    /// Letters of names that announce a secret, without the separators people put between them.
    private static let marks = [
        "TOKEN", "PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "APIKEY", "ACCESSKEY", "PRIVATEKEY",
        "CREDENTIAL", "AUTH", "COOKIE", "PASSIN", "PASSOUT",
    ]
    /// Words that contain a mark and mean something else.
    private static let harmless = ["TOKENIZ", "AUTHOR"]
    /// Names that end so tell where a secret lies, and that is worth seeing.
    private static let places = ["FILE", "PATH", "DIR"]

    /// Whether the value of `name` must not be shown: `--db-password`, `API_KEY`, `x-auth-token`.
    static func announces(_ name: ArraySlice<UInt8>) -> Bool {
        var words: [[UInt8]] = [[]]
        // Longer than any name: the end of it tells, and hostile text costs no more than this.
        for byte in name.suffix(256) {
            if isSeparator(byte) {
                words.append([])
            } else {
                words[words.count - 1].append(upper(byte))
            }
        }
        // Short for a password only as a word of its own: `compass` and `bypass` are not.
        if words.last.map({ $0 == Array("PASS".utf8) || $0 == Array("PWD".utf8) }) == true {
            return name.first == UInt8(ascii: "-") || words.count > 1
                || words == [Array("PASS".utf8)]
        }
        var letters = String(decoding: words.joined(), as: UTF8.self)
        guard !tellsPlace(words.last ?? []) else { return false }
        // "AUTHORIZATION" is the one word that starts like an author and names a secret.
        letters = replacing("AUTHORIZ", with: "AUTH", in: letters)
        for word in harmless { letters = replacing(word, with: "", in: letters) }
        return marks.contains { letters.contains($0) }
    }

    /// `file` in `token-file` and `tokenfile`, but not the end of `profile`.
    private static func tellsPlace(_ word: [UInt8]) -> Bool {
        let word = String(decoding: word, as: UTF8.self)
        return places.contains { place in
            guard word.hasSuffix(place) else { return false }
            let rest = word.dropLast(place.count)
            return rest.isEmpty || marks.contains { rest.contains($0) }
        }
    }

    private static func replacing(_ word: String, with other: String, in text: String) -> String {
        text.contains(word)
            ? text.split(separator: word, omittingEmptySubsequences: false)
                .joined(separator: other) : text
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }

    private static func upper(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 32 : byte
    }
}
