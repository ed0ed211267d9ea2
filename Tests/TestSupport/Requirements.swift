import Glibc
package import Testing

/// What this machine and user allow.
package enum Machine {
    /// Whether the tests run as root.
    package static let isRoot = geteuid() == 0

    /// Whether a user, pid and mount namespace of one's own can be had.
    package static let canUnshare: Bool = {
        let command = ["/usr/bin/unshare", "-Urpfm", "--mount-proc", "true"]
        let process = try? ChildProcess(command, environment: ["PATH": "/usr/bin:/bin"])
        return (try? process?.wait(until: .now + .seconds(30))) == .exited(0)
    }()
}

extension Trait where Self == ConditionTrait {
    /// Skips the test unless it runs as root.
    package static var requiresRoot: Self { .enabled("needs root") { Machine.isRoot } }

    /// Skips the test where namespaces cannot be made.
    package static var requiresNamespaces: Self {
        .enabled("needs unshare(1)") { Machine.canUnshare }
    }
}
