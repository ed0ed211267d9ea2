/// Somebody, or something, that started a process or keeps it running.
public struct Origin: Sendable, Equatable {
    /// What it is, the most telling first.
    public enum Kind: Int, Sendable, CaseIterable, Comparable {
        /// A container.
        case container
        /// A program that starts what ends anew.
        case supervisor
        /// A job of a continuous integration system.
        case ci
        /// A job of a batch system.
        case batch
        /// A program that starts others at set times.
        case scheduler
        /// A systemd service.
        case unit
        /// A coding agent.
        case agent
        /// An editor or a development environment.
        case editor
        /// A terminal multiplexer, which keeps its programs when a connection is lost.
        case multiplexer
        /// A remote login.
        case ssh
        /// A terminal window.
        case terminal
        /// A login session.
        case session
        /// A script that a build tool or a package manager runs.
        case tool
        /// A shell.
        case shell
        /// A unit that holds what others asked for, such as `cron.service`.
        case hostUnit

        /// From the most telling on.
        public static func < (left: Kind, right: Kind) -> Bool { left.rawValue < right.rawValue }
    }

    /// What it is.
    public var kind: Kind
    /// What sentences call it, such as `systemd unit nginx.service`.
    public var name: String
    /// What it belongs to, such as `systemd` or `github`: what tells of one system is put together.
    public var system: String
    /// Why it is believed.
    public var evidence: [Evidence]
    /// The ancestor that it is, where it is one.
    public var process: ProcessIdentity?
    /// Whether it starts again what ends.
    public var restarts = false
    /// The command that makes it stop the process; `nil` where there is none.
    public var stopCommand: String?
    /// The command that tells the name which ``stopCommand`` leaves open, as `NAME`.
    public var nameCommand: String?

    /// Creates an origin.
    public init(
        _ kind: Kind,
        _ name: String,
        system: String,
        evidence: [Evidence],
        process: ProcessIdentity? = nil,
        restarts: Bool = false,
        stopCommand: String? = nil
    ) {
        self.kind = kind
        self.name = name
        self.system = system
        self.evidence = evidence
        self.process = process
        self.restarts = restarts
        self.stopCommand = stopCommand
    }
}

extension Origin {
    /// Everything that is known to have started `process` or to keep it, the most telling first.
    ///
    /// - Parameters:
    ///   - process: Its control groups, environment and namespaces must have been read.
    ///   - chain: Its parents.
    ///   - login: Who logged in for it, as far as the kernel keeps that.
    ///   - host: Reaper's own place.
    /// - Returns: Each with the facts that tell of it; none where nothing does.
    public static func all(
        of process: ProcessRecord,
        chain: ParentChain,
        login: LoginFacts = LoginFacts(),
        on host: HostFacts
    ) -> [Origin] {
        var found = ofControlGroups(process, on: host)
        found += ofAncestors(chain, process)
        found += ofEnvironment(process)
        if let session = ofLogin(process, login, on: host),
            !found.contains(where: { $0.kind == .session })
        {
            found.append(session)
        }
        // The order among equals is the order of the tables: nearest first.
        return found.enumerated().sorted { left, right in
            left.element.kind == right.element.kind
                ? left.offset < right.offset : left.element.kind < right.element.kind
        }.map(\.element).merged
    }

    private static func ofControlGroups(
        _ process: ProcessRecord,
        on host: HostFacts
    ) -> [Origin] {
        guard let lines = process.cgroups?.known else { return [] }
        let place = ControlGroupPlace(lines: lines)
        let source = process.source("cgroup")
        let path = process.cgroupPath
        func evidence(_ fact: String) -> [Evidence] {
            [Evidence(fact, source: source, value: path)]
        }
        var found: [Origin] = []
        if let container = place.container {
            found.append(
                Origin(
                    .container,
                    container.name,
                    system: "container",
                    evidence: evidence("its control group is that of a container"),
                    stopCommand: container.stopCommand
                )
            )
        } else if process.isInOtherPids(than: host) {
            let numbers = process.status?.known?.namespacePids ?? []
            found.append(
                Origin(
                    .container,
                    "a pid namespace of its own, as a container's",
                    system: "container",
                    evidence: [
                        Evidence(
                            "it lives in a pid namespace of its own",
                            source: process.source("status"),
                            value: ByteString(
                                "NSpid: \(numbers.map(String.init).joined(separator: " "))"
                            )
                        )
                    ]
                )
            )
        }
        if let unit = place.unit {
            // Reaper's own service, such as a CI runner's, is where the caller is.
            let isOwn = lines.contains {
                $0.servicePath != nil && $0.servicePath == host.servicePath
            }
            let isHost = !unit.isService || isOwn || HostUnit.isOne(unit.name)
            found.append(
                Origin(
                    isHost ? .hostUnit : .unit,
                    unit.title,
                    system: "systemd",
                    evidence: evidence("it is in the control group of \(unit.name)"),
                    restarts: !isHost,
                    stopCommand: isHost ? nil : unit.stopCommand
                )
            )
        }
        if let session = place.session {
            let user = session.user.map { " of user \(host.userNames[$0] ?? "\($0)")" } ?? ""
            found.append(
                Origin(
                    .session,
                    "login session \(session.id)\(user)",
                    system: "login",
                    evidence: evidence("it is in the control group of session-\(session.id).scope")
                )
            )
        }
        if let job = place.slurmJob {
            found.append(
                Origin(
                    .batch,
                    "Slurm job \(job)",
                    system: "slurm",
                    evidence: evidence("it is in the control group of job_\(job)"),
                    stopCommand: "scancel \(job)"
                )
            )
        }
        return found
    }

    private static func ofLogin(
        _ process: ProcessRecord,
        _ login: LoginFacts,
        on host: HostFacts
    ) -> Origin? {
        guard let user = login.user else { return nil }
        var evidence = [
            Evidence(
                "somebody logged in as user \(host.userNames[user] ?? "\(user)") started it",
                source: process.source("loginuid"),
                value: ByteString("\(user)")
            )
        ]
        if let session = login.session {
            evidence.append(
                Evidence(
                    "the audit session is \(session)",
                    source: process.source("sessionid"),
                    value: ByteString("\(session)")
                )
            )
        }
        return Origin(
            .session,
            "a login of user \(host.userNames[user] ?? "\(user)")",
            system: "login",
            evidence: evidence
        )
    }
}

/// What the audit subsystem keeps of a login; it is inherited and outlives every parent.
public struct LoginFacts: Sendable, Equatable {
    /// `/proc/PID/loginuid`; `nil` where nobody logged in.
    public var user: UInt32?
    /// `/proc/PID/sessionid`; `nil` where there is none.
    public var session: UInt32?

    /// Creates facts.
    public init(user: UInt32? = nil, session: UInt32? = nil) {
        self.user = user
        self.session = session
    }
}

/// Units in whose control groups live processes that others asked for: stopping the whole unit
/// would stop the others too.
enum HostUnit {
    private static let names: Set<String> = [
        "anacron.service", "atd.service", "buildkite-agent.service", "containerd.service",
        "cron.service", "cronie.service", "crond.service", "crio.service", "docker.service",
        "dropbear.service", "fcron.service", "gdm.service", "gitlab-runner.service",
        "jenkins-agent.service", "jenkins.service", "lightdm.service", "podman.service",
        "runit.service", "s6.service", "sddm.service", "slurmd.service", "ssh.service",
        "sshd.service", "supervisor.service", "supervisord.service", "xrdp-sesman.service",
        "zinit.service",
    ]
    private static let prefixes = [
        "actions.runner.", "buildkite-agent@", "getty@", "pm2-", "serial-getty@", "ssh@", "sshd@",
        "vsts.agent.",
    ]

    static func isOne(_ unit: String) -> Bool {
        names.contains(unit) || prefixes.contains { unit.hasPrefix($0) }
    }
}

extension ControlGroupPlace.Container {
    /// What sentences call it.
    var name: String {
        let engine = engine == .unknown ? "" : " (\(engine.rawValue))"
        let pod = pod.map { " of Kubernetes pod \($0)" } ?? ""
        return "container \(shortID)\(engine)\(pod)"
    }
}

extension ControlGroupPlace.Unit {
    /// What sentences call it.
    var title: String { "systemd \(isUsers ? "user unit" : "unit") \(name)" }
}

extension [Origin] {
    /// Each origin once: evidence from several places for one of them is put together.
    fileprivate var merged: [Origin] {
        var list: [Origin] = []
        for origin in self {
            let same = list.firstIndex { $0.kind == origin.kind && $0.system == origin.system }
            guard let same else {
                list.append(origin)
                continue
            }
            list[same].evidence += origin.evidence
            list[same].restarts = list[same].restarts || origin.restarts
            list[same].stopCommand = list[same].stopCommand ?? origin.stopCommand
            list[same].nameCommand = list[same].nameCommand ?? origin.nameCommand
            list[same].process = list[same].process ?? origin.process
        }
        return list
    }
}
