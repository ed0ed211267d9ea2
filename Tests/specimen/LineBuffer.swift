import Glibc

/// Splits what a descriptor delivers into lines, however it was cut.
struct LineBuffer {
    private var pending: [UInt8] = []

    /// The lines that one read completes; nil at the end of the file.
    mutating func read(from descriptor: Int32) -> [String]? {
        var chunk = [UInt8](repeating: 0, count: 1 << 14)
        let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
        guard count > 0 else { return count < 0 && errno == EINTR ? [] : nil }
        pending += chunk[..<count]
        guard let end = pending.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        let lines = pending[..<end].split(separator: UInt8(ascii: "\n"))
        pending.removeSubrange(...end)
        return lines.map { String(decoding: $0, as: UTF8.self) }
    }
}
