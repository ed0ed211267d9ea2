/// A NUL-terminated path that is written over and over without allocating.
struct PathBuffer {
    /// The path with its NUL.
    private(set) var bytes: [CChar]

    init() {
        bytes = [0]
        bytes.reserveCapacity(64)
    }

    /// The length without the NUL.
    var count: Int { bytes.count - 1 }

    mutating func clear() { truncate(to: 0) }

    mutating func set(_ first: String, _ second: String = "") {
        clear()
        append(first)
        append(second)
    }

    mutating func truncate(to count: Int) {
        bytes.removeLast(bytes.count - 1 - count)
        bytes[count] = 0
    }

    mutating func append(_ text: String) {
        bytes.removeLast()
        for byte in text.utf8 { bytes.append(CChar(bitPattern: byte)) }
        bytes.append(0)
    }

    mutating func appendSeparator() {
        bytes[bytes.count - 1] = CChar(UInt8(ascii: "/"))
        bytes.append(0)
    }

    /// Appends a number in decimal; negative ones are none and come out as 0.
    mutating func append(_ number: Int32) {
        bytes.removeLast()
        let start = bytes.count
        var rest = UInt32(max(number, 0))
        repeat {
            bytes.append(CChar(UInt8(ascii: "0") + UInt8(rest % 10)))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
        bytes.append(0)
    }
}
