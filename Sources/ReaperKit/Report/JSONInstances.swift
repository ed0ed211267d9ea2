/// Instances as JSON, for programs: `reaper.instances/1`.
///
/// What is not known is absent. The schema is `schema/instances.schema.json`.
public enum JSONInstances {
    /// The name of the format; the number changes when a program that reads it would break.
    public static let schema = "reaper.instances/1"

    /// One object, over many lines, for `--json`.
    public static func render(_ report: InstanceReport, style: ReportStyle) -> [UInt8] {
        var json = JSONWriter(.pretty)
        json.object { json in
            json.member("schema", schema)
            json.member("complete", report.isComplete)
            if !report.isComplete {
                json.object("unreadable") { report.snapshot.unreadable.write(to: &$0) }
            }
            json.array("instances") { json in
                for instance in report.instances {
                    json.object { instance.write(to: &$0, in: report, style: style) }
                }
            }
        }
        json.endLine()
        return json.bytes
    }

    /// One line per instance, each with the host's name, for streams that many hosts write to.
    public static func renderLines(_ report: InstanceReport, style: ReportStyle) -> [UInt8] {
        var json = JSONWriter(.compact)
        for instance in report.instances {
            json.object { json in
                json.member("schema", "reaper.instance/1")
                let host = report.snapshot.host.name
                json.member("host", host.isEmpty ? nil : host)
                json.member("complete", report.isComplete)
                instance.write(to: &json, in: report, style: style)
            }
            json.endLine()
        }
        return json.bytes
    }
}

extension Instance {
    /// Writes the members of one instance.
    func write(to json: inout JSONWriter, in report: InstanceReport, style: ReportStyle) {
        json.member("system", system)
        json.member("rule", rule)
        json.member("id", id)
        json.member("alias", alias)
        let those = processes.isEmpty ? holders : processes
        let one = those.count == 1 ? those[0] : nil
        json.member("identity", one?.description)
        json.member("pid", pid ?? (holders.count == 1 ? one?.pid : nil))
        json.member("state", state.rawValue)
        json.member("process_state", standstill?.rawValue)
        json.member("reason", reason.isEmpty ? nil : style.shown(reason))
        json.member("file", file)
        json.member("distrusted", distrust)
        if !those.isEmpty, report.knowsSockets(of: self) {
            report.sockets(of: self).write(to: &json, from: report.snapshot)
        }
        let host = report.snapshot.host
        if let oldest = report.oldest(of: self), host.wallClock > .zero {
            json.member("started_at", host.startedAt(oldest).rfc3339())
            json.member("uptime_ms", max(host.age(of: oldest).milliseconds, 0))
        }
        if let process = one.flatMap(report.record) {
            json.member("uid", process.status?.known?.realUser)
            json.member("user", process.userName(in: host))
        }
        if !members.isEmpty {
            json.array("processes") { json in
                for member in members {
                    json.object { json in
                        member.write(to: &json, in: report)
                        json.member("process_state", standstills[member.identity]?.rawValue)
                    }
                }
            }
        }
        if !holders.isEmpty {
            json.array("holders") { json in
                for identity in holders { json.element(identity.description) }
            }
        }
        if !remnants.isEmpty {
            json.array("remaining") { json in
                for identity in remnants { json.element(identity.description) }
            }
        }
        guard !evidence.isEmpty else { return }
        json.array("evidence") { json in
            for item in evidence { json.object { item.write(to: &$0, style: style) } }
        }
    }
}

extension InstanceMember {
    fileprivate func write(to json: inout JSONWriter, in report: InstanceReport) {
        json.member("node", node)
        json.member("identity", identity.description)
        json.member("pid", identity.pid)
        json.member("name", name)
        json.member("rule", rule)
        json.member("inherited", isInherited)
        let host = report.snapshot.host
        if host.wallClock > .zero { json.member("started_at", host.startedAt(identity).rfc3339()) }
    }
}
