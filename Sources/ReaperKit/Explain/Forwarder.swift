/// A program that holds a port for somebody else: stopping it is seldom what is wanted.
public struct Forwarder: Sendable, Equatable {
    /// For whom, as the end of a sentence that begins with its name.
    public var text: String
    /// The command that says more, or stops whom it is for.
    public var command: String?

    /// Recognises a forwarder by its name and arguments; `nil` for everybody else.
    ///
    /// - Parameters:
    ///   - process: Its arguments should have been read.
    ///   - port: The port that it holds.
    public init?(_ process: ProcessRecord, port: UInt16) {
        let arguments = (process.arguments?.known ?? []).map(\.text)
        let first = arguments.first ?? ""
        func value(_ flags: String...) -> String? {
            for flag in flags {
                if let index = arguments.firstIndex(of: flag), index + 1 < arguments.count {
                    return arguments[index + 1]
                }
                if let joined = arguments.first(where: { $0.hasPrefix("\(flag)=") }) {
                    return String(joined.dropFirst(flag.count + 1))
                }
            }
            return nil
        }
        switch process.callNames.first(where: { Self.known.contains($0) }) {
        // The kernel keeps 15 bytes of a name: rootlesskit-doc.
        case "docker-proxy", "rootlesskit-docker-proxy", "rootlesskit-doc":
            let address = value("-container-ip") ?? "an unknown address"
            let inside = value("-container-port").map { ":\($0)" } ?? ""
            self.init(
                "forwards the port to the container at \(address)\(inside), which Docker publishes: "
                    + "stop that container",
                "docker ps --filter publish=\(port)"
            )
        case "rootlesskit", "slirp4netns", "pasta", "pasta.avx2", "passt", "passt.avx2",
            "rootlessport":
            self.init(
                "forwards ports for containers without root: stop the container that publishes it",
                "podman ps --filter publish=\(port)"
            )
        case "conmon":
            let id = value("-n", "-c").flatMap { $0.isPrintableWord ? $0 : nil }
            self.init(
                "keeps \(id.map { "container \($0)" } ?? "a container"): stop that container",
                id.map { "podman stop \($0.quotedForShell)" }
            )
        case "kubectl" where arguments.contains("port-forward"):
            self.init("forwards the port to a pod of a Kubernetes cluster", nil)
        case "ssh":
            self.init("forwards the port over an SSH connection from here (ssh -L, -D)", nil)
        case "sshd" where Self.isSession(first), "sshd-session" where Self.isSession(first):
            self.init("forwards the port for somebody who is logged in over SSH (ssh -R)", nil)
        case "systemd-socket-proxyd":
            self.init("forwards the port to another one, for a systemd socket unit", nil)
        case "socat": self.init("forwards the port to another place", nil)
        case "systemd" where process.pid == 1, "init" where process.pid == 1:
            self.init(
                "holds it to start a service on the first connection: stop the socket unit, which "
                    + "'systemctl list-sockets' names",
                "systemctl list-sockets"
            )
        case "xinetd", "inetd":
            self.init("holds it to start a service on the first connection", nil)
        default: return nil
        }
    }

    /// The server itself shows `sshd: /usr/sbin/sshd -D [listener] ...` as argument 0.
    private static func isSession(_ title: String) -> Bool {
        (title.hasPrefix("sshd: ") || title.hasPrefix("sshd-session: "))
            && !title.contains("[listener]")
    }

    private init(_ text: String, _ command: String?) {
        self.text = text
        self.command = command
    }

    private static let known: Set<String> = [
        "docker-proxy", "rootlesskit-docker-proxy", "rootlesskit-doc", "rootlesskit", "slirp4netns",
        "pasta", "pasta.avx2", "passt", "passt.avx2", "rootlessport", "conmon", "kubectl", "ssh",
        "sshd", "sshd-session", "systemd-socket-proxyd", "socat", "systemd", "init", "xinetd",
        "inetd",
    ]
}
