/// Why bytes from `/proc` could not be understood.
public enum ParseError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The bytes ended inside the field.
    case truncated(field: String)
    /// The field does not start with what it must.
    case malformed(field: String, at: Int)
    /// The field does not fit its type.
    case overflow(field: String)

    /// Names the field as proc(5) does.
    public var description: String {
        switch self {
        case .truncated(let field): "truncated before '\(field)' ended"
        case .malformed(let field, let offset): "malformed '\(field)' at byte \(offset)"
        case .overflow(let field): "'\(field)' out of range"
        }
    }
}

/// A position in borrowed bytes: no copies, no `String`, no allocation.
///
/// A position is never negative: that and the comparison with the count in each loop are what its
/// unchecked subscripts rest on.
struct ByteCursor {
    private(set) var offset = 0

    mutating func seek(to newOffset: Int) { offset = newOffset }

    mutating func skipBlanks(in bytes: Span<UInt8>) {
        var end = offset
        while end < bytes.count, case let byte = unsafe bytes[unchecked: end],
            byte == 0x20 || byte == 0x09
        {
            end += 1
        }
        offset = end
    }

    /// Passes over one field of a space-separated line without looking at it.
    mutating func skipField(_ field: StaticString, in bytes: Span<UInt8>) throws(ParseError) {
        skipBlanks(in: bytes)
        var end = offset
        while end < bytes.count, case let byte = unsafe bytes[unchecked: end],
            byte != 0x20, byte != 0x0A
        {
            end += 1
        }
        guard end > offset else { throw .truncated(field: "\(field)") }
        offset = end
    }

    /// Reads a decimal number, with a minus sign where `T` has one, and refuses to wrap.
    mutating func integer<T: FixedWidthInteger>(
        _ field: StaticString,
        in bytes: Span<UInt8>,
        as _: T.Type = T.self
    ) throws(ParseError) -> T {
        skipBlanks(in: bytes)
        let first = offset
        let isNegative = T.isSigned && offset < bytes.count && bytes[offset] == UInt8(ascii: "-")
        if isNegative { offset += 1 }
        let start = offset
        var end = offset
        var value: T = 0
        while end < bytes.count {
            let digit = unsafe bytes[unchecked: end] &- 0x30
            guard digit < 10 else { break }
            let (scaled, high) = value.multipliedReportingOverflow(by: 10)
            let (sum, low) =
                isNegative
                ? scaled.subtractingReportingOverflow(T(digit))
                : scaled.addingReportingOverflow(T(digit))
            guard !high, !low else { throw .overflow(field: "\(field)") }
            value = sum
            end += 1
        }
        offset = end
        guard end > start else {
            throw end == bytes.count
                ? .truncated(field: "\(field)")
                : .malformed(field: "\(field)", at: first)
        }
        return value
    }

    /// Reads hexadecimal digits of either case, and refuses to wrap.
    mutating func hexadecimal<T: FixedWidthInteger & UnsignedInteger>(
        _ field: StaticString,
        in bytes: Span<UInt8>,
        as _: T.Type = T.self
    ) throws(ParseError) -> T {
        skipBlanks(in: bytes)
        let start = offset
        var value: T = 0
        while offset < bytes.count, let digit = hexadecimalDigit(bytes[offset]) {
            guard value.leadingZeroBitCount >= 4 else { throw .overflow(field: "\(field)") }
            value = value << 4 | T(digit)
            offset += 1
        }
        guard offset > start else {
            throw start == bytes.count
                ? .truncated(field: "\(field)")
                : .malformed(field: "\(field)", at: start)
        }
        return value
    }

    private func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
