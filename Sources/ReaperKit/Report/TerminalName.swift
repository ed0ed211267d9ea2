extension ProcessRecord {
    /// The controlling terminal below `/dev`, such as `pts/3`; `nil` without one.
    ///
    /// The number is decoded as proc_pid_stat(5) says; the names are those of
    /// Documentation/admin-guide/devices.txt. A device that is not listed here reads `MAJOR:MINOR`.
    public var terminalName: String? {
        guard terminal != 0 else { return nil }
        let device = UInt32(bitPattern: terminal)
        let major = device >> 8 & 0xfff
        let minor = device & 0xff | device >> 12 & 0xfff00
        return switch major {
        case 4 where minor < 64: "tty\(minor)"
        case 4: "ttyS\(minor - 64)"
        case 5 where minor == 1: "console"
        case 136...143: "pts/\(minor + (major - 136) * 256)"
        case 166: "ttyACM\(minor)"
        case 188: "ttyUSB\(minor)"
        case 229: "hvc\(minor)"
        default: "\(major):\(minor)"
        }
    }
}
