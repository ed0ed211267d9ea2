import Glibc

extension Procfs {
    /// What this mount hides, one sentence each; proc(5), "Mount options".
    ///
    /// Nothing hides from root in its own namespaces but what `subset=pid` leaves out.
    mutating func limits(for host: HostFacts) -> [String] {
        guard let options = mountOptions() else { return [] }
        var notes: [String] = []
        for option in options {
            let option = String(decoding: option, as: UTF8.self)
            switch option {
            case "hidepid=1", "hidepid=noaccess":
                if host.effectiveUser != 0 {
                    notes.append("\(root) is mounted with hidepid=1: other users' facts are hidden")
                }
            case "hidepid=2", "hidepid=invisible", "hidepid=4", "hidepid=ptraceable":
                if host.effectiveUser != 0 {
                    notes.append(
                        "\(root) is mounted with \(option): other users' processes are hidden"
                    )
                }
            case "subset=pid":
                notes.append("\(root) is mounted with subset=pid: nothing can be proven gone")
            default: continue
            }
        }
        return notes
    }

    /// The options of this mount's file system; proc_pid_mountinfo(5).
    private func mountOptions() -> [ArraySlice<UInt8>]? {
        guard let file = try? FileDescriptor(opening: "\(root)/self/mountinfo"),
            let bytes = try? file.readAll(limit: 1 << 22, subject: "mountinfo")
        else { return nil }
        let place = Array(root.utf8)
        // The last mount on a place covers the earlier ones.
        let line = bytes.split(separator: 0x0A).last { line in
            let fields = line.split(separator: 0x20, maxSplits: 5)
            return fields.count > 4 && fields[4].elementsEqual(place)
        }
        guard let fields = line?.split(separator: 0x20),
            // Optional fields end at a single hyphen; type, source and options follow.
            let hyphen = fields.firstIndex(where: { $0.elementsEqual("-".utf8) }),
            fields.count > hyphen + 3, fields[hyphen + 1].elementsEqual("proc".utf8)
        else { return nil }
        return fields.last?.split(separator: UInt8(ascii: ","))
    }
}
