import CLinux
import Glibc

/// What tells one `reaper run` from every other: the value of ``CommandRun/variable``.
public enum RunTag {
    /// A new one: reaper's number, and 64 bits that nobody else has.
    public static func make() -> String {
        var bits: UInt64 = 0
        if unsafe clinux_random(&bits, 8) != 8 {
            bits = UInt64(bitPattern: Clock.sinceBoot().nanoseconds)
        }
        let digits = String(bits, radix: 16)
        return "\(getpid())-" + String(repeating: "0", count: 16 - digits.count) + digits
    }
}
