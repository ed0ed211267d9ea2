import Glibc
import ReaperKit

/// Stopping services whose supervisor is alive: it does that itself, or would start them again.
enum ServiceStop {
    /// Has the supervisor stop those of its services that were named.
    ///
    /// - Parameter options: What was asked for; the names that were served are taken out of it.
    /// - Returns: The status, when nothing is left to do; `nil` when there is, or no supervisor.
    static func run(_ options: inout Options) -> ExitStatus? {
        guard options.action.planFile == nil else { return nil }
        let path = StateDirectory.path(options.services.stateDirectory)
        let given = options
        var served: [String] = []
        let asked = ServiceClient.ifRunning(in: path) { client in
            guard case .done(let value) = client.answer(to: .status, given.output) else {
                // Whoever asks for another instance must not be kept from it.
                return given.services.cascades ? client.tellSilence() : .clean
            }
            served = names(of: value["instances"]?.array ?? [], given)
            return .clean
        }
        var status = asked
        if !served.isEmpty, let flag = given.idleForServices {
            Diagnostics.report(
                "\(flag): how a service is stopped is said in its service file; --force kills it"
            )
            return .usage
        }
        if !served.isEmpty {
            status = ServiceClient.ifRunning(in: path) { client in
                ask(client, to: served, given)
            }
        }
        guard let status else {
            guard !options.services.cascades else {
                Diagnostics.report("--cascade: no supervisor runs for \(path)")
                return .leftOver
            }
            return nil
        }
        guard !served.isEmpty else { return status == .clean ? nil : status }
        let isAll = options.instanceNames.isEmpty
        options.operands.removeAll(where: served.contains)
        options.instances.names.removeAll(where: served.contains)
        // All that was named is served; of all, what is no service is still to be stopped.
        guard isAll || !options.instanceNames.isEmpty else { return status }
        options.servedStatus = status
        return nil
    }

    private static func ask(
        _ client: borrowing ServiceClient,
        to names: [String],
        _ options: Options
    ) -> ExitStatus {
        guard !options.action.isDryRun else {
            let list = names.joined(separator: ", ")
            Diagnostics.report("would have the supervisor (\(client.supervisor)) stop \(list)")
            return .clean
        }
        let request = ControlRequest.stop(
            names,
            cascade: options.services.cascades,
            isForced: options.action.isForced
        )
        return client.ask(request, options.output)
    }

    private static func names(of instances: [JSONValue], _ options: Options) -> [String] {
        let known = instances.compactMap { $0["id"]?.string }
        guard options.instanceNames.isEmpty else {
            return options.instanceNames.filter(known.contains)
        }
        guard options.isSelected == false else { return [] }
        return instances.filter { value in
            value["class"]?.string != ServiceClass.system.rawValue
                && value["state"]?.string != "stopped"
        }.compactMap { $0["id"]?.string }
    }
}

extension Options {
    /// A flag of `stop` that a supervisor does not heed.
    fileprivate var idleForServices: String? {
        if action.signal != nil { return "--signal" }
        if action.timeout != nil { return "--timeout" }
        if action.order != nil { return "--order" }
        if action.deadline != nil { return "--deadline" }
        return output.format != .table || !output.reports.isEmpty ? "--format" : nil
    }
}
