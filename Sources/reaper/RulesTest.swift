import Glibc
import ReaperKit

/// `reaper rules test`: how rules see processes that run now.
enum RulesTest {
    /// What only a rule found is judged once it is this old.
    private static let settlingAge = Duration.seconds(2)

    static func run(
        _ subject: RulesRequest.Subject,
        _ pids: [PidCondition],
        _ options: Options
    ) throws(ScanSession.Failure) -> ([UInt8], ExitStatus) {
        let (tested, others) = try rules(subject, options)
        guard !tested.isEmpty else { return ([], .leftOver) }
        let request = ScanRequest(rules: others)
        var scanner = try ScanSession.scanner(request, options)
        var statuses: [ExitStatus] = []
        var processes: [TracedProcess] = []
        for condition in pids {
            let process = try trace(tested, of: condition, request, &scanner)
            statuses.append(
                ScanSession.check(condition, held: process?.record, isOwnNamespace: true)
            )
            guard let process, statuses.last == .clean else { continue }
            processes.append(process)
            if !process.isComplete { statuses.append(.incomplete) }
        }
        let isMatched = processes.contains { process in
            process.traces.contains { $0.match == .holds || $0.isRecorded }
        }
        if options.output.requiresMatch, !isMatched { statuses.append(.leftOver) }
        let style = options.output.style
        let bytes =
            options.output.format == .json
            ? RulesReport.testJSON(processes, style: style)
            : RulesReport.test(processes, style: style)
        return (bytes, .worst(statuses))
    }

    /// The rules to test, and all that count while they are: those of the same systems, whose files
    /// are evidence too, and those that protect.
    private static func rules(
        _ subject: RulesRequest.Subject,
        _ options: Options
    ) throws(ScanSession.Failure) -> (tested: [Rule], all: [Rule]) {
        let layers = RuleSources.layers(options.rules)
        switch subject {
        case .file(let path):
            let place = RuleLayers.Place.named(path, by: "'rules test'")
            let tested = try RulesCommand.load(RuleLayers(places: [place])).rules
            if tested.isEmpty {
                Diagnostics.report("\(path.escapedForTerminal): there are no rules in it")
            }
            let ids = Set(tested.map(\.id))
            // A copy of a loaded file may be what is tested: then its rules stand for themselves.
            let others = try RulesCommand.load(layers, onlyProtecting: true).rules
                .filter { $0.protect && !ids.contains($0.id) }
            return (tested, tested + others)
        case .loaded(let glob):
            let loaded = try RulesCommand.load(layers).rules
            let globs = [glob].compactMap(\.self)
            guard RulesCommand.missing(globs, in: loaded) == .clean else { return ([], []) }
            let tested = glob == nil ? loaded : loaded.filter { $0.isNamed(by: globs) }
            let systems = Set(tested.map(\.system))
            return (tested, loaded.filter { $0.protect || systems.contains($0.system) })
        }
    }

    /// Holds the rules against one process, and once more when it is old enough to be judged.
    private static func trace(
        _ rules: [Rule],
        of condition: PidCondition,
        _ request: ScanRequest,
        _ scanner: inout Scanner
    ) throws(ScanSession.Failure) -> TracedProcess? {
        do throws(SystemError) {
            guard let first = try look(rules, at: condition.pid, request, &scanner) else {
                return nil
            }
            let age = first.snapshot.host.age(of: first.identity)
            guard age < settlingAge, first.traces.contains(where: { $0.finding != nil }) else {
                return first
            }
            Polling.wait(until: Clock.monotonic() + settlingAge - age)
            return try look(rules, at: condition.pid, request, &scanner)
        } catch {
            throw .system(error)
        }
    }

    private static func look(
        _ rules: [Rule],
        at pid: Int32,
        _ request: ScanRequest,
        _ scanner: inout Scanner
    ) throws(SystemError) -> TracedProcess? {
        var reader = try InstanceFileReader()
        let files = reader.scan(request.rules)
        guard let traced = try scanner.trace(rules, of: pid, files: files.files),
            let record = traced.snapshot.process(pid)
        else { return nil }
        var snapshot = traced.snapshot
        snapshot.host.userNames = UserNames.read().names
        snapshot.unreadable.notes += files.limits()
        return TracedProcess(identity: record.identity, snapshot: snapshot, traces: traced.traces)
    }
}

extension TracedProcess {
    /// What is known of the process.
    fileprivate var record: ProcessRecord? { snapshot.process(identity.pid) }
}
