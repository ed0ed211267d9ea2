extension PortSet {
    /// Reads `8080`, `3000-3010`, `8080/udp`, `:8080` or `http`, separated by commas.
    ///
    /// A number without a protocol means both; a name means those that `services` lists for it.
    /// `services` is evaluated only for names.
    ///
    /// - Throws: `ValueError` that names the element that is wrong; an empty one is.
    public init(
        parsing list: String,
        services: @autoclosure () -> ServiceNames
    ) throws(ValueError) {
        var members: [Member] = []
        for element in list.split(separator: ",", omittingEmptySubsequences: false) {
            let text = String(element.trimming { $0 == " " || $0 == "\t" })
            members += try PortSet.members(parsing: text, services)
        }
        self.init(members: members)
    }

    private static func members(
        parsing element: String,
        _ services: () -> ServiceNames
    ) throws(ValueError) -> [Member] {
        let parts = element.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        var transport: TransportProtocol?
        if parts.count == 2 {
            guard let named = TransportProtocol(rawValue: parts[1].lowercased()) else {
                throw ValueError(element, isNot: "a port", expected: "tcp or udp after '/'")
            }
            transport = named
        }
        var range = parts.first ?? ""
        if range.hasPrefix(":") {
            range.removeFirst()
        } else if let first = range.utf8.first, !isDigit(first),
            range.utf8.contains(where: isLetter)
        {
            return try members(named: String(range), transport, element, services())
        }
        let ends = range.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let low = port(ends.first ?? "")
        let high = ends.count == 2 ? port(ends[1]) : low
        guard let low, let high else {
            throw ValueError(
                element,
                isNot: "a port",
                expected: "1 to 65535, a range such as 3000-3010, or a name from /etc/services"
            )
        }
        guard low <= high else {
            throw ValueError(element, isNot: "a range of ports", expected: "the lower port first")
        }
        return [Member(ports: low...high, transport: transport)]
    }

    private static func members(
        named name: String,
        _ transport: TransportProtocol?,
        _ element: String,
        _ services: ServiceNames
    ) throws(ValueError) -> [Member] {
        let found = services.ports(named: name)
        guard !found.isEmpty else {
            let nearest = nearestName(to: name, in: services.names)
            throw ValueError(
                element,
                isNot: "a port",
                expected: "1 to 65535, or a name from /etc/services"
                    + (nearest.map { " such as '\($0)'" } ?? "")
            )
        }
        let wanted = found.filter { transport == nil || $0.transport == transport }
        guard !wanted.isEmpty else {
            let listed = found.map { "\($0.port)/\($0.transport.rawValue)" }
            throw ValueError(
                element,
                isNot: "a port",
                expected: "\(listed.joined(separator: " or ")), as /etc/services lists it"
            )
        }
        return wanted.map { Member(ports: $0.port...$0.port, transport: $0.transport) }
    }

    private static func port(_ text: Substring) -> UInt16? {
        guard !text.isEmpty, text.utf8.allSatisfy(isDigit), let port = UInt16(text), port > 0 else {
            return nil
        }
        return port
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}

extension Substring {
    fileprivate func trimming(_ isBlank: (Character) -> Bool) -> Substring {
        var rest = self
        while let first = rest.first, isBlank(first) { rest.removeFirst() }
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }
}
