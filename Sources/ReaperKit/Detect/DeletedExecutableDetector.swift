/// Finds processes that run a file which has no name any more.
///
/// That alone is weak: a package upgrade leaves every running daemon like this. It is shown and
/// never acted on; a rule, or a selector, must say more.
public struct DeletedExecutableDetector: Detector {
    /// Creates a detector.
    public init() {}

    /// Everything but kernel threads and zombies has an executable; one that was refused could be
    /// deleted.
    public func interest(in process: ProcessRecord, _ context: MatchContext) -> Interest {
        // PID 1 is never anybody's leftover, whatever it runs.
        guard process.pid != 1 else { return .none }
        return switch process.executable {
        case .value(let link): link.isDeleted ? .candidate : .none
        case .denied: .candidate
        case .gone: .none
        case nil: process.isKernelThread || process.isZombie ? .none : .needs(.executable)
        }
    }

    /// Tells an upgrade from a file that is gone for good.
    public func detect(_ candidates: [Int], in view: SnapshotView) -> Detection {
        var detection = Detection()
        for index in candidates {
            let process = view.snapshot.processes[index]
            switch process.executable {
            case .denied(let code): detection.hide(process.pid, .executable, code)
            case .value(let link):
                guard let cgroups = process.cgroups else {
                    detection.wanted.insert(FactRequest(pid: process.pid, kind: .cgroups))
                    continue
                }
                let unit = cgroups.known?.lazy.compactMap(\.serviceUnit).first
                detection.findings.append(finding(process, link, unit: unit))
            case .gone, nil: break
            }
        }
        return detection
    }

    private func finding(
        _ process: ProcessRecord,
        _ link: ExecutableLink,
        unit: String?
    ) -> Finding {
        let isMemory = link.path.bytes.starts(with: Array("/memfd:".utf8))
        let isReplaced = link.isReplaced == true
        var fact = "its executable was deleted"
        if isReplaced { fact = "its executable was replaced by a newer file of the same name" }
        if isMemory { fact = "its executable exists in memory only" }
        var evidence = [Evidence(fact, source: process.source("exe"), value: link.path)]
        if let unit {
            evidence.append(
                Evidence("it belongs to \(unit)", source: process.source("cgroup"), value: nil)
            )
        }
        let isOrdinary = isReplaced || isMemory || unit != nil
        return Finding(
            kind: .deletedExecutable,
            process: process.identity,
            severity: isOrdinary ? .info : .warning,
            verdict: .suspect,
            summary: "\(fact): \(link.path.text)",
            evidence: evidence,
            // An upgraded daemon wants a restart, not a signal.
            remedy: Remedy(
                .none,
                command: isOrdinary ? nil : "reaper clean --pid \(process.identity)"
            )
        )
    }
}

extension ByteString {
    /// The systemd service that a cgroups(7) line places a process in, such as `nginx.service`.
    ///
    /// `user@1000.service` is the manager of a login, not a service somebody wrote.
    var serviceUnit: String? { servicePath?.baseName.text }

    /// The path of that service's control group.
    var servicePath: ByteString? {
        let components = controlGroupPath.split(separator: UInt8(ascii: "/"))
        let index = components.lastIndex { component in
            component.suffix(8).elementsEqual(".service".utf8)
                && !component.starts(with: "user@".utf8)
        }
        guard let index else { return nil }
        return ByteString(components[...index].flatMap { [UInt8(ascii: "/")] + $0 })
    }
}
