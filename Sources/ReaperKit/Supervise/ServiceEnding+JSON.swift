extension ServiceEnding {
    /// As one line.
    public var json: [UInt8] {
        var json = JSONWriter(.compact)
        json.object { json in
            json.member("deadline_ms", deadline.milliseconds)
            json.member("force", isForced)
            json.member("descendants", areDescendants)
            json.array("targets") { json in
                for target in targets { json.object { Self.write(target, &$0) } }
            }
        }
        json.endLine()
        return json.bytes
    }

    static func write(_ target: Target, _ json: inout JSONWriter) {
        json.member("name", target.name)
        json.member("pid", target.identity?.pid)
        json.member("start_ticks", target.identity?.startTime)
        json.member("mark", target.mark)
        json.member("since_ticks", target.since)
        json.member("fingerprint", target.fingerprint)
        json.member("signal", target.stop.signal.number)
        json.member("timeout_ms", target.stop.timeout.milliseconds)
        json.member("order", target.stop.order.rawValue)
        json.member("kill_others", target.stop.killsOthers)
        json.array("ports") { json in
            for port in target.stop.ports?.members ?? [] { json.element(port.text) }
        }
        json.array("process_filters") { json in
            for glob in target.stop.processFilters where !glob.matchesNothing {
                json.element(glob.pattern.base64)
            }
        }
        json.array("after") { json in for name in target.after { json.element(name) } }
        guard !target.stopCommand.isEmpty else { return }
        json.array("stop_command") { json in
            for word in target.stopCommand { json.element(word.base64) }
        }
        json.member("directory", target.directory?.base64)
        json.member("user", target.user)
        json.member("log", target.log?.base64)
        json.array("environment") { json in
            for variable in target.environment {
                json.element(variable.name)
                json.element(variable.value.base64)
            }
        }
    }

    /// Reads what ``json`` has written.
    ///
    /// - Throws: What is wrong with it, and where.
    public init(reading bytes: [UInt8]) throws(JSONError) {
        let value = try JSON5Reader.read(bytes, as: .json)
        let fields = try JSONFields(value, of: "services to end")
        let list = try fields.required("targets")
        var targets: [Target] = []
        for item in list.array ?? [] { targets.append(try Self.target(item)) }
        self.init(
            targets,
            deadline: .milliseconds(try fields.integer("deadline_ms") ?? 30_000),
            isForced: try fields.flag("force")
        )
        areDescendants = try fields.flag("descendants")
    }

    static func target(_ value: JSONValue) throws(JSONError) -> Target {
        let fields = try JSONFields(value, of: "a service")
        var identity: ProcessIdentity?
        if let pid = try fields.integer("pid").flatMap(Int32.init(exactly:)),
            let start = try fields.integer("start_ticks").flatMap(UInt64.init(exactly:))
        {
            identity = ProcessIdentity(pid: pid, startTime: start)
        }
        var stop = StopAction()
        if let signal = fields["signal"] {
            stop.signal = try signal.text(for: "signal", true).parse(Signal.init(parsing:))
        }
        stop.timeout = .milliseconds(try fields.integer("timeout_ms") ?? 10_000)
        stop.order = (try fields.string("order")).flatMap(StopOrder.init) ?? stop.order
        stop.killsOthers = try fields.flag("kill_others")
        var members: [PortSet.Member] = []
        for port in fields["ports"]?.array ?? [] {
            let set = try port.text(for: "ports").parse { text throws(ValueError) in
                try PortSet(parsing: text, services: ServiceNames())
            }
            members += set.members
        }
        stop.ports = members.isEmpty ? nil : PortSet(members: members)
        for name in fields["process_filters"]?.array ?? [] {
            let glob = try name.text(for: "process_filters").parse { text throws(ValueError) in
                guard let pattern = ByteString(base64: text) else {
                    throw ValueError(text, isNot: "a pattern", expected: "base64")
                }
                return try Glob(parsing: pattern, as: .text)
            }
            stop.processFilters.append(glob)
        }
        var target = Target(
            name: try fields.required("name").text(for: "name").text,
            identity: identity,
            mark: fields["mark"]?.string ?? "",
            stop: stop,
            after: (fields["after"]?.array ?? []).compactMap(\.string)
        )
        let since = try fields.integer("since_ticks")
        target.since = since.flatMap(UInt64.init(exactly:)) ?? 0
        target.fingerprint = try fields.string("fingerprint")
        let words = { (key: String) in
            (fields[key]?.array ?? []).compactMap(\.string)
        }
        target.stopCommand = words("stop_command").compactMap(ByteString.init(base64:))
        target.directory = fields["directory"]?.string.flatMap(ByteString.init(base64:))
        target.user = fields["user"]?.string
        target.log = fields["log"]?.string.flatMap(ByteString.init(base64:))
        let environment = words("environment")
        for index in stride(from: 0, to: environment.count - 1, by: 2) {
            guard let value = ByteString(base64: environment[index + 1]) else { continue }
            target.environment.append(Service.Variable(name: environment[index], value: value))
        }
        return target
    }
}

extension JSONFields {
    /// The number of an optional key.
    func integer(_ key: String) throws(JSONError) -> Int64? {
        guard let found = self[key] else { return nil }
        guard let number = found.integer else {
            throw JSONError(
                "expected a whole number for '\(key)', found \(found.kindName)",
                at: found.position
            )
        }
        return number
    }
}

extension ServiceEndingResult {
    /// As one line.
    public var json: [UInt8] {
        var json = JSONWriter(.compact)
        json.object { json in
            json.array("result") { json in
                for part in parts {
                    json.object { json in
                        json.member("service", part.name)
                        json.member("ended", part.ended)
                        json.member("killed", part.killed)
                        json.member("after_ms", part.time.milliseconds)
                        json.array("left") { json in for text in part.left { json.element(text) } }
                        json.array("held") { json in for text in part.held { json.element(text) } }
                    }
                }
            }
            json.member("proof", proof.rawValue)
            json.member("unproven", unproven)
            json.member("deadline_passed", deadlinePassed)
        }
        json.endLine()
        return json.bytes
    }

    /// Reads what ``json`` has written; `nil` for any other line.
    public init?(reading line: [UInt8]) {
        guard let value = try? JSON5Reader.read(line, as: .json),
            let list = value["result"]?.array
        else { return nil }
        self.init(
            list.map { item in
                var part = Part(name: item["service"]?.string ?? "")
                part.ended = Int(item["ended"]?.integer ?? 0)
                part.killed = Int(item["killed"]?.integer ?? 0)
                part.time = .milliseconds(item["after_ms"]?.integer ?? 0)
                part.left = (item["left"]?.array ?? []).compactMap(\.string)
                part.held = (item["held"]?.array ?? []).compactMap(\.string)
                return part
            }
        )
        proof = value["proof"]?.string.flatMap(Proof.init) ?? .none
        unproven = value["unproven"]?.string
        deadlinePassed = value["deadline_passed"]?.kind == .bool(true)
    }
}
