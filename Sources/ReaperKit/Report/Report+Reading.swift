extension Report {
    /// Reads what a report says, as far as people are shown it.
    ///
    /// Command lines that a report advises are left out: a machine that somebody else has taken
    /// over could have anything typed on another.
    ///
    /// - Parameters:
    ///   - value: the report, or lines of one put together.
    ///   - isWhole: whether it is all of a report; lines do not say how much was looked at.
    ///   - index: set to what the findings say of sockets and files.
    /// - Throws: The place of the first value that is missing or not what a report has there.
    init(reading value: JSONValue, isWhole: Bool, _ index: inout FindingIndex) throws(JSONError) {
        let startedAt = try value.time("started_at")
        var reader = FindingReader(host: try HostFacts(reading: value.required("host"), startedAt))
        let list = try value.required("findings")
        guard let elements = list.array else {
            throw JSONError(
                "expected an array for 'findings', found \(list.kindName)",
                at: list.position
            )
        }
        let findings = try elements.map { (item) throws(JSONError) in try reader.finding(item) }
        var totals = ReportTotals()
        if isWhole {
            reader.unreadable = try Unreadable(reading: value.required("unreadable"), &totals)
            try totals.read(from: value, findings: findings.count)
        }
        _ = try value.required("complete")
        self.init(
            command: try value.commandName(),
            startedAt: startedAt ?? .zero,
            duration: totals.duration ?? .zero,
            snapshot: reader.snapshot,
            findings: findings,
            isComplete: try value.flag("complete")
        )
        statedTotals = totals
        error = try value["error"]?.text(for: "error").text
        if let value = value["plan"] {
            guard case .object = value.kind else {
                throw JSONError("expected an object for 'plan'", at: value.position)
            }
            plan = try ShutdownPlan(reading: value, isExact: false)
        }
        if let value = value["outcome"] { outcome = try ShutdownOutcome(reading: value) }
        index = reader.index
    }
}

extension HostFacts {
    fileprivate init(reading value: JSONValue, _ time: Duration?) throws(JSONError) {
        self.init()
        guard case .object = value.kind else {
            throw JSONError("expected an object for 'host'", at: value.position)
        }
        name = try value.text("name") ?? ""
        // It stands on many lines. The kernel's own limit is 64; gethostname(2).
        guard name.utf8.count <= 1024 else {
            throw JSONError("expected a host name of at most 1024 bytes", at: value.position)
        }
        bootID = try value.text("boot_id") ?? ""
        kernel = try value.text("kernel") ?? ""
        if let namespace: UInt64 = try value.number("pid_namespace") {
            namespaces = ProcessNamespaces(pid: namespace, mount: 0, network: 0)
        }
        wallClock = time ?? .zero
    }
}

extension Unreadable {
    fileprivate init(reading value: JSONValue, _ totals: inout ReportTotals) throws(JSONError) {
        self.init()
        _ = try value.required("processes")
        totals.unreadable = try value.number("processes")
        let counts = try value.required("reasons")
        guard case .object(let members) = counts.kind else {
            throw JSONError("expected an object for 'reasons'", at: counts.position)
        }
        for member in members {
            guard let count = member.value.integer, let number = Int(exactly: count), number >= 0
            else {
                throw JSONError("expected a number for each reason", at: member.value.position)
            }
            reasons[member.name] = number
        }
        notes = try value.list("notes").map { (note) throws(JSONError) in
            try note.text(for: "notes").text
        }
    }
}

extension ReportTotals {
    fileprivate mutating func read(from value: JSONValue, findings: Int) throws(JSONError) {
        _ = try value.required("duration_ms")
        duration = .milliseconds(try value.number("duration_ms") ?? Int64(0))
        let counts = try value.required("counts")
        processes = try counts.number("processes")
        instanceFiles = try counts.number("instance_files")
        let stated: Int? = try counts.number("findings")
        guard stated == findings else {
            throw JSONError(
                "expected the number of findings in 'counts', \(findings), found "
                    + (stated.map { "\($0)" } ?? "none"),
                at: counts.position
            )
        }
    }
}

extension JSONValue {
    /// Which subcommand wrote it: a word that is safe wherever it is shown.
    fileprivate func commandName() throws(JSONError) -> String {
        let name = try required("command").text(for: "command")
        let isWord = name.text.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
        }
        guard isWord, name.text.utf8.count <= 32 else {
            throw JSONError("expected the name of a command of reaper", at: name.position)
        }
        return name.text
    }

    /// A time of an optional member, since 1970-01-01 UTC.
    func time(_ name: String) throws(JSONError) -> Duration? {
        guard let value = self[name] else { return nil }
        guard let time = value.string.flatMap({ Duration(rfc3339: $0) }) else {
            throw JSONError(
                "expected a time such as 2026-11-21T06:11:36Z for '\(name)'",
                at: value.position
            )
        }
        return time
    }

    /// One of the names of an enumeration.
    func choice<Value: RawRepresentable & CaseIterable>(
        _ name: String,
        of _: Value.Type = Value.self
    ) throws(JSONError) -> Value where Value.RawValue == String {
        let word = try required(name).text(for: name)
        guard let value = Value(rawValue: word.text) else {
            let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
            let found = word.text.escapedForTerminal.truncated(to: 60)
            throw JSONError(
                "expected one of \(names) for '\(name)', found '\(found)'",
                at: word.position
            )
        }
        return value
    }
}
