/// What a control group's path says about who keeps the processes in it.
///
/// The names are conventions: of systemd (systemd.unit(5), pam_systemd(8)), of container engines
/// (`docker-ID.scope`, `libpod-ID.scope`, `cri-containerd-ID.scope`, `/docker/ID`, `/kubepods/...`)
/// and of Slurm (`job_ID`).
public struct ControlGroupPlace: Sendable, Equatable {
    /// A unit that systemd keeps.
    public struct Unit: Sendable, Hashable {
        /// Its name, such as `nginx.service`.
        public var name: String
        /// Whether a user's manager keeps it, and not the system's.
        public var isUsers: Bool

        /// Creates a unit.
        public init(_ name: String, isUsers: Bool = false) {
            self.name = name
            self.isUsers = isUsers
        }

        /// Whether it is a service, which systemd started itself; scopes hold what others started.
        public var isService: Bool { name.hasSuffix(".service") }

        /// The command that stops all of it.
        public var stopCommand: String {
            "systemctl \(isUsers ? "--user " : "")stop \(name.quotedForShell)"
        }
    }

    /// A container.
    public struct Container: Sendable, Hashable {
        /// Who made it.
        public enum Engine: String, Sendable, CaseIterable {
            case docker
            case podman
            case containerd
            case crio = "cri-o"
            case lxc
            case machine = "systemd-machined"
            /// Somebody whose names look like those of a container.
            case unknown
        }

        /// Who made it.
        public var engine: Engine
        /// Its ID, or its name where the engine uses names.
        public var id: String
        /// The UID of its Kubernetes pod.
        public var pod: String?

        /// Creates a container.
        public init(_ engine: Engine, _ id: String, pod: String? = nil) {
            self.engine = engine
            self.id = id
            self.pod = pod
        }

        /// The ID as engines print it: 12 digits are enough.
        public var shortID: String {
            id.count == 64 && id.utf8.allSatisfy(isHexadecimal) ? String(id.prefix(12)) : id
        }

        /// The command that stops it; `nil` where that is not for this host to do.
        public var stopCommand: String? {
            if pod != nil { return nil }
            return switch engine {
            case .docker: "docker stop \(shortID.quotedForShell)"
            case .podman: "podman stop \(shortID.quotedForShell)"
            case .containerd, .crio: "crictl stop \(shortID.quotedForShell)"
            case .lxc: "lxc-stop -n \(id.quotedForShell)"
            case .machine: "machinectl terminate \(id.quotedForShell)"
            case .unknown: nil
            }
        }
    }

    /// A login session.
    public struct Session: Sendable, Hashable {
        /// Its number, as `loginctl` shows it.
        public var id: String
        /// Whose it is.
        public var user: UInt32?

        /// Creates a session.
        public init(_ id: String, user: UInt32? = nil) {
            self.id = id
            self.user = user
        }
    }

    /// The innermost container.
    public var container: Container?
    /// The innermost unit that is none of the others.
    public var unit: Unit?
    /// The login session.
    public var session: Session?
    /// The number of a Slurm job.
    public var slurmJob: String?
    /// Whether it is the group of a service manager itself, `init.scope`.
    public var isManagers = false

    /// Creates a place that says nothing.
    public init() {}

    /// Reads lines of `/proc/PID/cgroup`: the unified hierarchy says most, version 1 the rest.
    public init(lines: [ByteString]) {
        let isUnified: (ByteString) -> Bool = { $0.bytes.starts(with: "0::".utf8) }
        for line in lines.filter(isUnified) + lines.filter({ !isUnified($0) }) {
            let other = ControlGroupPlace(path: ByteString(line.controlGroupPath))
            container = container ?? other.container
            unit = unit ?? other.unit
            session = session ?? other.session
            slurmJob = slurmJob ?? other.slurmJob
            isManagers = isManagers || other.isManagers
        }
    }
}

func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
    default: false
    }
}
