extension ProcessRecord {
    /// Notes why a fact could not be read: gone and refused are different answers.
    mutating func mark(_ kind: FactKind, failed code: Int32) {
        switch kind {
        case .executable: executable = Reading(failure: code)
        case .arguments: arguments = Reading(failure: code)
        case .workingDirectory: workingDirectory = Reading(failure: code)
        case .status: status = Reading(failure: code)
        case .cgroups: cgroups = Reading(failure: code)
        case .namespaces: namespaces = Reading(failure: code)
        case .environment: environment = Reading(failure: code)
        case .sockets: socketInodes = Reading(failure: code)
        }
    }
}
