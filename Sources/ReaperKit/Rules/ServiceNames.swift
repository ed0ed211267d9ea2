/// Names of ports, as `/etc/services` lists them; services(5).
///
/// Read here because a static binary has no `getservbyname(3)`: that loads shared libraries.
public struct ServiceNames: Sendable {
    /// Ports by name or alias, in file order.
    private var ports: [String: [(port: UInt16, transport: TransportProtocol)]] = [:]

    /// Creates an empty table, in which only numbers are ports.
    public init() {}

    /// Reads the contents of `/etc/services`; lines that are not as services(5) says are skipped,
    /// as the C library does, and so are transports other than TCP and UDP.
    public init(parsing contents: [UInt8]) {
        for line in contents.split(separator: UInt8(ascii: "\n")) {
            let text = line.prefix { $0 != UInt8(ascii: "#") }
            let fields = text.split { byte in
                byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
                    || byte == UInt8(ascii: "\r")
            }
            guard fields.count >= 2 else { continue }
            let parts = fields[1].split(separator: UInt8(ascii: "/"), maxSplits: 1)
            guard parts.count == 2, let port = UInt16(String(decoding: parts[0], as: UTF8.self)),
                port != 0,
                let transport = TransportProtocol(
                    rawValue: String(decoding: parts[1], as: UTF8.self)
                )
            else { continue }
            for name in [fields[0]] + fields[2...] {
                ports[String(decoding: name, as: UTF8.self), default: []].append((port, transport))
            }
        }
    }

    /// The ports that a name stands for; none for one that is not listed.
    public func ports(named name: String) -> [(port: UInt16, transport: TransportProtocol)] {
        ports[name] ?? []
    }

    /// Every name and alias, unordered.
    public var names: some Sequence<String> { ports.keys }
}
