/// The version of this package, in reports and `--version`.
public enum ReaperVersion {
    /// Semantic version.
    public static let current = "0.1.0"
}
