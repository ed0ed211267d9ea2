import Glibc

/// What this machine and user allow; tests skip with `.enabled(if: Machine.isRoot, "needs root")`.
///
/// Not a trait: a plain build compiles this target, and has no Testing module to import.
package enum Machine {
    /// Whether the tests run as root.
    package static let isRoot = geteuid() == 0

    /// Whether user, pid and mount namespaces of one's own can be had, as unshare(1) makes them.
    package static let canUnshare: Bool = {
        let command = ["/usr/bin/unshare", "-Urpfm", "--mount-proc", "true"]
        let process = try? ChildProcess(command, environment: ["PATH": "/usr/bin:/bin"])
        return (try? process?.wait(until: .now + .seconds(30))) == .exited(0)
    }()
}
