import Glibc

/// The files that a process has open, by path; reaper's own standard streams apart, which it has
/// from there.
///
/// Only the links are read; see ``DescriptorTable`` for why nothing is opened.
enum OpenPaths {
    /// How many descriptors of one process are looked at.
    private static let limit = 512

    /// Paths in order, each once; devices, pipes and sockets are left out.
    static func of(_ pid: Int32) -> [ByteString] {
        var entries = NumberedEntries()
        let directory = Array("/proc/\(pid)/fd".utf8CString)
        guard let numbers = entries.numbers(in: AT_FDCWD, directory).known else { return [] }
        let inherited = (0...2).compactMap { target(of: $0, in: "self") }
        var paths: [ByteString] = []
        for number in numbers.prefix(limit) {
            // Whoever closes a file, or ends, has it open no more.
            guard let path = target(of: number, in: "\(pid)"),
                path.bytes.first == UInt8(ascii: "/"), !path.bytes.starts(with: "/dev/".utf8),
                number > 2 || !inherited.contains(path), !paths.contains(path)
            else { continue }
            paths.append(path)
        }
        return paths
    }

    private static func target(of number: Int32, in process: String) -> ByteString? {
        try? linkTarget(of: ByteString("/proc/\(process)/fd/\(number)"), in: AT_FDCWD)
    }
}
