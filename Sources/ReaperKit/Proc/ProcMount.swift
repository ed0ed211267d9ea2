import Glibc

extension Procfs {
    /// What this mount hides, one sentence each; proc(5), "Mount options".
    ///
    /// Nothing hides from root in its own namespaces but what `subset=pid` leaves out.
    mutating func limits(for host: HostFacts) -> [String] {
        guard let options = mountOptions() else { return [] }
        var notes: [String] = []
        for option in options {
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

    private mutating func mountOptions() -> [Substring]? {
        guard let file = try? FileDescriptor(opening: "\(root)/self/mountinfo"),
            let bytes = try? file.readAll(limit: 1 << 22, subject: "mountinfo")
        else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        // The last mount on a place covers the earlier ones.
        let line = text.split(separator: "\n").last { line in
            let fields = line.split(separator: " ", maxSplits: 5)
            return fields.count > 4 && fields[4] == root
        }
        guard let line, let end = line.range(of: " - proc ") else { return nil }
        let tail = line[end.upperBound...].split(separator: " ")
        return tail.last?.split(separator: ",")
    }
}

extension Substring {
    /// Where `text` first occurs.
    fileprivate func range(of text: String) -> Range<Index>? {
        ranges(of: text).first
    }
}
