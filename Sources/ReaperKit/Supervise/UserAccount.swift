import Glibc

/// A user of this machine, as whom a service can be run.
struct UserAccount: Sendable, Equatable {
    var name: String
    var user: UInt32
    var group: UInt32
    /// Every group that the user is in.
    var groups: [UInt32]
    var home: String

    /// Looks a user up in passwd(5) and group(5).
    ///
    /// The C library's own search would load modules that a static program cannot.
    ///
    /// - Parameter name: A name, or a number that has one.
    /// - Returns: `nil` where there is none.
    static func named(_ name: String) -> UserAccount? {
        guard let passwd = contents(of: "/etc/passwd") else { return nil }
        let group = contents(of: "/etc/group") ?? []
        return UserAccount(name, passwd: passwd, group: group)
    }

    /// Finds a user in the text of the two files.
    init?(_ name: String, passwd: [UInt8], group: [UInt8]) {
        let users = Self.lines(of: passwd).filter { $0.count >= 7 }
        guard
            let fields = users.first(where: { $0[0] == name })
                ?? users.first(where: { $0[2] == name }),
            let user = UInt32(fields[2]), let main = UInt32(fields[3])
        else { return nil }
        self.name = fields[0]
        self.user = user
        self.group = main
        home = fields[5].isEmpty ? "/" : fields[5]
        var groups = [main]
        for entry in Self.lines(of: group) where entry.count >= 4 {
            guard let number = UInt32(entry[2]), !groups.contains(number),
                entry[3].split(separator: ",").contains(Substring(fields[0]))
            else { continue }
            groups.append(number)
        }
        self.groups = groups
    }

    private static func lines(of bytes: [UInt8]) -> [[String]] {
        bytes.split(separator: UInt8(ascii: "\n")).map { line in
            line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
        }
    }

    private static func contents(of path: String) -> [UInt8]? {
        guard let file = try? FileDescriptor(opening: path) else { return nil }
        return try? file.readAll(limit: 1 << 22, subject: path)
    }
}
