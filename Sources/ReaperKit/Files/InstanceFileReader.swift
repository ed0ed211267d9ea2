import Glibc

/// Finds the files that rules name and reads what they say, trusting nothing about them.
public struct InstanceFileReader {
    private let mounts: MountTable
    private var sockets: Result<UnixSocketTable, SystemError>?

    private let texts: TextSearch
    /// Files that could not be taken apart in time.
    private var late: Set<ByteString> = []
    /// Whether a lock is asked about again that may be another reaper's look.
    private let isPatient: Bool
    /// Rules whose files alone tell that a process has an owner.
    private var ownedRules: Set<String> = []

    /// Creates a reader for one scan: mounts and sockets are listed once.
    ///
    /// - Parameters:
    ///   - patiently: Whether files are to be acted on, so that it matters more to know who holds a
    ///     lock than to know soon.
    ///   - texts: What takes texts apart; one for all scans of a run, which share its time.
    /// - Throws: Why the mounts could not be read.
    public init(
        patiently: Bool = false,
        texts: TextSearch = TextSearch()
    ) throws(SystemError) {
        mounts = try MountTable.current()
        isPatient = patiently
        self.texts = texts
    }

    /// Reads the files of every rule that has any, in the rules' order.
    public mutating func scan(_ rules: [Rule]) -> InstanceScan {
        var scan = InstanceScan()
        var walk = GlobWalk(mounts: mounts)
        late = []
        ownedRules = Set(rules.filter(\.recordsOwned).map(\.id))
        for rule in rules {
            guard let instance = rule.instance else { continue }
            if instance.format == .socket { listSockets() }
            for glob in instance.files {
                walk.tellsPassedOver = rule.recordsOwned
                walk.walk(glob, excluding: instance.exclude) { directory, name in
                    if let file = read(name, in: directory, as: instance, of: rule.id) {
                        scan.files.append(file)
                    }
                }
            }
        }
        scan.ownedRules = ownedRules
        scan.files.sort { $0.path < $1.path }
        scan.quarantined = walk.quarantined
        scan.refusals = walk.refusals
        scan.notes = walk.notes
        scan.late = late
        return scan
    }

    /// Reads one file again, such as right before it is removed; `nil` when it is gone.
    ///
    /// - Throws: What kept its directory from being opened.
    public mutating func read(
        _ path: ByteString,
        as rule: Rule
    ) throws(SystemError) -> InstanceFile? {
        guard let instance = rule.instance, let (parent, name) = path.splitAtLastComponent else {
            return nil
        }
        if instance.format == .socket {
            sockets = nil
            listSockets()
        }
        if rule.recordsOwned { ownedRules.insert(rule.id) }
        let directory = try DirectoryHandle(opening: parent)
        return read(name, in: directory, as: instance, of: rule.id)
    }

    private mutating func listSockets() {
        guard sockets == nil else { return }
        do throws(SystemError) {
            sockets = .success(try UnixSocketTable.current())
        } catch {
            sockets = .failure(error)
        }
    }

    private mutating func read(
        _ name: ByteString,
        in directory: borrowing DirectoryHandle,
        as instance: InstanceRule,
        of rule: String
    ) -> InstanceFile? {
        let path = directory.path.appending(component: name)
        let facts: FileFacts
        do throws(SystemError) {
            facts = try FileFacts(of: name, in: directory.descriptor.raw)
        } catch {
            return nil
        }
        let mount = mounts.mount(of: facts)
        var file = InstanceFile(
            path: path,
            rule: rule,
            format: instance.format,
            facts: facts,
            mount: mount,
            trust: directory.trust
        )
        switch instance.format {
        case .socket:
            guard facts.kind == .socket else {
                file.contents = .unsafe("it is \(facts.kind.name), not a socket")
                return file
            }
            guard let sockets else { return file }
            if case .success(let table) = sockets {
                file.sockets = table.sockets(
                    boundTo: facts.identity.inode,
                    of: mount.map { DeviceNumber(major: $0.major, minor: $0.minor) }
                        ?? DeviceNumber(facts.identity.device)
                )
            }
            file.contents = .socket(
                SocketLiveness(
                    probing: name,
                    in: directory,
                    facts: facts,
                    mount: mount,
                    table: sockets
                )
            )
        case .symlink:
            file.contents = target(of: name, facts, in: directory, as: instance, for: file)
        case .pid, .json, .text, .lock:
            do throws(SafeOpenError) {
                let open = try SafeFile(
                    opening: name,
                    in: directory,
                    limit: instance.format.sizeLimit
                )
                file = InstanceFile(
                    path: path,
                    rule: rule,
                    format: instance.format,
                    facts: open.facts,
                    mount: mount,
                    trust: directory.trust
                )
                file.contents = try contents(of: open, named: file, as: instance)
                // Asking a server on the network may hang, and the file is kept anyway.
                if !file.isOnNetworkFileSystem {
                    file.lock = LockState(probing: open.descriptor, patiently: isPatient)
                }
            } catch {
                switch error {
                case .unsafe(let reason): file.contents = .unsafe(reason)
                case .oversized(let bytes, let limit):
                    file.contents = .oversized(bytes: bytes, limit: limit)
                case .system(let error) where error.code == ENOENT: return nil
                case .system(let error): file.contents = .denied(error.code)
                }
            }
        }
        return file
    }

    private mutating func contents(
        of open: borrowing SafeFile,
        named file: InstanceFile,
        as instance: InstanceRule
    ) throws(SafeOpenError) -> InstanceContents {
        if instance.format == .lock { return .entries([InstanceEntry(pid: nil)]) }
        var limit = instance.format.sizeLimit
        if instance.format == .text, !file.isBelieved(by: geteuid()) {
            limit = InstanceText.foreignPatternLimit
        }
        let bytes = try open.read(limit: limit, subject: file.path.text)
        // No program writes that: it is what a crash, or a full disk, leaves of a record.
        if bytes.isEmpty, ownedRules.contains(file.rule) { return .malformed("it is empty") }
        if instance.format == .text { return search(bytes, of: file, for: instance.pattern) }
        return InstanceContents { () throws(InstanceFormatError) in
            switch instance.format {
            case .json: try InstanceText.json(bytes, rule: instance)
            default: [try InstanceText.pid(bytes)]
            }
        }
    }

    private mutating func search(
        _ text: [UInt8],
        of file: InstanceFile,
        for pattern: String?
    ) -> InstanceContents {
        switch texts.entries(of: pattern, in: text) {
        case .searched(let result):
            return InstanceContents { () throws(InstanceFormatError) in try result.get() }
        case .late(let reason):
            late.insert(file.path)
            return .malformed(reason)
        }
    }

    private mutating func target(
        of name: ByteString,
        _ facts: FileFacts,
        in directory: borrowing DirectoryHandle,
        as instance: InstanceRule,
        for file: InstanceFile
    ) -> InstanceContents {
        guard facts.kind == .symbolicLink else {
            return .unsafe("it is \(facts.kind.name), not a symbolic link")
        }
        do throws(SystemError) {
            let target = try linkTarget(of: name, in: directory.descriptor.raw)
            return search(target.bytes, of: file, for: instance.pattern)
        } catch {
            return .denied(error.code)
        }
    }
}

extension InstanceContents {
    /// What a grammar found, with the kernel's word on each number.
    fileprivate init(_ parse: () throws(InstanceFormatError) -> [InstanceEntry]) {
        do throws(InstanceFormatError) {
            self = .entries(
                try parse().map { entry in
                    var entry = entry
                    if let pid = entry.pid { entry.liveness = PidLiveness(probing: pid) }
                    return entry
                }
            )
        } catch {
            self = .malformed(error.reason)
        }
    }
}

extension InstanceFormat {
    /// The most bytes that are read of a file, whoever wrote it.
    fileprivate var sizeLimit: UInt64 {
        switch self {
        case .pid: SafeFile.numberLimit
        case .json: SafeFile.textLimit
        case .text: InstanceText.patternLimit
        // Nothing of these is read.
        case .symlink, .socket, .lock: .max
        }
    }
}

extension InstanceFile {
    /// A file whose contents are not known yet.
    fileprivate init(
        path: ByteString,
        rule: String,
        format: InstanceFormat,
        facts: FileFacts,
        mount: MountTable.Mount?,
        trust: PathTrust
    ) {
        // Those of a symbolic link mean nothing, those of a socket say who may connect; unix(7).
        let isShared = facts.kind == .regular && facts.permissions & 0o022 != 0
        self.init(
            path: path,
            rule: rule,
            format: format,
            file: facts.identity,
            owner: facts.owner,
            mode: facts.permissions,
            modified: facts.modified,
            contents: .entries([]),
            isOnNetworkFileSystem: mount?.isNetwork ?? false,
            isWritableByOthers: isShared || trust.canBeSwapped(byOthersThan: facts.owner)
        )
    }
}
