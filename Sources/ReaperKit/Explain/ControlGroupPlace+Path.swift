extension ControlGroupPlace {
    /// Reads one path, from the root of the hierarchy inward.
    public init(path: ByteString) {
        var user: UInt32?
        var isUsers = false
        var pod: String?
        var parent = ""
        for component in path.components.map(\.text) {
            defer { parent = component }
            if let number = component.between("user-", ".slice") { user = UInt32(number) ?? user }
            if component.between("user@", ".service") != nil {
                isUsers = true
                continue
            }
            pod = Self.pod(component) ?? pod
            if let job = component.after("job_"), !job.isEmpty, job.utf8.allSatisfy(isDigit) {
                slurmJob = job
            } else if component == "init.scope" {
                isManagers = true
            } else if let id = component.between("session-", ".scope") {
                session = Session(id, user: user)
            } else if let found = Self.container(component, in: parent, pod: pod) {
                container = found
            } else if component.isUnitWithProcesses {
                unit = Unit(component, isUsers: isUsers)
                isManagers = false
            }
        }
    }

    /// `pod<UID>` below `kubepods`, or `kubepods-burstable-pod<UID>.slice` with `_` for `-`.
    private static func pod(_ component: String) -> String? {
        if let uid = component.after("pod"), uid.count >= 32, uid.utf8.allSatisfy(isOfUID) {
            return uid
        }
        guard component.hasPrefix("kubepods"), let stem = component.before(".slice"),
            let uid = stem.components(after: "-pod")
        else { return nil }
        return String(uid.map { $0 == "_" ? "-" : $0 })
    }

    private static func container(
        _ component: String,
        in parent: String,
        pod: String?
    ) -> Container? {
        for (prefix, engine) in scopes {
            if let id = component.between(prefix, ".scope"), isID(id) {
                return Container(engine, id, pod: pod)
            }
        }
        // conmon and the like keep a container and are not in it.
        if let name = component.between("machine-", ".scope") {
            return Container(.machine, name.unescapedUnitName)
        }
        if let name = component.between("systemd-nspawn@", ".service") {
            return Container(.machine, name.unescapedUnitName)
        }
        if let name = component.after("lxc.payload."), !name.isEmpty {
            return Container(.lxc, name)
        }
        if parent == "lxc" { return Container(.lxc, component) }
        if let id = component.after("libpod-"), isID(id) { return Container(.podman, id) }
        // `system.slice:docker:ID`, where one driver was told to do the other's work.
        if let id = component.split(separator: ":").last, component.contains(":"), isID(String(id))
        {
            let engine = scopes.first { component.contains(":\($0.prefix.dropLast()):") }?.engine
            return Container(engine ?? .unknown, String(id), pod: pod)
        }
        guard isID(component) else { return nil }
        switch parent {
        case "docker": return Container(.docker, component)
        case "k8s.io": return Container(.containerd, component, pod: pod)
        default: return Container(pod == nil ? .unknown : .containerd, component, pod: pod)
        }
    }

    private static let scopes: [(prefix: String, engine: Container.Engine)] = [
        ("docker-", .docker), ("libpod-", .podman), ("cri-containerd-", .containerd),
        ("nerdctl-", .containerd), ("crio-", .crio),
    ]

    /// All engines number their containers with 64 hexadecimal digits.
    private static func isID(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy(isHexadecimal)
    }
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

private func isOfUID(_ byte: UInt8) -> Bool { isHexadecimal(byte) || byte == UInt8(ascii: "-") }

extension String {
    fileprivate func after(_ prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }

    fileprivate func before(_ suffix: String) -> String? {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : nil
    }

    fileprivate func between(_ prefix: String, _ suffix: String) -> String? {
        guard let rest = after(prefix)?.before(suffix), !rest.isEmpty else { return nil }
        return rest
    }

    /// What follows the last occurrence of `separator`.
    fileprivate func components(after separator: String) -> Substring? {
        var rest = self[...]
        var found: Substring?
        while let range = rest.firstRange(of: separator) {
            rest = rest[range.upperBound...]
            found = rest
        }
        return found.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether processes live in a unit of this kind; slices hold only other units.
    fileprivate var isUnitWithProcesses: Bool {
        (hasSuffix(".service") && count > 8) || (hasSuffix(".scope") && count > 6)
    }

    /// systemd writes `-` in a name as `\x2d`; systemd-escape(1).
    fileprivate var unescapedUnitName: String {
        var bytes: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.popFirst() {
            let digits = rest.prefix(3)
            guard byte == UInt8(ascii: "\\"), digits.count == 3, digits.first == UInt8(ascii: "x"),
                let value = UInt8(String(decoding: digits.dropFirst(), as: UTF8.self), radix: 16)
            else {
                bytes.append(byte)
                continue
            }
            bytes.append(value)
            rest = rest.dropFirst(3)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
