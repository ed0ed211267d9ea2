import CLinux

/// The version of this package, in reports and `--version`.
public enum ReaperVersion {
    /// Semantic version, that of the top entry of CHANGELOG.md.
    public static let current = "0.1.0"

    /// The commit it was built from and its date, such as `7204707fedcb 2026-11-28`, with `modified` after
    /// it where the sources were not that commit's; `nil` where the build was not told.
    public static var commit: String? {
        guard let text = unsafe clinux_build_commit() else { return nil }
        let commit = unsafe String(cString: text)
        return commit.isEmpty ? nil : commit
    }

    /// How it was compiled: `release` or `debug`, and for which processor.
    public static var build: String {
        #if DEBUG
        let mode = "debug"
        #else
        let mode = "release"
        #endif
        #if arch(x86_64)
        return "\(mode) x86_64"
        #elseif arch(arm64)
        return "\(mode) aarch64"
        #else
        return mode
        #endif
    }

    /// What `reaper --version` prints: the version on a line of its own, then what is known of the build.
    public static var text: String {
        let commit = commit.map { "commit \($0)\n" } ?? ""
        return "reaper \(current)\n\(commit)build \(build)\n"
    }
}
