import Glibc
import ReaperKit

/// `reaper rules`: which rules there are, what they say, and whether files are right.
enum RulesCommand {
    static func run(_ options: Options) -> ExitStatus {
        let request: RulesRequest
        do throws(UsageError) {
            request = try RulesRequest(options)
        } catch {
            return CommandLineTool.refuse(error)
        }
        do throws(SystemError) {
            let output = try Output(opening: options.output.file)
            return try answer(request, options, to: output)
        } catch {
            Diagnostics.report(error.description.escapedForTerminal)
            return .usage
        }
    }

    private static func answer(
        _ request: RulesRequest,
        _ options: Options,
        to output: consuming Output
    ) throws(SystemError) -> ExitStatus {
        do throws(ScanSession.Failure) {
            let (bytes, status) =
                switch request {
                case .list(let globs): try list(globs, options)
                case .show(let globs): try show(globs, options)
                case .check(let paths): check(paths, options)
                case .test(let subject, let pids): try RulesTest.run(subject, pids, options)
                }
            return output.finish(bytes, status)
        } catch {
            Diagnostics.report(error.message)
            return error.status
        }
    }

    /// Whatever is wrong with a file is said, but does not hide the others: this is how one finds out.
    private static func list(
        _ globs: [Glob],
        _ options: Options
    ) throws(ScanSession.Failure) -> ([UInt8], ExitStatus) {
        let inventory = RuleInventory(
            of: RuleSources.layers(options.rules),
            reader: RuleSources.reader(),
            effectiveUser: geteuid()
        )
        var status = ExitStatus.clean
        for error in inventory.errors {
            Diagnostics.report(error.description)
            status = .usage
        }
        var rules = inventory.rules
        if !globs.isEmpty {
            status = .worst([status, missing(globs, in: rules)])
            rules = rules.filter { $0.isNamed(by: globs) }
        }
        let bytes =
            options.output.format == .json
            ? RulesReport.listJSON(inventory, rules: rules)
            : RulesReport.list(
                inventory,
                rules: rules,
                isFiltered: !globs.isEmpty,
                style: options.output.style
            )
        return (bytes, status)
    }

    private static func show(
        _ globs: [Glob],
        _ options: Options
    ) throws(ScanSession.Failure) -> ([UInt8], ExitStatus) {
        let set = try load(RuleSources.layers(options.rules))
        let status = missing(globs, in: set.rules)
        let rules = set.rules.filter { $0.isNamed(by: globs) }
        let bytes =
            options.output.format == .json
            ? RulesReport.showJSON(rules, of: set.files) : RulesReport.show(rules, of: set.files)
        return (bytes, status)
    }

    private static func check(_ paths: [String], _ options: Options) -> ([UInt8], ExitStatus) {
        let sets =
            paths.isEmpty
            ? [RuleSources.layers(options.rules)]
            : paths.map { RuleLayers(places: [.named($0, by: "'rules check'")]) }
        let reader = RuleSources.reader()
        var checks = sets.flatMap { layers in
            RuleCheck.checks(of: layers, reader: reader, effectiveUser: geteuid())
        }
        if !paths.isEmpty {
            let inForce = RuleInventory(
                of: RuleSources.layers(options.rules),
                reader: reader,
                effectiveUser: geteuid()
            )
            RuleCheck.findConflicts(in: &checks, besides: inForce.loaded)
        }
        let isRight = checks.allSatisfy(\.errors.isEmpty)
        let bytes =
            options.output.format == .json
            ? RulesReport.checkJSON(checks)
            : RulesReport.check(checks, style: options.output.style)
        return (bytes, isRight ? .clean : .usage)
    }

    /// The rules that are in force at these places.
    static func load(
        _ layers: RuleLayers,
        onlyProtecting: Bool = false
    ) throws(ScanSession.Failure) -> RuleSet {
        do throws(RuleError) {
            return try RuleSet.load(
                layers,
                reader: RuleSources.reader(),
                effectiveUser: geteuid(),
                onlyProtecting: onlyProtecting
            )
        } catch {
            throw .rules(error)
        }
    }

    /// Says which globs name no rule.
    ///
    /// That is "not found", status 1, and not a usage error: which rules there are differs from
    /// machine to machine, and a script must be able to tell an absent rule from a broken file. The
    /// same glob after `--rule` is status 2, as there it would make a scan look clean.
    static func missing(_ globs: [Glob], in rules: [Rule]) -> ExitStatus {
        var status = ExitStatus.clean
        for glob in globs where !rules.contains(where: { $0.isNamed(by: [glob]) }) {
            let systems = Set(rules.map(\.system)).sorted()
            let names = rules.map(\.id) + systems.map { "\($0).*" }
            let hint = nearestName(to: glob.description, in: names)
                .map { " (did you mean '\($0)'?)" }
            Diagnostics.report(
                "no rule '\(glob.description.escapedForTerminal)' is loaded\(hint ?? "")"
            )
            status = .leftOver
        }
        return status
    }
}

extension Rule {
    /// Whether one of the globs names this rule.
    func isNamed(by globs: [Glob]) -> Bool { globs.contains { $0.matches(ByteString(id)) } }
}
