/// The rule files that are part of the program.
///
/// The build turns each file of `rules/` into bytes; a test holds this list to that directory.
enum EmbeddedRules {
    static var files: [(baseName: String, contents: [UInt8])] {
        [
            ("agents.json5", PackageResources.agents_json5),
            ("browsers.json5", PackageResources.browsers_json5),
            ("builddaemons.json5", PackageResources.builddaemons_json5),
            ("ci.json5", PackageResources.ci_json5),
            ("containers.json5", PackageResources.containers_json5),
            ("databases.json5", PackageResources.databases_json5),
            ("devservers.json5", PackageResources.devservers_json5),
            ("dora.json5", PackageResources.dora_json5),
            ("generic.json5", PackageResources.generic_json5),
            ("manta.json5", PackageResources.manta_json5),
            ("swiftpm.json5", PackageResources.swiftpm_json5),
            ("systemg.json5", PackageResources.systemg_json5),
            ("wasmcloud.json5", PackageResources.wasmcloud_json5),
            ("zinit.json5", PackageResources.zinit_json5),
        ]
    }

    /// What messages and reports call an embedded file.
    static func source(of baseName: String) -> String { "embedded:\(baseName)" }
}
