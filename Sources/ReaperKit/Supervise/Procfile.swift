/// Reads Procfiles, the format of foreman(1): one `name: command line` per line.
enum Procfile {
    /// Reads every line; `PORT` is left to whoever sets it.
    ///
    /// Lines are as foreman's `^[A-Za-z0-9_-]+:\s*.+$` says. It passes over all others; here only
    /// empty lines and comments may be others, since a typing error must not drop a service.
    ///
    /// - Returns: The services, and what is wrong with the other lines.
    static func services(in bytes: [UInt8]) -> (services: [Service], errors: [JSONError]) {
        var errors: [JSONError] = []
        var services: [Service] = []
        var places: [String: TextPosition] = [:]
        let mark: [UInt8] = [0xef, 0xbb, 0xbf]  // what some editors write before UTF-8
        let text = bytes.starts(with: mark) ? bytes[3...] : bytes[...]
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let place = TextPosition(line: index + 1, column: 1)
            do throws(JSONError) {
                guard let service = try service(line.trimmingEnd, at: place) else { continue }
                if let first = places[service.name] {
                    throw JSONError(
                        "expected each name once, found '\(service.name)' again; it first stood at"
                            + " \(first)",
                        at: place
                    )
                }
                places[service.name] = place
                services.append(service)
            } catch {
                errors.append(error)
            }
        }
        if errors.isEmpty {
            do throws(JSONError) {
                try ServiceFile.refuse(count: services.count, at: .start)
            } catch {
                errors.append(error)
            }
        }
        return (services, errors)
    }

    /// The service of one line; `nil` for a line that is empty or a comment.
    private static func service(
        _ line: ArraySlice<UInt8>,
        at place: TextPosition
    ) throws(JSONError) -> Service? {
        guard let first = line.first(where: { !isBlank($0) }), first != UInt8(ascii: "#") else {
            return nil
        }
        let name = String(decoding: line.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self)
        let isPlain = !name.contains(".") && Service.isName(name)
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), isPlain else {
            let found = String(decoding: line.prefix(40), as: UTF8.self).escapedForTerminal
            throw JSONError(
                "expected 'name: command' with a name of letters, digits, '-' and '_', at most"
                    + " \(Service.longestName), or '#' for a comment, found '\(found)'",
                at: place
            )
        }
        let column = name.utf8.count + 1
        let command = line[(colon + 1)...].drop(while: isBlank)
        guard !command.isEmpty else {
            throw JSONError(
                "expected a command after '\(name):', found the end of the line",
                at: TextPosition(line: place.line, column: column + 1)
            )
        }
        guard !command.contains(0) else {
            throw JSONError(
                "expected a command without NUL, which nothing can be given",
                at: place
            )
        }
        var service = Service(name: name, command: Service.shell(ByteString(command)))
        service.stop.order = .atOnce
        service.position = place
        return service
    }
}

extension Service {
    /// What runs a command line.
    static func shell(_ line: ByteString) -> [ByteString] { ["/bin/sh", "-c", line] }

    /// Whether a shell runs it: that would go on with its next command if only the present one ended.
    var isShellLine: Bool { command.count == 3 && command.starts(with: ["/bin/sh", "-c"]) }
}

private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
}

extension ArraySlice<UInt8> {
    /// Without the blanks at its end.
    fileprivate var trimmingEnd: ArraySlice<UInt8> {
        self[..<(lastIndex { !isBlank($0) }.map { $0 + 1 } ?? startIndex)]
    }
}
