/// Turns the values of one service file into services, and finds everything that is wrong with it.
struct ServiceDecoder: FieldDecoder {
    static let fileKeys = ["services"]
    static let keys = [
        "command", "after", "env", "cwd", "user", "stop_signal", "stop_timeout", "stop_order",
        "stop_command", "ports", "process_filters", "kill_others", "ready", "restart", "log",
        "class",
    ]
    static let readyKeys = ["port", "file", "line", "command", "exit", "timeout"]
    static let restartKeys = ["mode", "backoff", "limit"]
    static let logKeys = ["file", "size", "keep"]
    /// Variables that would take a service out of its supervisor's hands.
    static let reservedVariables = [
        CommandRun.variable, "REAPER_KEEP", ServiceMarks.variable, ServiceMarks.supervisorVariable,
    ]

    let reader: ServiceFileReader
    /// Where the file lies.
    let directory: ByteString
    /// What was wrong so far.
    var errors: [JSONError] = []

    init(reader: ServiceFileReader, directory: ByteString) {
        self.reader = reader
        self.directory = directory
    }

    var environment: [String: ByteString] { reader.environment }

    func services() -> ServiceNames { reader.services() }

    func users() -> [String: UInt32] { reader.users() }

    /// Reads one part; notes what is wrong with it, and goes on without it.
    mutating func attempt<Part>(
        _ body: (inout ServiceDecoder) throws(JSONError) -> Part
    ) -> Part? {
        do throws(JSONError) {
            return try body(&self)
        } catch {
            errors.append(error)
            return nil
        }
    }

    /// What would have no effect is a mistake here: nothing may be started on half of a file.
    mutating func warn(_ message: String, at position: TextPosition) throws(JSONError) {
        throw JSONError(message, at: position)
    }

    /// Reads a whole file.
    ///
    /// - Parameters:
    ///   - value: What stands in it.
    ///   - isWhole: Whether it is all that stands in it: else a name may be missing.
    /// - Returns: Its services, each as far as it could be read.
    mutating func file(_ value: JSONValue, isWhole: Bool) -> [Service] {
        var places = ServicePlaces()
        var services: [Service] = []
        let members = attempt { decoder throws(JSONError) in
            let known = decoder.errors.count
            let fields = try decoder.fields(value, of: "a service file", known: Self.fileKeys)
            // What has another name may have been meant.
            if fields["services"] == nil, decoder.errors.count > known { return [JSONMember]() }
            let object = try fields.required("services")
            let members = try Self.members(object, of: "services by their names")
            try ServiceFile.refuse(count: members.count, at: object.position)
            return members
        }
        for member in members ?? [] {
            let service = attempt { decoder throws(JSONError) in
                try decoder.service(member, &places)
            }
            if let service { services.append(service) }
        }
        // Whoever could not be read at all may be who is named, and what stands in no order.
        if isWhole, services.count == members?.count {
            errors += places.strangers(among: services)
            if errors.isEmpty { errors += places.contradictions(among: services) }
        }
        return services
    }

    private mutating func service(
        _ member: JSONMember,
        _ places: inout ServicePlaces
    ) throws(JSONError) -> Service {
        _ = attempt { _ throws(JSONError) in
            try Service.refuseBadName(PlacedText(text: member.name, position: member.position))
        }
        let known = errors.count
        let fields = try fields(member.value, of: "a service", known: Self.keys)
        var service = Service(name: member.name, command: [])
        if fields["command"] != nil || errors.count == known {
            let command = attempt { decoder throws(JSONError) in
                try decoder.command(fields.required("command"), for: "command")
            }
            service.command = command ?? []
        }
        service.position = member.position
        let after = try texts("after", fields)
        service.after = after.map(\.text)
        service.environment =
            attempt { decoder throws(JSONError) in
                try decoder.variables(fields)
            } ?? []
        service.directory = part("cwd", fields) { decoder, value throws(JSONError) in
            try decoder.path(value, for: "cwd")
        }
        service.user = attempt { decoder throws(JSONError) in try decoder.user(fields) } ?? nil
        let stops = errors.count
        service.stop = try stopAction(fields, prefix: "stop_")
        // What could not be read may have named others.
        if errors.count == stops {
            _ = attempt { _ throws(JSONError) in try service.stop.refuseIdleConsent(fields) }
        }
        if service.isShellLine, fields["stop_order"] == nil { service.stop.order = .atOnce }
        let stop = part("stop_command", fields) { decoder, value throws(JSONError) in
            try decoder.command(value, for: "stop_command")
        }
        service.stopCommand = stop ?? []
        let ready = part("ready", fields) { decoder, value throws(JSONError) in
            try decoder.readiness(value)
        }
        service.ready = ready ?? service.ready
        let restart = part("restart", fields) { decoder, value throws(JSONError) in
            try decoder.restartPolicy(value)
        }
        service.restart = restart ?? service.restart
        let log = part("log", fields) { decoder, value throws(JSONError) in
            try decoder.logTarget(value)
        }
        service.log = log ?? service.log
        service.serviceClass = try choice("class", fields) ?? .user
        _ = attempt { _ throws(JSONError) in try Self.refuseRestartOfEnded(service, fields) }
        places.after.append(after)
        places.ports.append(fields["ports"]?.position ?? member.position)
        places.logs.append(fields["log"]?.position ?? member.position)
        return service
    }

    /// The value of a key, where there is one and nothing is wrong with it.
    private mutating func part<Part>(
        _ key: String,
        _ fields: JSONFields,
        _ read: (inout ServiceDecoder, JSONValue) throws(JSONError) -> Part
    ) -> Part? {
        guard let value = fields[key] else { return nil }
        return attempt { decoder throws(JSONError) in try read(&decoder, value) }
    }

    /// What has ended with 0 is ready then: started again, it would never stay so.
    private static func refuseRestartOfEnded(
        _ service: Service,
        _ fields: JSONFields
    ) throws(JSONError) {
        guard service.ready.sign == .exit, service.restart.mode == .always else { return }
        throw JSONError(
            "expected 'never' or 'on-failure' for 'restart' of a service that is ready when it has"
                + " ended, found 'always'",
            at: fields["restart"]?.position ?? fields.position
        )
    }

    private mutating func variables(
        _ fields: JSONFields
    ) throws(JSONError) -> [Service.Variable] {
        guard let object = fields["env"] else { return [] }
        let members = try ServiceDecoder.members(object, of: "variables by their names")
        return try each(members) { decoder, member throws(JSONError) in
            try decoder.variable(member)
        }
    }

    private func variable(_ member: JSONMember) throws(JSONError) -> Service.Variable {
        let name = member.name
        guard !name.isEmpty, !name.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }),
            !name.contains("=")
        else {
            throw JSONError(
                "expected a variable's name without '=', spaces and control characters for 'env',"
                    + " found '\(name.escapedForTerminal)'",
                at: member.position
            )
        }
        guard !ServiceDecoder.reservedVariables.contains(name) else {
            throw JSONError(
                "expected a variable other than '\(name)', which would keep the service from being"
                    + " found or stopped",
                at: member.position
            )
        }
        let key = name.escapedForTerminal
        let text = try plainText(member.value, for: key, orNumbers: true)
        return Service.Variable(
            name: name,
            value: try text.parse { template throws(ValueError) in
                try Expansion.text(
                    of: ByteString(template),
                    as: .text,
                    environment: environment
                )
            }
        )
    }

    private func user(_ fields: JSONFields) throws(JSONError) -> String? {
        guard let value = fields["user"] else { return nil }
        let text = try value.text(for: "user", true)
        guard try number(ofUser: text) == nil else { return text.text }
        let hint = nearestName(to: text.text, in: users().keys.sorted())
        throw JSONError(
            "expected a user of this machine, by name or number, for 'user', found"
                + " '\(text.text.escapedForTerminal)'"
                + (hint.map { "; did you mean '\($0)'?" } ?? ""),
            at: text.position
        )
    }

    private static func members(
        _ value: JSONValue,
        of subject: String
    ) throws(JSONError) -> [JSONMember] {
        guard case .object(let members) = value.kind else {
            throw JSONError(
                "expected an object of \(subject), found \(value.kindName)",
                at: value.position
            )
        }
        return members
    }
}
