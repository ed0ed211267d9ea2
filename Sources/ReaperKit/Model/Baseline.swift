/// What was there at an earlier time, to tell what came since.
///
/// A process is the same one if number and start time are: two processes of one number and one
/// clock tick would both have had to start within the tick in which the snapshot was taken.
public struct Baseline: Sendable, Equatable {
    /// The boot in which it was taken; start times mean nothing in another one.
    public var bootID: String
    /// The pid namespace whose numbers it holds.
    public var pidNamespace: UInt64
    /// Who was there.
    public var processes: Set<ProcessIdentity>
    /// Inodes of the sockets that held a port.
    public var sockets: Set<UInt64>
    /// Instance files that rules named.
    public var files: Set<ByteString>

    /// Creates a baseline.
    public init(
        bootID: String,
        pidNamespace: UInt64,
        processes: Set<ProcessIdentity> = [],
        sockets: Set<UInt64> = [],
        files: Set<ByteString> = []
    ) {
        self.bootID = bootID
        self.pidNamespace = pidNamespace
        self.processes = processes
        self.sockets = sockets
        self.files = files
    }

    /// Why it cannot be compared with what is there now; `nil` when it can.
    public func objection(on host: HostFacts) -> String? {
        guard bootID == host.bootID else {
            return "it was taken in another boot, or on another machine"
        }
        guard pidNamespace == host.namespaces?.pid else {
            return "it was taken in another pid namespace"
        }
        return nil
    }
}
