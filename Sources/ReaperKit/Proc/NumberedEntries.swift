import CLinux
import Glibc

/// Reads the names of a directory below `/proc` that are numbers: descriptors, threads.
///
/// One value serves many directories; its buffer is allocated once.
struct NumberedEntries {
    private var buffer = [UInt8](repeating: 0, count: 32_768)

    /// The numbers in the order the kernel lists them; other names are left out.
    ///
    /// - Parameters:
    ///   - directory: Where `path` begins.
    ///   - path: NUL-terminated.
    /// - Returns: `.gone` when the process ended before or during the listing: half a list is no
    ///   answer.
    mutating func numbers(in directory: Int32, _ path: [CChar]) -> Reading<[Int32]> {
        let raw = unsafe clinux_openat(directory, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard raw >= 0 else { return Reading(failure: -raw) }
        let listing = FileDescriptor(owning: raw)
        var numbers: [Int32] = []
        if let code = read(listing, into: &numbers) { return Reading(failure: code) }
        return .value(numbers)
    }

    /// Adds what a directory lists from its current position on; returns the `errno` of a failure.
    mutating func read(
        _ listing: borrowing FileDescriptor,
        into numbers: inout [Int32]
    ) -> Int32? {
        while true {
            let count = unsafe clinux_getdents64(listing.raw, &buffer, 32_768)
            if count == -Int(EINTR) { continue }
            guard count >= 0 else { return Int32(-count) }
            guard count > 0 else { return nil }
            NumberedEntries.append(buffer.span.extracting(..<count), to: &numbers)
        }
    }

    /// Takes records of type `linux_dirent64` apart; getdents(2).
    ///
    /// One that makes no sense ends the walk.
    static func append(_ bytes: Span<UInt8>, to numbers: inout [Int32]) {
        var offset = 0
        // Inode and offset, 8 bytes each; length, 2; type, 1; then the name and a NUL.
        while offset + 20 <= bytes.count {
            let length = Int(UInt16(bytes[offset + 16]) | UInt16(bytes[offset + 17]) << 8)
            let size = Int(UInt16(littleEndian: UInt16(length)))
            guard size >= 20, size <= bytes.count - offset else { return }
            if let number = number(bytes.extracting(offset + 19..<offset + size)) {
                numbers.append(number)
            }
            offset += size
        }
    }

    private static func number(_ name: Span<UInt8>) -> Int32? {
        var value: Int32 = 0
        var index = 0
        while index < name.count, case let digit = name[index] &- 0x30, digit < 10 {
            let (scaled, high) = value.multipliedReportingOverflow(by: 10)
            let (sum, low) = scaled.addingReportingOverflow(Int32(digit))
            guard !high, !low else { return nil }
            value = sum
            index += 1
        }
        return index > 0 && index < name.count && name[index] == 0 ? value : nil
    }
}
