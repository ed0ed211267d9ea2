import Glibc

/// Facts that only an explanation needs.
extension Procfs {
    /// Reads them through the directory of the process.
    mutating func details(of process: ProcessRecord, at place: ProcessPlace) -> ProcessDetails {
        var details = ProcessDetails()
        details.login = LoginFacts(
            user: number("loginuid", of: place),
            session: number("sessionid", of: place)
        )
        if case .value(let bytes) = contents("wchan", of: place, limit: 256) {
            // "0" is what the kernel says of a running process, and to whoever may not know.
            let text = ByteString(bytes).text
            details.waitChannel = text.isEmpty || text == "0" ? nil : text
        }
        if let directory = process.workingDirectory?.known {
            details.isDirectoryDeleted = isDeleted(directory, "cwd", of: place)
        }
        details.foreignNamespaces = foreignNamespaces(of: place)
        return details
    }

    /// The audit subsystem's numbers are 4294967295 where nobody logged in.
    private mutating func number(_ name: StaticString, of place: ProcessPlace) -> UInt32? {
        guard case .value(let bytes) = contents(name, of: place, limit: 64) else { return nil }
        let digits = bytes.prefix { (0x30...0x39).contains($0) }
        return UInt32(String(decoding: digits, as: UTF8.self)).flatMap { $0 == .max ? nil : $0 }
    }

    /// Whether the kernel's ` (deleted)` is not a part of the name.
    private mutating func isDeleted(
        _ path: ByteString,
        _ link: StaticString,
        of place: ProcessPlace
    ) -> Bool {
        guard path.bytes.count > 10, path.bytes.suffix(10).elementsEqual(" (deleted)".utf8) else {
            return false
        }
        guard case .value(let its) = fileBehind(link, of: place) else { return true }
        return NamedFile.look(at: path) != .file(its)
    }

    private mutating func foreignNamespaces(
        of place: ProcessPlace
    ) -> [ProcessDetails.ForeignNamespace] {
        let own = ProcessPlace(pid: getpid())
        var list: [ProcessDetails.ForeignNamespace] = []
        for name: StaticString in [
            "ns/pid", "ns/mnt", "ns/net", "ns/user", "ns/uts", "ns/ipc", "ns/cgroup", "ns/time",
        ] {
            guard case .value(let its) = link(name, of: place),
                case .value(let ours) = link(name, of: own), its != ours,
                let inode = Self.namespaceInode(its)
            else { continue }
            list.append(.init(String("\(name)".dropFirst(3)), inode))
        }
        return list
    }

    /// The network namespace that a process lives in now.
    mutating func networkNamespace(of pid: Int32) -> Reading<UInt64> {
        switch link("ns/net", of: ProcessPlace(pid: pid)) {
        case .value(let target): Self.namespaceInode(target).map { .value($0) } ?? .denied(EINVAL)
        case .gone: .gone
        case .denied(let code): .denied(code)
        }
    }

    /// A thread of a process whose first one has exited.
    func liveThread(of pid: Int32) -> Int32? {
        var path = PathBuffer()
        path.set("\(pid)/task")
        var entries = NumberedEntries()
        return entries.numbers(in: directory.raw, path.bytes).known?.first { $0 != pid }
    }

    /// What a number names now, if anything.
    mutating func record(numbered pid: Int32) -> ProcessRecord? {
        record(of: ProcessPlace(pid: pid)).known
    }
}
