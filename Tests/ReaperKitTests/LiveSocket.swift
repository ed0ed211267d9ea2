import Glibc

/// A socket of the test process on loopback, closed with its value.
struct LiveSocket: ~Copyable {
    enum Kind { case stream, datagram }

    struct Failure: Error {
        let call: String
        let code: Int32
    }

    let descriptor: Int32
    private let isV6: Bool

    init(_ kind: Kind = .stream, v6: Bool = false, reusingPort: Bool = false) throws(Failure) {
        let type = kind == .stream ? SOCK_STREAM : SOCK_DGRAM
        let flags = Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        isV6 = v6
        descriptor = socket(v6 ? AF_INET6 : AF_INET, flags, 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
        if reusingPort {
            var one: Int32 = 1
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, 4)
        }
    }

    init(accepting listener: borrowing LiveSocket) throws(Failure) {
        isV6 = listener.isV6
        descriptor = accept(listener.descriptor, nil, nil)
        guard descriptor >= 0 else { throw Failure(call: "accept", code: errno) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { _ = close(descriptor) }

    /// Binds to loopback; port 0 lets the kernel choose.
    func bind(port: UInt16 = 0, toAnyAddress: Bool = false) throws(Failure) {
        let result = unsafe withAddress(port: port, any: toAnyAddress) {
            unsafe Glibc.bind(descriptor, $0, $1)
        }
        guard result == 0 else { throw Failure(call: "bind", code: errno) }
    }

    func listen() throws(Failure) {
        guard Glibc.listen(descriptor, 8) == 0 else { throw Failure(call: "listen", code: errno) }
    }

    func connect(to port: UInt16) throws(Failure) {
        let result = unsafe withAddress(port: port, any: false) {
            unsafe Glibc.connect(descriptor, $0, $1)
        }
        guard result == 0 else { throw Failure(call: "connect", code: errno) }
    }

    /// Waits for the peer's end of file.
    func waitForEnd() {
        var byte: UInt8 = 0
        _ = unsafe recv(descriptor, &byte, 1, 0)
    }

    var inode: UInt64 {
        var attributes = stat()
        _ = unsafe fstat(descriptor, &attributes)
        return UInt64(attributes.st_ino)
    }

    var port: UInt16 {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        _ = unsafe withUnsafeMutablePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length)
            }
        }
        // In the same place for both families.
        return UInt16(bigEndian: address.sin6_port)
    }

    private func withAddress(
        port: UInt16,
        any: Bool,
        _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        if isV6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            if !any { address.sin6_addr = in6addr_loopback }
            return unsafe withUnsafePointer(to: &address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe call($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        if !any { address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian }
        return unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe call($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Whether the machine has IPv6 on loopback at all.
    static let hasV6: Bool = {
        do {
            let probe = try LiveSocket(v6: true)
            try probe.bind()
            return true
        } catch {
            return false
        }
    }()
}
