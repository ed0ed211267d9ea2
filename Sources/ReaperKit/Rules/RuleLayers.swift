/// Where rule files are looked for, the least important place first.
///
/// A file replaces those of the same base name in the places before its own. Nothing in the
/// current directory counts unless it is named: a cloned repository must not tell reaper what to
/// stop.
public struct RuleLayers: Sendable, Equatable {
    /// One place.
    public enum Place: Sendable, Hashable {
        /// The files that are part of the program.
        case embedded
        /// A directory that may be missing.
        case directory(String)
        /// The user's own directory, which may be missing, or lie in the home of somebody else.
        case home(String)
        /// A file or directory that somebody named and that must exist; `by` says where.
        case named(String, by: String)
    }

    /// In rising importance.
    public var places: [Place]

    /// Lists the places that the environment and the command line ask for.
    ///
    /// `$XDG_CONFIG_HOME` counts only when it is absolute, as the XDG base directory
    /// specification says; empty elements of `REAPER_RULES` do not mean the current directory.
    ///
    /// - Parameters:
    ///   - environment: Reaper's own; `HOME`, `XDG_CONFIG_HOME` and `REAPER_RULES` are used.
    ///   - paths: What `--rules` named, in that order.
    ///   - includesDefaults: `false` for `--no-default-rules`: only what was named remains.
    public init(
        environment: [String: ByteString],
        named paths: [String] = [],
        includesDefaults: Bool = true
    ) {
        places = []
        if includesDefaults {
            places += [.embedded, .directory("/etc/reaper/rules.d")]
            if let home = RuleLayers.configurationHome(environment) {
                places.append(.home("\(home)/reaper/rules.d"))
            }
        }
        let listed = environment["REAPER_RULES"]?.text ?? ""
        places += listed.split(separator: ":").map { .named(String($0), by: "REAPER_RULES") }
        places += paths.map { .named($0, by: "--rules") }
    }

    /// Lists these places and no others.
    public init(places: [Place]) { self.places = places }

    private static func configurationHome(_ environment: [String: ByteString]) -> String? {
        if let home = environment["XDG_CONFIG_HOME"]?.text, home.hasPrefix("/") { return home }
        guard let home = environment["HOME"]?.text, home.hasPrefix("/") else { return nil }
        return "\(home)/.config"
    }

    /// The base name by which a file of this source replaces others, also an embedded one.
    static func baseName(of source: String) -> String {
        let prefix = EmbeddedRules.source(of: "")
        return source.hasPrefix(prefix)
            ? String(source.dropFirst(prefix.count)) : ByteString(source).baseName.text
    }

    /// Whether a file in a directory of rules is one; hidden files and what editors and package
    /// managers leave (`~ .bak .rpmsave .dpkg-old`) are not.
    public static func isRuleFile(named name: String) -> Bool { objection(to: name) == nil }

    /// Why a file of this name in a directory of rules is none; `nil` when it is one.
    static func objection(to name: String) -> String? {
        if name.hasPrefix(".") { return "it is hidden" }
        return name.hasSuffix(".json5") ? nil : "its name does not end in .json5"
    }

    /// Lets later files replace earlier ones of the same base name.
    ///
    /// - Returns: What remains, in byte order of the base names.
    static func merge<File>(_ layers: [[(baseName: String, file: File)]]) -> [File] {
        var winners: [String: File] = [:]
        for (name, file) in layers.joined() { winners[name] = file }
        return winners.sorted { ByteString($0.key) < ByteString($1.key) }.map(\.value)
    }
}
