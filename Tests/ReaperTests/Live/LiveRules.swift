/// Rule files for the live tests, each about one temporary directory.
enum LiveRules {
    /// Programs below `cache` that outlived a `host`.
    static func job(_ cache: String, severity: String = "error") -> String {
        """
        { name: "live", title: "Live tests", rules: [ {
          id: "job", title: "Job outlived its host", severity: "\(severity)",
          match: { exe: ["\(cache)/**"] }, owner: { name: ["host"] },
          stop: { signal: "TERM", timeout: "20s" } } ] }
        """
    }

    /// Instance files that match `glob`, whose process runs a program below `programs`.
    static func files(
        _ glob: String,
        format: String = "pid",
        programs: String? = nil,
        keep: Bool = false,
        severity: String = "warning"
    ) -> String {
        let match = programs.map { "match: { exe: [\"\($0)/**\"] }," } ?? ""
        return """
            { name: "live", title: "Live tests", rules: [ {
              id: "files", title: "File of a service", severity: "\(severity)", \(match)
              instance: { files: ["\(glob)"], format: "\(format)" }, keep: \(keep) } ] }
            """
    }
}
