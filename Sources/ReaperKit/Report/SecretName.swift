/// Judges whether a name announces a secret: an environment variable, a flag, a header, a key.
enum SecretName {
    /// Letters of names that announce a secret, without the separators people put between them.
    private static let marks: [StaticString] = [
        "TOKEN", "PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "APIKEY", "ACCESSKEY", "PRIVATEKEY",
        "CREDENTIAL", "AUTH", "COOKIE", "PASSIN", "PASSOUT",
    ]
    /// Words that contain a mark and mean something else.
    private static let harmless: [StaticString] = ["TOKENIZ", "AUTHOR"]
    /// Names that end so tell where a secret lies, and that is worth seeing.
    private static let places: [StaticString] = ["FILE", "PATH", "DIR"]

    /// Whether the value of `name` must not be shown: `--db-password`, `API_KEY`, `x-auth-token`.
    static func announces(_ name: ArraySlice<UInt8>) -> Bool {
        var letters: [UInt8] = []
        var lastWord = 0
        var hasSeparator = false
        // Longer than any name: the end of it tells, and hostile text costs no more than this.
        for byte in name.suffix(256) {
            if isSeparator(byte) {
                hasSeparator = true
                lastWord = letters.count
            } else {
                letters.append(upper(byte))
            }
        }
        // Short for a password only as a word of its own: `compass` and `bypass` are not.
        if letters[lastWord...].isText("PASS") || letters[lastWord...].isText("PWD") {
            return hasSeparator || letters.isText("PASS")
        }
        guard !tellsPlace(letters[lastWord...]) else { return false }
        // "AUTHORIZATION" is the one word that starts like an author and names a secret.
        letters.replace("AUTHORIZ", with: Array("AUTH".utf8))
        for word in harmless { letters.replace(word, with: []) }
        return marks.contains { letters.firstIndex(of: $0) != nil }
    }

    /// `file` in `token-file` and `tokenfile`, but not the end of `profile`.
    private static func tellsPlace(_ word: ArraySlice<UInt8>) -> Bool {
        places.contains { place in
            guard word.suffix(place.utf8CodeUnitCount).isText(place) else { return false }
            let rest = word.dropLast(place.utf8CodeUnitCount)
            return rest.isEmpty || marks.contains { rest.firstIndex(of: $0) != nil }
        }
    }

    private static func isSeparator(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
    }

    private static func upper(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) ? byte - 32 : byte
    }
}
