/// The rule files that are part of the program.
///
/// The build turns each file of `rules/` into bytes; a test holds this list to that directory.
enum EmbeddedRules {
    /// Their base names, in byte order.
    static let baseNames = [
        "agents.json5", "browsers.json5", "builddaemons.json5", "ci.json5", "containerfiles.json5",
        "containers.json5", "databases.json5", "devservers.json5", "dora.json5", "generic.json5",
        "manta.json5", "reaper.json5", "swiftpm.json5", "systemg.json5", "wasmcloud.json5",
        "zinit.json5",
    ]

    /// Those in which a rule protects somebody.
    ///
    /// Every command that stops anything needs these, and most need no others. A test looks into
    /// the files.
    static let protecting: Set<String> = ["containers.json5"]

    /// What a file says, one byte after the other.
    static func contents(of baseName: String) -> [UInt8] {
        switch baseName {
        case "agents.json5": PackageResources.agents_json5
        case "browsers.json5": PackageResources.browsers_json5
        case "builddaemons.json5": PackageResources.builddaemons_json5
        case "ci.json5": PackageResources.ci_json5
        case "containerfiles.json5": PackageResources.containerfiles_json5
        case "containers.json5": PackageResources.containers_json5
        case "databases.json5": PackageResources.databases_json5
        case "devservers.json5": PackageResources.devservers_json5
        case "dora.json5": PackageResources.dora_json5
        case "generic.json5": PackageResources.generic_json5
        case "manta.json5": PackageResources.manta_json5
        case "reaper.json5": PackageResources.reaper_json5
        case "swiftpm.json5": PackageResources.swiftpm_json5
        case "systemg.json5": PackageResources.systemg_json5
        case "wasmcloud.json5": PackageResources.wasmcloud_json5
        case "zinit.json5": PackageResources.zinit_json5
        default: []
        }
    }

    /// What messages and reports call an embedded file.
    static func source(of baseName: String) -> String { "embedded:\(baseName)" }
}
