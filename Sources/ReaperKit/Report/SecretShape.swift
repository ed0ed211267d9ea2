/// Tokens that are secrets by their looks alone, wherever they stand.
enum SecretShape {
    private struct Prefix {
        var text: [UInt8]
        /// How many letters must follow before it is a token and not a word.
        var minimum: Int

        init(_ text: String, _ minimum: Int) {
            self.text = Array(text.utf8)
            self.minimum = minimum
        }
    }

    private static let prefixes = [
        Prefix("AKIA", 16), Prefix("ASIA", 16),
        Prefix("ghp_", 20), Prefix("gho_", 20), Prefix("ghu_", 20), Prefix("ghs_", 20),
        Prefix("ghr_", 20), Prefix("github_pat_", 20), Prefix("glpat-", 16), Prefix("npm_", 30),
        Prefix("xoxb-", 10), Prefix("xoxp-", 10), Prefix("xoxa-", 10), Prefix("xoxs-", 10),
        Prefix("sk-", 20), Prefix("sk_live_", 16), Prefix("rk_live_", 16), Prefix("AIza", 30),
        Prefix("hf_", 30), Prefix("pypi-", 20), Prefix("dckr_pat_", 16),
    ]
    private static let privateKey = Array("-----BEGIN ".utf8)
    private static let webToken = Array("eyJ".utf8)

    /// Where the token that begins at `start` ends; `nil` if none begins there.
    static func end(of bytes: [UInt8], from start: Int) -> Int? {
        guard start == 0 || !isLetter(bytes[start - 1]) else { return nil }
        let rest = bytes[start...]
        if rest.starts(with: privateKey) {
            // The words before it are few; a hostile line of a megabyte is not searched for them.
            let firstLine = rest.prefix(64).prefix { $0 != UInt8(ascii: "\n") }
            let isKey = String(decoding: firstLine, as: UTF8.self).contains("PRIVATE KEY")
            return isKey ? bytes.count : nil
        }
        let end = rest.firstIndex { !isLetter($0) } ?? bytes.endIndex
        if rest.starts(with: webToken) {
            return webTokenEnd(in: bytes, from: start, firstPart: end)
        }
        for prefix in prefixes where rest.starts(with: prefix.text) {
            return end - start - prefix.text.count >= prefix.minimum ? end : nil
        }
        return nil
    }

    /// RFC 7519: three base64url parts with dots between; the third is empty when unsigned.
    private static func webTokenEnd(in bytes: [UInt8], from start: Int, firstPart: Int) -> Int? {
        guard firstPart - start >= 10, firstPart < bytes.count,
            bytes[firstPart] == UInt8(ascii: ".")
        else { return nil }
        return bytes[firstPart...].firstIndex { !isLetter($0) && $0 != UInt8(ascii: ".") }
            ?? bytes.endIndex
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
