/// What reaper's time namespace does to start times; time_namespaces(7).
///
/// The kernel shows a start time in `/proc/PID/stat` as the reader's namespace counts it: what a
/// process of another one recorded differs by the difference of their offsets.
enum TimeNamespace {
    /// Whether reaper counts from another moment than PID 1, or than the boot where PID 1 does not
    /// tell.
    ///
    /// - Parameters:
    ///   - own: `/proc/self/timens_offsets`; `nil` where there is none, before Linux 5.6.
    ///   - first: The same of PID 1.
    /// - Returns: Whether recorded start times may be counted otherwise than those read here.
    static func isShifted(own: [UInt8]?, first: [UInt8]?) -> Bool {
        guard let own = own.flatMap(sinceBoot) else { return false }
        return own != (first.flatMap(sinceBoot) ?? [0, 0])
    }

    /// Seconds and nanoseconds by which time since boot is shifted.
    private static func sinceBoot(_ text: [UInt8]) -> [Int64]? {
        for line in text.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "))
            guard fields.count == 3, fields[0].elementsEqual("boottime".utf8) else { continue }
            let numbers = fields[1...].compactMap { Int64(String(decoding: $0, as: UTF8.self)) }
            return numbers.count == 2 ? numbers : nil
        }
        return nil
    }
}

extension Procfs {
    /// The inode of reaper's own time namespace; time_namespaces(7).
    func ownTimeNamespace() -> UInt64? { try? inodeOfNamespace(behind: "\(root)/self/ns/time") }

    /// Whether start times that are read here are not those that the processes around know.
    func isTimeShifted() -> Bool {
        func offsets(of name: String) -> [UInt8]? {
            guard let file = try? FileDescriptor(opening: "\(root)/\(name)/timens_offsets") else {
                return nil
            }
            return try? file.readAll(limit: 1 << 12, subject: name)
        }
        return TimeNamespace.isShifted(own: offsets(of: "self"), first: offsets(of: "1"))
    }
}
