import Glibc
import ReaperKit

/// One run of the pipeline up to its findings: rules, files, processes, judgment.
struct ScanSession: ~Copyable {
    let request: ScanRequest
    /// The flags that lead to the rules that were used, as a person types them.
    let ruleFlags: String
    let startedAt: Duration
    let began: Duration
    /// Clock ticks after boot when it began.
    let beginning: UInt64
    var scanner: Scanner
    var files: [InstanceFile] = []
    /// How many instance files were read, those that were there before and do not count among them.
    private(set) var filesLookedAt: Int?
    /// What reading the instance files could not do, one sentence each.
    private(set) var fileLimits: [String] = []
    /// What was read of instance files, and what could not be.
    private(set) var fileScan = InstanceScan()
    /// Directories that could hold instance files and could not be read.
    private(set) var hiddenDirectories: [ByteString] = []
    /// What else kept instance files from being found, one sentence each.
    private(set) var fileNotes: [String] = []
    /// What takes files apart, within a time that all looks share.
    private let texts = TextSearch()

    /// What only a rule found is left to settle until it is this old.
    private static let settlingAge = Duration.seconds(2)

    /// Who forks a program has it executed by then.
    private static let startingAge = Duration.milliseconds(100)

    /// Why a session cannot begin.
    enum Failure: Error {
        case rules(RuleError)
        case system(SystemError)
        case foreignProc
        /// What `--proc` names shows no process at all.
        case emptyProc(String)
        /// A file that the command line names is not what it must be.
        case input(String)

        var status: ExitStatus {
            switch self {
            case .rules, .input: .usage
            case .system, .foreignProc, .emptyProc: .incomplete
            }
        }

        var message: String {
            switch self {
            case .rules(let error): error.description
            case .system(let error): error.description.escapedForTerminal
            case .input(let message): message
            case .emptyProc(let path):
                "--proc \(path.escapedForTerminal): shows no processes: is it a procfs?"
            case .foreignProc:
                "/proc shows another pid namespace, where numbers mean other processes: mount it "
                    + "anew (unshare --mount-proc does) or run reaper where /proc belongs to it"
            }
        }
    }

    /// Loads the rules and opens the procfs.
    ///
    /// - Parameters:
    ///   - options: What was asked for.
    ///   - instances: Which instances to look for instead of what is left over.
    ///   - isUsed: Whether a rule matters; those that protect always do.
    /// - Throws: Why nothing can be looked at.
    init(
        _ options: Options,
        instances: InstanceQuery? = nil,
        using isUsed: (Rule) -> Bool = { _ in true }
    ) throws(Failure) {
        let startedAt = Clock.wall()
        let began = Clock.monotonic()
        // Where no rule finds anything, of those that ship only the protecting ones matter.
        let isJudged = ScanRequest(selection: options.selection, rules: []).isJudged
        let rules = try ScanSession.rules(
            options,
            onlyProtecting: !isJudged && instances == nil && options.baselineFile == nil
                && options.selection.ignoredRules.isEmpty
        )
        let ids = rules.rules.map(\.id)
        try ScanSession.check(options.selection.rules, of: "--rule", match: ids)
        try ScanSession.check(options.selection.ignoredRules, of: "--ignore", match: ids)
        var selection = options.selection
        if let file = options.baselineFile {
            selection.process.absentFrom = try ScanSession.baseline(in: file)
        }
        var request = ScanRequest(
            selection: selection,
            rules: rules.rules.filter { $0.protect || isUsed($0) }
        )
        request.instances = instances
        let scanner = try ScanSession.scanner(request, options)
        if let objection = selection.process.absentFrom?.objection(on: scanner.host) {
            let file = (options.baselineFile ?? "").escapedForTerminal
            throw .input("--since: \(file): \(objection): take a new one with 'reaper snapshot'")
        }
        beginning = scanner.host.ticks(at: scanner.host.sinceBoot)
        ruleFlags = options.rules.commandLine
        self.startedAt = startedAt
        self.began = began
        self.request = request
        self.scanner = scanner
    }

    /// Opens the procfs, and refuses one whose numbers mean other processes.
    static func scanner(
        _ request: ScanRequest,
        _ options: Options
    ) throws(Failure) -> Scanner {
        let root = options.procDirectory ?? "/proc"
        do throws(SystemError) {
            var scanner = try Scanner(request, procRoot: root)
            if root == "/proc" ? scanner.isOwnNamespace : try !scanner.listing().records.isEmpty {
                return scanner
            }
        } catch {
            if root != "/proc" { throw .input("--proc: \(error.description.escapedForTerminal)") }
            throw .system(error)
        }
        throw root == "/proc" ? .foreignProc : .emptyProc(root)
    }

    /// Says which of `--pid` matched nobody.
    ///
    /// - Returns: the status of a process that was not found, or of success.
    func checkPids(in result: ScanResult) -> ExitStatus {
        let processes = result.snapshot.processes
        let answers = request.selection.process.pids.map { condition in
            ScanSession.check(
                condition,
                held: processes.first { $0.pid == condition.pid },
                isOwnNamespace: scanner.isOwnNamespace
            )
        }
        return .worst(answers)
    }

    /// Says who has the number of a process that is not the one which was asked for.
    ///
    /// - Returns: the status of a process that was not found, or of success.
    static func check(
        _ condition: PidCondition,
        held holder: ProcessRecord?,
        isOwnNamespace: Bool
    ) -> ExitStatus {
        guard let holder else {
            if isOwnNamespace, PidLiveness.isProcess(condition.pid) {
                Diagnostics.report(
                    "process \(condition.pid) is there, but cannot be looked at: run as root, or as"
                        + " its user"
                )
                return .incomplete
            }
            Diagnostics.report("no process \(condition.text)")
            return .leftOver
        }
        guard let start = condition.startTime, start != holder.identity.startTime else {
            return .clean
        }
        let name = holder.name.text.escapedForTerminal
        Diagnostics.report(
            "\(condition.text): number \(condition.pid) names \(name) (\(holder.identity)) now"
        )
        return .leftOver
    }

    private static func rules(
        _ options: Options,
        onlyProtecting: Bool
    ) throws(Failure) -> RuleSet {
        do throws(RuleError) {
            let rules = try RuleSet.load(
                RuleSources.layers(options.rules),
                reader: RuleSources.reader(),
                effectiveUser: geteuid(),
                onlyProtecting: onlyProtecting
            )
            guard options.output.isVerbose else { return rules }
            for note in rules.notes { Diagnostics.report(note.escapedForTerminal) }
            for warning in rules.warnings { Diagnostics.report(warning.description) }
            return rules
        } catch {
            throw .rules(error)
        }
    }

    /// Everything there is, without judging any of it.
    mutating func inventory() throws(Failure) -> (snapshot: Snapshot, gaps: Baseline.Gaps) {
        do throws(SystemError) {
            try readFiles()
            var (snapshot, gaps) = try scanner.inventory(files: files)
            gaps.directories = hiddenDirectories
            gaps.files = fileNotes
            return (snapshot, gaps)
        } catch {
            throw .system(error)
        }
    }

    /// Looks, and looks again at what is too young to be judged.
    mutating func look() throws(Failure) -> ScanResult {
        do throws(SystemError) {
            // To act on numbers only these and their trees matter; a report shows everything.
            if mayAct, let trees = try scanner.scanTrees() { return trees }
            try readFiles()
            var result = try scanner.scan(files: files)
            if let wait = settlingTime(of: result) {
                Polling.wait(until: Clock.monotonic() + wait)
                try readFiles()
                result = try scanner.scan(files: files)
                markUnsettled(&result)
            }
            try compare(&result)
            result.snapshot.unreadable.notes += fileLimits
            return result
        } catch {
            throw .system(error)
        }
    }

    /// Whether this is a `clean` that changes things, and not a dry run.
    ///
    /// Then files that a dead reaper left in quarantine are put back.
    var mayAct = false

    mutating func readFiles() throws(SystemError) {
        guard request.wantsInstanceFiles, request.rules.contains(where: { $0.instance != nil })
        else { return }
        var reader = try InstanceFileReader(patiently: mayAct, texts: texts)
        var scan = reader.scan(request.rules + request.witnesses)
        if mayAct, !scan.quarantined.isEmpty {
            // An earlier reaper was killed between taking a file away and deciding about it.
            for path in scan.quarantined { _ = QuarantineRemover().recover(path) }
            scan = reader.scan(request.rules + request.witnesses)
        }
        fileScan = scan
        files = scan.files
        filesLookedAt = files.count
        hiddenDirectories = scan.refusals.map { ByteString($0.error.subject) }
            .sorted { $0 < $1 }
        fileNotes = scan.notes
        if request.isComparison, let baseline = request.selection.process.absentFrom {
            // What was there before is nobody's leak.
            let users = request.selection.process.users
            files.removeAll { file in
                baseline.contains(file) || !(users.isEmpty || users.contains(file.owner))
            }
        }
        let scope = request.instances?.scope ?? request.selection.process
        fileLimits = scan.limits(concerning: scope.users, areOwners: request.isComparison)
    }

    /// How long to wait until everything that only rules found is old enough; `nil`: no need.
    private func settlingTime(of result: ScanResult) -> Duration? {
        let host = result.snapshot.host
        let ages = result.findings.filter { $0.rule != nil }.compactMap(\.process)
            .map { host.age(of: $0) }.filter { $0 < Self.settlingAge }
        let processes = ages.min().map { Self.settlingAge - $0 }
        let files = scanner.settlingTime(of: result.snapshot)
        return [processes, files, startingTime(of: result)].compactMap(\.self).max()
    }

    /// How long until who is new, and has executed no program yet, will have: its name, which may be
    /// expected, is its parent's so far.
    private func startingTime(of result: ScanResult) -> Duration? {
        guard request.isComparison else { return nil }
        let host = result.snapshot.host
        let all = result.findings + result.ignored.map(\.finding)
        let found = all.compactMap(\.process).filter { identity in
            result.snapshot.process(identity.pid)?.isBeforeExec == true
        }
        return found.map { host.age(of: $0) }.filter { $0 < Self.startingAge }.min()
            .map { Self.startingAge - $0 }
    }

    private func markUnsettled(_ result: inout ScanResult) {
        let host = result.snapshot.host
        for index in result.findings.indices where result.findings[index].rule != nil {
            guard let identity = result.findings[index].process,
                host.age(of: identity) < Self.settlingAge
            else { continue }
            result.findings[index].verdict = .suspect
            result.findings[index].severity = .info
            result.findings[index].remedy = Remedy(.none)
            result.findings[index].evidence.append(
                Evidence(
                    "it started less than 2 s ago and may not have settled",
                    source: "/proc/\(identity.pid)/stat"
                )
            )
        }
    }

    /// Gives the scanner away, to whoever acts.
    consuming func takeScanner() -> Scanner { scanner }
}
