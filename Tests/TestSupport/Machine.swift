import Foundation

/// What this machine and user allow; tests skip with `.enabled(if: Machine.isRoot, "needs root")`.
///
/// Not a trait: a plain build compiles this target, and has no Testing module to import.
package enum Machine {
    /// Whether the tests run as root.
    package static let isRoot = geteuid() == 0

    /// What runs a program in user, pid and mount namespaces of its own.
    package static let unshare = ["/usr/bin/unshare", "-Urpfm", "--mount-proc"]

    /// Whether user, pid and mount namespaces of one's own can be had, as unshare(1) makes them.
    package static let canUnshare: Bool = {
        let process = try? ChildProcess(unshare + ["true"], environment: ["PATH": "/usr/bin:/bin"])
        return (try? process?.wait(until: .now + .seconds(30))) == .exited(0)
    }()

    /// Whether they can be had, and a number in them be given to a process of one's choice.
    package static let canRecycle: Bool = {
        guard canUnshare, unsafe access("/usr/bin/nsenter", X_OK) == 0 else { return false }
        guard let specimen = try? Specimen(["recycled"], isolated: true) else { return false }
        specimen.letGo()
        return (try? specimen.wait(for: "born", name: "innocent")) != nil
    }()

    /// Whether each process has a pidfd inode of its own: since Linux 6.9.
    package static let hasPidfdInodes: Bool = {
        let path = "/proc/sys/kernel/osrelease"
        let release = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        let numbers = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        return numbers.count == 2 && (numbers[0], numbers[1]) >= (6, 9)
    }()

    /// Whether a file system can be mounted whose server is one of ours.
    package static let canMountFuse: Bool = {
        let file = unsafe open("/dev/fuse", O_RDWR | O_CLOEXEC)
        guard isRoot, file >= 0 else { return false }
        _ = close(file)
        let command = ["/usr/bin/unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"]
        let process = try? ChildProcess(command, environment: ["PATH": "/usr/bin:/bin"])
        return (try? process?.wait(until: .now + .seconds(30))) == .exited(0)
    }()

    /// Whether a process can be moved to a network namespace of its own.
    package static let canMoveNetworks: Bool = {
        guard isRoot else { return false }
        return (try? Specimen("listen", "--own-network")) != nil
    }()

    /// Whether control groups of this version, `v1` or `v2`, can be made and frozen.
    package static func canFreeze(_ version: String) -> Bool {
        guard isRoot else { return false }
        return (try? Specimen("sleep", "--frozen", version)) != nil
    }
}
