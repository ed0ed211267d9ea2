extension ShutdownOutcome {
    /// Reads the member `outcome` of a report.
    ///
    /// - Throws: The place of the first value that is missing or not what an outcome has there.
    init(reading value: JSONValue) throws(JSONError) {
        self.init()
        // Without these it would look as if all had gone well.
        for name in ["targets", "kept", "ports", "deadline_passed"] { _ = try value.required(name) }
        targets = try value.list("targets").map { (target) throws(JSONError) in
            try target.targetOutcome()
        }
        removed = try value.list("removed").map { (file) throws(JSONError) in
            _ = try file.required("path").text(for: "path")
            return try file.bytes("path") ?? ""
        }
        kept = try value.list("kept").map { (refusal) throws(JSONError) in try refusal.refusal() }
        ports = try value.list("ports").map { (port) throws(JSONError) in try port.portOutcome() }
        portNotes = try value.list("port_notes").map { (note) throws(JSONError) in
            try note.text(for: "port_notes").text
        }
        rounds = try value.number("rounds") ?? 0
        proof = try value.choice("proof")
        unproven = try value.text("unproven")
        deadlinePassed = try value.flag("deadline_passed")
        wasInterrupted = try value.flag("interrupted")
    }
}

extension JSONValue {
    fileprivate func targetOutcome() throws(JSONError) -> TargetOutcome {
        var outcome = TargetOutcome(
            identity: try identity("identity"),
            name: try bytes("name") ?? "",
            result: try choice("result"),
            signal: try self["signal"]?.text(for: "signal").parse(Signal.init(parsing:)),
            after: try time(inMilliseconds: "after_ms"),
            reason: try text("reason")
        )
        outcome.asked = try time(inMilliseconds: "asked_ms")
        outcome.grace = try time(inMilliseconds: "grace_ms")
        outcome.killed = try time(inMilliseconds: "killed_ms")
        return outcome
    }

    private func time(inMilliseconds name: String) throws(JSONError) -> Duration? {
        let value: Int64? = try number(name)
        return value.map { .milliseconds($0) }
    }

    fileprivate func portOutcome() throws(JSONError) -> PortOutcome {
        guard let port: UInt16 = try number("port") else {
            throw JSONError("expected a member 'port' in each port", at: position)
        }
        let state = try required("state").text(for: "state")
        guard state.text == "free" || state.text == "held" else {
            throw JSONError("expected 'free' or 'held' for 'state'", at: state.position)
        }
        var outcome = PortOutcome(
            transport: try choice("protocol"),
            port: port,
            isFree: state.text == "free",
            holder: try text("holder")
        )
        outcome.isHeldAgain = try flag("again")
        return outcome
    }
}
