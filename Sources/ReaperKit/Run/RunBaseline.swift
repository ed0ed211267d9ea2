import Glibc

/// What was there before a command ran, to tell what it left behind besides processes.
///
/// Ports count only where they are named. A socket can be left in a process that is none of the
/// command's, handed over (`SCM_RIGHTS`, unix(7)) or opened by a daemon on request, and the kernel
/// keeps no record of who made it: of any other port it could be somebody else's work.
public struct RunBaseline: Sendable {
    private let watched: [Glob]
    private let ports: PortSet?
    private let sockets: Set<UInt64>
    private let files: Set<ByteString>
    private let limits: [String]

    /// Notes what is there now; `nil` where nothing is to be looked at.
    ///
    /// - Parameters:
    ///   - globs: Of absolute paths; what matches one later and is not there now is new.
    ///   - ports: Who holds one of these later with another socket is new.
    public init?(watching globs: [Glob], ports: PortSet?) {
        if globs.isEmpty, ports == nil { return nil }
        let listing = WatchedFiles(matching: globs)
        let holding = HoldingSockets(of: ports)
        watched = globs
        self.ports = ports
        files = Set(listing.paths.keys)
        sockets = Set(holding.records.map(\.inode))
        limits = holding.limits + listing.limits
    }

    /// What has come since.
    public func changes() -> RunChanges {
        let holding = HoldingSockets(of: ports)
        let listing = WatchedFiles(matching: watched)
        var changes = RunChanges()
        changes.sockets = holding.records.filter { !sockets.contains($0.inode) }
        changes.files = listing.paths.filter { !files.contains($0.key) }
        for limit in limits + holding.limits + listing.limits
        where !changes.limits.contains(limit) {
            changes.limits.append(limit)
        }
        return changes
    }
}

/// What came while a command ran.
public struct RunChanges: Sendable {
    /// Sockets that hold a port which was asked about.
    public internal(set) var sockets: [SocketRecord] = []
    /// Files that were asked about; the facts are `nil` where it went away meanwhile.
    public internal(set) var files: [ByteString: FileFacts?] = [:]
    /// What could not be looked at, one sentence each.
    public internal(set) var limits: [String] = []

    /// Whether nothing came, as far as could be seen.
    public var isEmpty: Bool { sockets.isEmpty && files.isEmpty && limits.isEmpty }
}

/// The sockets that hold one of some ports.
private struct HoldingSockets {
    var records: [SocketRecord] = []
    var limits: [String] = []

    init(of ports: PortSet?) {
        guard let ports else { return }
        do throws(SystemError) {
            let query = SocketQuery(ports: ports, includesBound: false)
            let answer = try SocketDiagnostics.read(query)
            records = answer.sockets.filter { $0.holdsPort && $0.inode != 0 }
            if !answer.isConsistent { limits = ["sockets came and went while they were listed"] }
        } catch {
            limits = ["sockets: \(error.description)"]
        }
    }
}

/// The files that globs name.
private struct WatchedFiles {
    var paths: [ByteString: FileFacts?] = [:]
    var limits: [String] = []

    init(matching globs: [Glob]) {
        guard !globs.isEmpty else { return }
        do throws(SystemError) {
            var walk = GlobWalk(mounts: try MountTable.current())
            var found: [ByteString: FileFacts?] = [:]
            for glob in globs {
                walk.walk(glob, excluding: []) { directory, name in
                    let facts = try? FileFacts(of: name, in: directory.descriptor.raw)
                    found.updateValue(facts, forKey: directory.path.appending(component: name))
                }
            }
            paths = found
            limits = walk.refusals.map(\.error.description) + walk.notes
        } catch {
            limits = [error.description]
        }
    }
}
