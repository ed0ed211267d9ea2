/// Takes `/proc/net/tcp`, `tcp6`, `udp` and `udp6` apart; proc_pid_net(5).
///
/// One line per socket after a headline:
///
///      0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000  0 12345 ...
///
/// The address is printed as words of the machine's byte order, the port as a number. A line that
/// a read cut off is not taken until its newline is there: a cut inode names another socket.
struct SocketTableText {
    let transport: TransportProtocol
    let query: SocketQuery

    /// The sockets that the query accepts, in the kernel's order.
    private(set) var sockets: [SocketRecord] = []
    /// Lines that are no headline and make no sense; then the table was not wholly read.
    private(set) var malformedLines = 0
    private var rest: [UInt8] = []

    init(_ transport: TransportProtocol, query: SocketQuery) {
        self.transport = transport
        self.query = query
    }

    /// Takes the next bytes of the file, cut anywhere.
    mutating func append(_ chunk: some Sequence<UInt8>) {
        for byte in chunk {
            if byte == UInt8(ascii: "\n") {
                takeLine()
                rest.removeAll(keepingCapacity: true)
            } else if rest.count < SocketTableText.longestLine {
                rest.append(byte)
            }
        }
    }

    // The kernel's longest is about 200 bytes; what a stranger's file holds is not kept.
    private static let longestLine = 512

    private mutating func takeLine() {
        guard let socket = SocketTableText.record(rest.span, transport) else {
            // `sl` begins the headline, `  sl` in most of them.
            let text = rest.drop { $0 == UInt8(ascii: " ") }
            if !text.starts(with: [UInt8(ascii: "s"), UInt8(ascii: "l")]) { malformedLines += 1 }
            return
        }
        if let socket = socket.known, query.accepts(socket) { sockets.append(socket) }
    }

    /// One line without its newline; `nil` if it is none, `.gone` if its state is unknown.
    private static func record(
        _ line: Span<UInt8>,
        _ transport: TransportProtocol
    ) -> Reading<SocketRecord>? {
        var fields = FieldCursor()
        guard fields.decimal(in: line) != nil, fields.take(":", in: line),
            let local = fields.endpoint(in: line),
            let remote = fields.endpoint(in: line),
            let number = fields.hexadecimal(in: line),
            // Queues, timer, retransmissions.
            fields.skipField(in: line), fields.skipField(in: line), fields.skipField(in: line),
            let user = fields.decimal(in: line), user <= UInt64(UInt32.max),
            fields.skipField(in: line),
            let inode = fields.decimal(in: line),
            local.address.count == remote.address.count
        else { return nil }
        guard let state = SocketState(rawValue: UInt8(truncatingIfNeeded: number)), number < 256
        else { return .gone }
        return .value(
            SocketRecord(
                transport: transport,
                address: local.address,
                port: local.port,
                peerPort: remote.port,
                peerAddress: remote.port == 0 ? [] : remote.address,
                state: state,
                inode: inode,
                user: UInt32(user)
            )
        )
    }
}

/// A position in one line of fields separated by spaces.
private struct FieldCursor {
    private var offset = 0

    private mutating func skipSpaces(in line: Span<UInt8>) {
        while offset < line.count, line[offset] == UInt8(ascii: " ") { offset += 1 }
    }

    mutating func skipField(in line: Span<UInt8>) -> Bool {
        skipSpaces(in: line)
        let start = offset
        while offset < line.count, line[offset] != UInt8(ascii: " ") { offset += 1 }
        return offset > start
    }

    mutating func take(_ character: Unicode.Scalar, in line: Span<UInt8>) -> Bool {
        guard offset < line.count, line[offset] == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }

    mutating func decimal(in line: Span<UInt8>) -> UInt64? {
        skipSpaces(in: line)
        let start = offset
        var value: UInt64 = 0
        while offset < line.count, case let digit = line[offset] &- 0x30, digit < 10 {
            let (scaled, high) = value.multipliedReportingOverflow(by: 10)
            let (sum, low) = scaled.addingReportingOverflow(UInt64(digit))
            guard !high, !low else { return nil }
            value = sum
            offset += 1
        }
        return offset > start ? value : nil
    }

    /// At most eight digits.
    mutating func hexadecimal(in line: Span<UInt8>) -> UInt32? {
        skipSpaces(in: line)
        let start = offset
        var value: UInt32 = 0
        while offset < line.count, offset < start + 8, let digit = hexDigit(line[offset]) {
            value = value << 4 | UInt32(digit)
            offset += 1
        }
        return offset > start ? value : nil
    }

    /// `ADDRESS:PORT`, the address in one or four words of eight digits.
    mutating func endpoint(in line: Span<UInt8>) -> (address: [UInt8], port: UInt16)? {
        skipSpaces(in: line)
        var address: [UInt8] = []
        while address.count < 16, offset < line.count, line[offset] != UInt8(ascii: ":") {
            let start = offset
            guard let word = hexadecimal(in: line), offset == start + 8 else { return nil }
            // In memory the word is in network order, whatever number it makes here.
            let network = UInt32(bigEndian: word)
            for shift: UInt32 in [24, 16, 8, 0] {
                address.append(UInt8(truncatingIfNeeded: network >> shift))
            }
        }
        guard address.count == 4 || address.count == 16, take(":", in: line),
            let port = hexadecimal(in: line), port <= UInt32(UInt16.max)
        else { return nil }
        return (address, UInt16(port))
    }

    private func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
