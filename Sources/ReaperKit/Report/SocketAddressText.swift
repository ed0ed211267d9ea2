extension SocketRecord {
    /// The local address without the port: `127.0.0.1`, or RFC 5952 such as `::1`; `nil` if it is
    /// neither 4 nor 16 bytes.
    public var addressText: String? {
        switch address.count {
        case 4: ipv4Text(address[...])
        case 16: ipv6Text(address)
        default: nil
        }
    }

    /// Whether it accepts on every address of the machine.
    public var isOnEveryAddress: Bool { address.allSatisfy { $0 == 0 } }

    /// Address and port as a person types them: `127.0.0.1:8080`, `[::1]:8080`, `*:8080`.
    public var endpointText: String {
        guard !isOnEveryAddress, let text = addressText else { return "*:\(port)" }
        return address.count == 16 ? "[\(text)]:\(port)" : "\(text):\(port)"
    }
}

private func ipv4Text(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { String($0) }.joined(separator: ".")
}

/// RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as `::`
/// (the first of equals), and mapped IPv4 addresses in dots.
private func ipv6Text(_ bytes: [UInt8]) -> String {
    if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xff, bytes[11] == 0xff {
        return "::ffff:" + ipv4Text(bytes[12...])
    }
    let groups = stride(from: 0, to: 16, by: 2).map {
        UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
    }
    var longest = 0..<0
    var start = 0
    while start < groups.count {
        var end = start
        while end < groups.count, groups[end] == 0 { end += 1 }
        if end - start >= 2, end - start > longest.count { longest = start..<end }
        start = end + 1
    }
    let text = { (part: ArraySlice<UInt16>) in
        part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard !longest.isEmpty else { return text(groups[...]) }
    return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
}
