import Glibc

/// The files that a process has open, by path; standard input and the outputs apart, which are its
/// starter's.
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
        var paths: [ByteString] = []
        for number in numbers.prefix(limit) where number > 2 {
            // Whoever closes a file, or ends, has it open no more.
            guard
                let path = try? linkTarget(
                    of: ByteString("/proc/\(pid)/fd/\(number)"),
                    in: AT_FDCWD
                ),
                path.bytes.first == UInt8(ascii: "/")
            else { continue }
            if !path.bytes.starts(with: "/dev/".utf8), !paths.contains(path) { paths.append(path) }
        }
        return paths
    }
}
