import Glibc

extension Procfs {
    /// The mounts that reaper sees, proc_pid_mountinfo(5); nothing where they cannot be read.
    func mountinfo() -> [UInt8] {
        guard let file = try? FileDescriptor(opening: "\(root)/self/mountinfo"),
            let bytes = try? file.readAll(limit: 1 << 22, subject: "mountinfo")
        else { return [] }
        return bytes
    }

    /// What this mount hides, one sentence each; proc(5), "Mount options".
    ///
    /// Whoever needs ``mountinfo()`` besides gives what it returned.
    func limits(for host: HostFacts, in mountinfo: [UInt8]? = nil) -> [String] {
        ProcMount.limits(
            of: root,
            in: mountinfo ?? self.mountinfo(),
            effectiveUser: host.effectiveUser
        )
            + (host.isTimeShifted
                ? [
                    "this time namespace counts start times otherwise than PID 1's: what was recorded outside cannot be compared"
                ] : [])
    }
}

/// What `/proc/self/mountinfo` says about a procfs; proc_pid_mountinfo(5).
enum ProcMount {
    /// What the procfs at `root` hides from this user, one sentence each.
    ///
    /// Nothing hides from root in its own namespaces but what `subset=pid` leaves out.
    static func limits(of root: String, in mountinfo: [UInt8], effectiveUser: UInt32) -> [String] {
        options(of: root, in: mountinfo).compactMap { option in
            switch option {
            case "hidepid=1", "hidepid=noaccess":
                effectiveUser == 0
                    ? nil : "\(root) is mounted with hidepid=1: other users' facts are hidden"
            case "hidepid=2", "hidepid=invisible", "hidepid=4", "hidepid=ptraceable":
                effectiveUser == 0
                    ? nil : "\(root) is mounted with \(option): other users' processes are hidden"
            case "subset=pid":
                "\(root) is mounted with subset=pid: nothing can be proven gone"
            default: nil
            }
        }
    }

    /// The options of the file system at `root`; none when no procfs is mounted there.
    static func options(of root: String, in mountinfo: [UInt8]) -> [String] {
        var place = Array(root.utf8)
        while place.count > 1, place.last == UInt8(ascii: "/") { place.removeLast() }
        // The last mount on a place covers the earlier ones.
        let line = mountinfo.split(separator: 0x0A).last { mountPoint(of: $0) == place }
        guard let fields = line?.split(separator: 0x20),
            // Optional fields end at a single hyphen; type, source and options follow.
            let hyphen = fields.firstIndex(where: { $0.elementsEqual("-".utf8) }),
            fields.count > hyphen + 3, fields[hyphen + 1].elementsEqual("proc".utf8)
        else { return [] }
        let options = fields.last?.split(separator: UInt8(ascii: ",")) ?? []
        return options.map { String(decoding: $0, as: UTF8.self) }
    }

    /// Where a line of `mountinfo` says that something is mounted; nothing where it says so nowhere.
    ///
    /// Containers bring mounts by the hundred: most lines are passed over by this one field.
    static func mountPoint(of line: ArraySlice<UInt8>) -> [UInt8] {
        var rest = line
        for _ in 0..<4 {
            guard let blank = rest.firstIndex(of: 0x20) else { return [] }
            rest = rest[(blank + 1)...]
        }
        return unescaped(rest.prefix { $0 != 0x20 })
    }

    /// Blanks, newlines and backslashes stand as three octal digits after a backslash.
    static func unescaped(_ field: ArraySlice<UInt8>) -> [UInt8] {
        guard field.contains(UInt8(ascii: "\\")) else { return Array(field) }
        var bytes: [UInt8] = []
        var rest = field
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            guard byte == UInt8(ascii: "\\"), digits.count == 3,
                let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(code)
            rest = rest.dropFirst(3)
        }
        return bytes
    }
}
