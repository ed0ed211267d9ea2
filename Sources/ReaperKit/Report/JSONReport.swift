/// The report as JSON, for programs: `reaper.report/1`.
///
/// What is not known is absent, never 0 or "". The schema is `schema/report.schema.json`.
public enum JSONReport {
    /// The name of the format; the number changes when a program that reads it would break.
    public static let schema = "reaper.report/1"

    /// What the last line of a stream can hold besides its head.
    static let actionMembers = ["error", "run", "plan", "outcome", "instances"]

    /// One object, over many lines, for `--json`.
    public static func render(_ report: Report, style: ReportStyle) -> [UInt8] {
        var json = JSONWriter(.pretty)
        json.object { json in
            json.member("schema", schema)
            writeHead(of: report, to: &json)
            json.member("duration_ms", report.duration.milliseconds)
            json.member("complete", report.isComplete)
            json.member("error", report.error)
            writeRun(of: report, to: &json, style: style)
            json.object("unreadable") { report.snapshot.unreadable.write(to: &$0) }
            json.object("counts") { writeCounts(of: report, to: &$0) }
            json.array("findings") { json in
                for finding in report.findings {
                    json.object { finding.write(to: &$0, from: report.snapshot, style: style) }
                }
            }
            writeIgnored(of: report, to: &json, style: style)
            writeActions(of: report, to: &json, style: style)
            writeInstances(of: report, to: &json, style: style)
        }
        json.endLine()
        return json.bytes
    }

    /// One line per finding, each with the host's fields, for streams that many hosts write to.
    ///
    /// A command that acts adds one last line with its plan and outcome in place of a finding.
    public static func renderLines(_ report: Report, style: ReportStyle) -> [UInt8] {
        var json = JSONWriter(.compact)
        for finding in report.findings {
            json.object { json in
                json.member("schema", "reaper.finding/1")
                writeHead(of: report, to: &json)
                json.member("complete", report.isComplete)
                finding.write(to: &json, from: report.snapshot, style: style)
            }
            json.endLine()
        }
        guard report.plan != nil || report.outcome != nil || report.error != nil else {
            return json.bytes
        }
        json.object { json in
            json.member("schema", "reaper.action/1")
            writeHead(of: report, to: &json)
            json.member("complete", report.isComplete)
            json.member("error", report.error)
            writeRun(of: report, to: &json, style: style)
            writeActions(of: report, to: &json, style: style)
            writeInstances(of: report, to: &json, style: style)
        }
        json.endLine()
        return json.bytes
    }

    private static func writeHead(of report: Report, to json: inout JSONWriter) {
        json.member("command", report.command)
        json.member("version", ReaperVersion.current)
        json.object("host") { report.snapshot.host.write(to: &$0) }
        json.member("started_at", report.startedAt.rfc3339(withMilliseconds: true))
    }

    private static func writeRun(
        of report: Report,
        to json: inout JSONWriter,
        style: ReportStyle
    ) {
        guard let run = report.run else { return }
        json.object("run") { json in
            json.member("command", run.shownCommand(style))
            json.member("tag", run.tag)
            switch run.ending {
            case .exited(let code): json.member("exit_code", code)
            case .signaled(let number): json.member("signal", "\(Signal(number: number))")
            }
            json.member("duration_ms", run.duration.milliseconds)
        }
    }

    private static func writeCounts(of report: Report, to json: inout JSONWriter) {
        json.member("processes", report.snapshot.processes.count)
        json.member("sockets", report.snapshot.sockets.count)
        json.member(
            "instance_files",
            max(report.snapshot.instanceFiles.count, report.filesLookedAt ?? 0)
        )
        json.member("findings", report.findings.count)
    }

    private static func writeActions(
        of report: Report,
        to json: inout JSONWriter,
        style: ReportStyle
    ) {
        if let plan = report.plan {
            json.object("plan") { plan.write(to: &$0, from: report.snapshot, style: style) }
        }
        if let outcome = report.outcome {
            json.object("outcome") { outcome.write(to: &$0, style: style) }
        }
    }
}

extension JSONReport {
    private static func writeIgnored(
        of report: Report,
        to json: inout JSONWriter,
        style: ReportStyle
    ) {
        guard !report.ignored.isEmpty else { return }
        json.array("ignored") { json in
            for item in report.ignored {
                json.object { json in
                    json.member("id", item.finding.id)
                    json.member("kind", item.finding.kind.rawValue)
                    json.member("summary", style.shown(item.finding.summary))
                    json.member("by", item.exemption)
                }
            }
        }
    }

    private static func writeInstances(
        of report: Report,
        to json: inout JSONWriter,
        style: ReportStyle
    ) {
        guard let instances = report.instances else { return }
        let listing = InstanceReport(snapshot: report.snapshot, instances: instances)
        json.array("instances") { json in
            for instance in instances {
                json.object { instance.write(to: &$0, in: listing, style: style) }
            }
        }
    }
}

extension HostFacts {
    /// Writes what is known of the machine.
    func write(to json: inout JSONWriter) {
        json.member("name", name.isEmpty ? nil : name)
        json.member("boot_id", bootID.isEmpty ? nil : bootID)
        json.member("kernel", kernel.isEmpty ? nil : kernel)
        json.member("pid_namespace", namespaces?.pid)
    }
}

extension Unreadable {
    /// Writes how much could not be read, and why.
    func write(to json: inout JSONWriter) {
        json.member("processes", processes.count)
        json.object("reasons") { json in
            for (reason, count) in reasons.sorted(by: { $0.key < $1.key }) {
                json.member(reason, count)
            }
        }
        guard !notes.isEmpty else { return }
        json.array("notes") { json in for note in notes { json.element(note) } }
    }
}

extension ReportStyle {
    /// Text that may carry a secret, as this style allows it to be shown.
    func shown(_ text: String) -> String { showsSecrets ? text : SecretMask.masked(text: text) }

    /// Foreign bytes that may carry a secret, as this style allows them to be shown.
    func shown(_ text: ByteString) -> ByteString {
        showsSecrets ? text : SecretMask.masked(text: text)
    }
}
