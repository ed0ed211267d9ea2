/// Turns the values of one service file into services; the first mistake ends it.
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

    var environment: [String: ByteString] { reader.environment }

    func services() -> ServiceNames { reader.services() }

    func users() -> [String: UInt32] { reader.users() }

    mutating func attempt<Part>(
        _ body: (inout ServiceDecoder) throws(JSONError) -> Part
    ) throws(JSONError) -> Part? {
        try body(&self)
    }

    /// What would have no effect is a mistake here: nothing may be started on half of a file.
    mutating func warn(_ message: String, at position: TextPosition) throws(JSONError) {
        throw JSONError(message, at: position)
    }

    /// Reads a whole file.
    mutating func file(_ value: JSONValue) throws(JSONError) -> [Service] {
        let fields = try fields(value, of: "a service file", known: ServiceDecoder.fileKeys)
        let object = try fields.required("services")
        let members = try ServiceDecoder.members(object, of: "services by their names")
        try ServiceFile.refuse(count: members.count, at: object.position)
        var places = ServicePlaces()
        var services: [Service] = []
        for member in members {
            services.append(try service(member, &places))
        }
        try places.refuseContradictions(among: services)
        return services
    }

    private mutating func service(
        _ member: JSONMember,
        _ places: inout ServicePlaces
    ) throws(JSONError) -> Service {
        try Service.refuseBadName(PlacedText(text: member.name, position: member.position))
        let fields = try fields(member.value, of: "a service", known: ServiceDecoder.keys)
        var service = Service(
            name: member.name,
            command: try command(fields.required("command"), for: "command")
        )
        service.position = member.position
        let after = try texts("after", fields)
        service.after = after.map(\.text)
        service.environment = try variables(fields)
        service.directory = try fields["cwd"].map { value throws(JSONError) in
            try path(value, for: "cwd")
        }
        service.user = try user(fields)
        service.stop = try stopAction(fields, prefix: "stop_")
        try service.stop.refuseIdleConsent(fields)
        if service.isShellLine, fields["stop_order"] == nil { service.stop.order = .atOnce }
        if let stop = fields["stop_command"] {
            service.stopCommand = try command(stop, for: "stop_command")
        }
        if let ready = fields["ready"] { service.ready = try readiness(ready) }
        if let restart = fields["restart"] { service.restart = try restartPolicy(restart) }
        if let log = fields["log"] { service.log = try logTarget(log) }
        service.serviceClass = try choice("class", fields) ?? .user
        try ServiceDecoder.refuseRestartOfEnded(service, fields)
        places.after.append(after)
        places.ports.append(fields["ports"]?.position ?? member.position)
        places.logs.append(fields["log"]?.position ?? member.position)
        return service
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
