import CLinux
import Glibc

/// What tells one `reaper run` from every other: the value of ``CommandRun/variable``.
public enum RunTag {
    /// A new one: the inode of reaper's pid namespace, reaper's number in it, and 64 bits that nobody
    /// else has.
    public static func make() -> String {
        var bits: UInt64 = 0
        if unsafe clinux_random(&bits, 8) != 8 {
            bits = UInt64(bitPattern: Clock.sinceBoot().nanoseconds)
        }
        let digits = String(bits, radix: 16)
        // 0 where that is not known.
        let namespace = (try? ownNamespace()) ?? 0
        let zeros = String(repeating: "0", count: 16 - digits.count)
        return "\(namespace)-\(getpid())-\(zeros)\(digits)"
    }

    /// The inode of reaper's own pid namespace; pid_namespaces(7).
    static func ownNamespace() throws(SystemError) -> UInt64 {
        try inodeOfNamespace(behind: "/proc/self/ns/pid")
    }

    /// The pid namespace that a tag says its reaper is in; `nil` where it does not say so.
    static func namespace(of tag: ByteString) -> UInt64? {
        let parts = tag.text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let namespace = UInt64(parts[0]), namespace > 0 else { return nil }
        return namespace
    }
}
