import CLinux

/// A device by its two halves: the kernel packs them differently in `st_dev` and in sock_diag(7).
struct DeviceNumber: Hashable, Sendable {
    var major: UInt32
    var minor: UInt32

    init(major: UInt32, minor: UInt32) {
        self.major = major
        self.minor = minor
    }

    /// From `st_dev`, in the C library's packing; makedev(3).
    init(_ device: UInt64) {
        major = clinux_major(device)
        minor = clinux_minor(device)
    }

    /// From the kernel's own `dev_t`: 12 bits of major above 20 of minor; include/linux/kdev_t.h.
    init(kernel device: UInt32) {
        major = device >> 20
        minor = device & 0xf_ffff
    }
}
