import ReaperKit

/// `reaper list`: the instances that rules know.
enum ListCommand {
    static func run(_ options: Options) -> ExitStatus {
        options.applyStateDirectory()
        do throws(SystemError) {
            let output = try Output(opening: options.output.file)
            return list(options, to: output)
        } catch {
            Diagnostics.report(error.description.escapedForTerminal)
            return .usage
        }
    }

    private static func list(_ options: Options, to output: consuming Output) -> ExitStatus {
        do throws(ScanSession.Failure) {
            var query = InstanceQuery()
            // Nothing of those whom the selectors rule out can be an instance that they describe.
            query.scope = options.selection.process
            query.looksForFreezes = true
            var session = try ScanSession(options, instances: query) { $0.instance != nil }
            var listing = try session.lookForInstances()
            let pattern = options.operands.first.map { InstancePattern($0) }
            let hidden = FileScope(pattern, in: listing, session.request)
                .limits(of: session.fileScan, options)
            listing.snapshot.unreadable.notes += hidden
            let shown = listing.instances.filter { instance in
                (pattern?.shows(instance) ?? true) && options.selection.shows(instance)
            }
            var report = InstanceReport(snapshot: listing.snapshot, instances: shown)
            report.isOfAllUsers = options.selection.process.users.isEmpty
            if shown.isEmpty, !options.output.isQuiet { explainEmptiness(pattern, listing) }
            var statuses: [ExitStatus] = report.isComplete ? [] : [.incomplete]
            if options.output.requiresMatch, shown.isEmpty { statuses.append(.leftOver) }
            return output.finish(report, options.output, .worst(statuses))
        } catch {
            Diagnostics.report(error.message)
            return error.status
        }
    }

    private static func explainEmptiness(_ pattern: InstancePattern?, _ listing: InstanceListing) {
        guard let pattern, !listing.instances.isEmpty else {
            Diagnostics.report("no known instances")
            return
        }
        let name = pattern.text.escapedForTerminal
        Diagnostics.report("no instance matches '\(name)', of \(listing.instances.count) known")
    }
}

extension Selection {
    /// Whether the kinds that were asked for, if any, are what the instance is.
    fileprivate func shows(_ instance: Instance) -> Bool {
        guard !kinds.isEmpty else { return true }
        return switch instance.state {
        case .zombie: kinds.contains(.zombie)
        case .stale, .recycled:
            kinds.contains(instance.isSocket ? .staleSocket : .staleInstance)
        case .running, .starting, .stopping, .stopped, .failed, .foreign, .unknown: false
        }
    }
}

extension Output {
    /// Writes the instances in the format and style that were asked for.
    consuming func finish(
        _ report: InstanceReport,
        _ options: OutputOptions,
        _ status: ExitStatus
    ) -> ExitStatus {
        let style = options.style
        let bytes =
            switch options.format {
            case .table, .tree, .junit, .github, .openmetrics, .html, .dot:
                // Those were refused with the command line.
                InstanceTable.render(report, style: style)
            case .json: JSONInstances.render(report, style: style)
            case .ndjson: JSONInstances.renderLines(report, style: style)
            }
        return finish(bytes, status)
    }
}
