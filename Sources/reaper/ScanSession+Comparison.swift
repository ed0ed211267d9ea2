import ReaperKit

extension ScanSession {
    /// How long after one look the next one follows, where no process tells when; at first, and in
    /// the end.
    private static let firstPause = Duration.milliseconds(20)
    private static let longestPause = Duration.milliseconds(250)

    /// Looks, and looks again until nothing new is left or the time has come.
    mutating func look(settlingFor time: Duration) throws(Failure) -> ScanResult {
        let end = Clock.monotonic() + time
        var pause = Self.firstPause
        while true {
            let result = try look()
            let left = result.findings.filter { $0.severity > .info }
            guard !left.isEmpty, Clock.monotonic() < end else { return result }
            // Nothing tells when a port or a file goes, or somebody new comes.
            let next = min(end, Clock.monotonic() + pause)
            let watched = left.compactMap(\.process) + left.flatMap(\.holders)
            if scanner.awaitExit(of: watched, until: next) {
                pause = Self.firstPause
            } else {
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    /// Adds what came since the snapshot beyond processes, has new files count, and doubts what was hidden then.
    mutating func compare(_ result: inout ScanResult) throws(SystemError) {
        guard let baseline = request.selection.process.absentFrom else { return }
        try scanner.compare(&result)
        // A file that is new is a leak, whatever its rule says of those that lie there for years.
        let new = Set(
            result.snapshot.instanceFiles.lazy.filter { !baseline.contains($0) }.map(\.path)
        )
        for index in result.findings.indices {
            guard let path = result.findings[index].file, new.contains(path) else { continue }
            result.findings[index].noteNewFile(path)
        }
        var doubts: Set<String> = []
        for index in result.findings.indices {
            guard let gap = baseline.doubt(about: result.findings[index]) else { continue }
            doubts.insert(gap)
            result.findings[index].verdict = .suspect
            result.findings[index].severity = .info
            result.findings[index].remedy.action = .none
            result.findings[index].evidence.append(
                Evidence("it may have been there unseen: \(gap)", source: "--since")
            )
        }
        result.snapshot.unreadable.notes += doubts.sorted().map {
            "of the snapshot: \($0); what could not be seen then cannot be told from what is new"
        }
    }

    /// Reads a snapshot; root reads none that others can write.
    static func baseline(in file: String) throws(Failure) -> Baseline {
        let bytes: [UInt8]
        do throws(InputFile.Objection) {
            bytes = try InputFile.authority(of: file, limit: 64 << 20)
        } catch {
            throw .input("--since: \(error.message)")
        }
        do throws(JSONError) {
            return try BaselineFile.read(bytes)
        } catch {
            throw .input("--since: \(file.escapedForTerminal):\(error)")
        }
    }

    /// Refuses a rule's name on the command line that no rule has: a typing error must not look
    /// like a clean machine.
    static func check(
        _ globs: [Glob],
        of flag: String,
        match ids: [String]
    ) throws(Failure) {
        for glob in globs where !ids.contains(where: { glob.matches(ByteString($0)) }) {
            let systems = Set(ids.compactMap { $0.split(separator: ".").first }).sorted()
            let names = ids + systems.map { "\($0).*" }
            let hint =
                nearestName(to: glob.description, in: names).map { " (did you mean '\($0)'?)" }
                ?? ""
            throw .input(
                "\(flag): '\(glob.description.escapedForTerminal)' matches no rule that is loaded"
                    + hint
            )
        }
    }
}

extension Selection {
    /// What `--ignore` names of rules.
    var ignoredRules: [Glob] {
        exemptions.compactMap { exemption in
            if case .rules(let glob) = exemption.subject { glob } else { nil }
        }
    }
}
