import CLinux
import Glibc

extension Procfs {
    /// Reads the facts about the machine that do not depend on any one process.
    ///
    /// What cannot be read stays empty: every fact here only adds to what a report can say.
    public mutating func hostFacts() -> HostFacts {
        var host = HostFacts()
        var names = utsname()
        if unsafe uname(&names) == 0 {
            host.name = text(of: &names.nodename)
            host.kernel = text(of: &names.release)
        }
        host.bootID = firstLine(of: "\(root)/sys/kernel/random/boot_id") ?? ""
        let ticks = sysconf(Int32(_SC_CLK_TCK))
        if ticks > 0 { host.ticksPerSecond = UInt64(ticks) }
        host.sinceBoot = Clock.sinceBoot()
        host.wallClock = Clock.wall()
        host.effectiveUser = geteuid()
        host.isTimeShifted = isTimeShifted()
        host.timeNamespace = ownTimeNamespace()
        readOwnChain(into: &host)
        var own = ProcessRecord(
            identity: ProcessIdentity(pid: getpid(), startTime: 0),
            name: "",
            parent: 0
        )
        read(.namespaces, of: &own, at: ProcessPlace(pid: getpid()))
        host.namespaces = own.namespaces?.known
        read(.cgroups, of: &own, at: ProcessPlace(pid: getpid()))
        host.servicePath = own.cgroups?.known?.lazy.compactMap(\.servicePath).first
        return host
    }

    /// Whether this mount shows reaper's own pid namespace: `self` must be reaper's own number.
    ///
    /// After `unshare -p` without a new mount every number in `/proc` means somebody else.
    public mutating func showsOwnNamespace() -> Bool {
        Self.firstLink(of: "\(root)/self") == "\(getpid())"
    }

    private mutating func readOwnChain(into host: inout HostFacts) {
        // An ancestor that ends between two reads leaves a gap that another look does not have.
        for _ in 0..<3 {
            host.ownChain = []
            var seen: Set<Int32> = []
            var pid = getpid()
            // A parent that started after its child is an adopter all the same: it waits for us.
            while pid > 0, seen.insert(pid).inserted {
                guard case .value(let record) = record(of: ProcessPlace(pid: pid)) else { break }
                if host.ownChain.isEmpty { host.ownProcessGroup = record.processGroup }
                host.ownChain.append(record.identity)
                pid = record.parent
            }
            // PID 1 may be hidden; it is never touched anyway. A parent outside is number 0.
            host.isOwnChainComplete = !host.ownChain.isEmpty && (0...1).contains(pid)
            if host.isOwnChainComplete { return }
        }
    }

    private func firstLine(of path: String) -> String? {
        guard let file = try? FileDescriptor(opening: path),
            let bytes = try? file.readAll(limit: 4096, subject: path)
        else { return nil }
        return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
    }

    static func firstLink(of path: String) -> String? {
        var target = [CChar](repeating: 0, count: 64)
        let count = unsafe clinux_readlinkat(AT_FDCWD, path, &target, target.count)
        guard count > 0 else { return nil }
        return String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

private func text<Field>(of field: inout Field) -> String {
    unsafe withUnsafeBytes(of: &field) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

/// Users and their numbers; a static program cannot ask NSS, so only `/etc/passwd` counts.
public struct UserNames: Sendable {
    /// Names by number.
    public private(set) var names: [UInt32: String] = [:]
    /// Numbers by name.
    public private(set) var numbers: [String: UInt32] = [:]

    /// Parses passwd(5) lines; lines that are none are passed over.
    public init(parsing bytes: [UInt8]) {
        for line in bytes.split(separator: 0x0A) {
            let fields = line.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
            guard fields.count >= 3, !fields[0].isEmpty,
                let number = UInt32(String(decoding: fields[2], as: UTF8.self))
            else { continue }
            let name = String(decoding: fields[0], as: UTF8.self)
            if names[number] == nil { names[number] = name }
            if numbers[name] == nil { numbers[name] = number }
        }
    }

    /// Reads `/etc/passwd`; without it there are no names, only numbers.
    public static func read() -> UserNames {
        guard let file = try? FileDescriptor(opening: "/etc/passwd"),
            let bytes = try? file.readAll(limit: 1 << 22, subject: "/etc/passwd")
        else { return UserNames(parsing: []) }
        return UserNames(parsing: bytes)
    }
}
