extension ShutdownOutcome {
    /// Writes what happened to every target, file and port.
    func write(to json: inout JSONWriter, style: ReportStyle) {
        json.array("targets") { json in
            for target in targets { json.object { target.write(to: &$0, style: style) } }
        }
        json.array("removed") { json in
            for path in removed { json.object { $0.member("path", path) } }
        }
        json.array("kept") { json in
            for refusal in kept { json.object { refusal.write(to: &$0, style: style) } }
        }
        json.array("ports") { json in
            for port in ports { json.object { port.write(to: &$0, style: style) } }
        }
        if !portNotes.isEmpty {
            json.array("port_notes") { json in for note in portNotes { json.element(note) } }
        }
        json.member("rounds", rounds)
        json.member("proof", proof.rawValue)
        json.member("unproven", unproven.map(style.shown))
        json.member("deadline_passed", deadlinePassed)
        json.member("interrupted", wasInterrupted)
    }
}

extension TargetOutcome {
    fileprivate func write(to json: inout JSONWriter, style: ReportStyle) {
        json.member("identity", identity.description)
        json.member("name", name)
        json.member("result", result.rawValue)
        json.member("signal", signal?.name)
        json.member("asked_ms", asked?.milliseconds)
        json.member("grace_ms", grace?.milliseconds)
        json.member("killed_ms", killed?.milliseconds)
        json.member("after_ms", after?.milliseconds)
        json.member("reason", reason.map(style.shown))
    }
}

extension PortOutcome {
    fileprivate func write(to json: inout JSONWriter, style: ReportStyle) {
        json.member("protocol", transport.rawValue)
        json.member("port", port)
        json.member("state", isFree ? "free" : "held")
        if isHeldAgain { json.member("again", true) }
        json.member("holder", holder.map(style.shown))
    }
}
