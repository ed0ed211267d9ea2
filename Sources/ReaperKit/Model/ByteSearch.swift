/// Searching bytes for words that are known when the program is built.
///
/// The same on `String` compares characters, and costs a hundred times as much.
extension Collection<UInt8> where Index == Int, SubSequence: Collection<UInt8> {
    /// Whether these are exactly the bytes of `word`.
    func isText(_ word: StaticString) -> Bool {
        word.withUTF8Buffer { unsafe elementsEqual($0) }
    }

    /// Where `word` first begins.
    func firstIndex(of word: StaticString) -> Int? {
        word.withUTF8Buffer { wanted in
            guard let first = unsafe wanted.first, count >= wanted.count else { return nil }
            let last = endIndex - wanted.count
            var start = startIndex
            while start <= last {
                if self[start] == first {
                    var length = 1
                    while length < wanted.count, unsafe self[start + length] == wanted[length] {
                        length += 1
                    }
                    if length == wanted.count { return start }
                }
                start += 1
            }
            return nil
        }
    }
}

extension [UInt8] {
    /// Puts other bytes in place of every `word`, from the left.
    mutating func replace(_ word: StaticString, with other: [UInt8]) {
        var start = 0
        while let found = self[start...].firstIndex(of: word) {
            replaceSubrange(found..<found + word.utf8CodeUnitCount, with: other)
            start = found + other.count
        }
    }
}
