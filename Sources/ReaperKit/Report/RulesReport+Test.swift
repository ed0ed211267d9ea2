/// What `reaper rules test` found out about one process.
public struct TracedProcess: Sendable {
    /// Who.
    public var identity: ProcessIdentity
    /// What was seen, this process and its ancestors in it.
    public var snapshot: Snapshot
    /// One per rule, in the rules' order.
    public var traces: [RuleTrace]

    /// Creates the answer for one process.
    public init(identity: ProcessIdentity, snapshot: Snapshot, traces: [RuleTrace]) {
        self.identity = identity
        self.snapshot = snapshot
        self.traces = traces
    }

    /// Whether every fact was read that could change an answer.
    public var isComplete: Bool {
        traces.allSatisfy(\.unknown.isEmpty) && snapshot.unreadable.notes.isEmpty
    }
}

extension RulesReport {
    /// More rules than this are told in one line each, unless they match.
    private static let crowd = 4

    /// Every rule's trace, for people.
    public static func test(_ processes: [TracedProcess], style: ReportStyle) -> [UInt8] {
        var lines: [String] = []
        for process in processes {
            if !lines.isEmpty { lines.append("") }
            if !style.isQuiet { lines += headLines(process, style) }
            let isCrowd = process.traces.count > crowd
            let brief = process.traces.filter { trace in
                style.isQuiet || isCrowd && !style.isVerbose && !trace.isTelling
            }
            let full = process.traces.filter { trace in
                !brief.contains { $0.rule == trace.rule }
            }
            for trace in full {
                if !lines.isEmpty { lines.append("") }
                lines += RuleTraceText.lines(of: trace, style: style)
            }
            if !brief.isEmpty, !lines.isEmpty, !style.isQuiet { lines.append("") }
            lines += brief.map { RuleTraceText.line(of: $0, style: style) }
            for note in process.snapshot.unreadable.notes where !style.isQuiet {
                lines.append("note: \(note)")
            }
        }
        return bytes(of: lines)
    }

    private static func headLines(_ process: TracedProcess, _ style: ReportStyle) -> [String] {
        let record = process.snapshot.process(process.identity.pid)
        let name = record.map { $0.name.text.escapedForTerminal + " " } ?? ""
        var head = "process \(name)\(process.identity)"
        if let user = record?.status?.known?.realUser {
            head += " of \(process.snapshot.host.userNames[user]?.escapedForTerminal ?? "\(user)")"
        }
        let words = record?.shownArguments(style) ?? []
        let line = words.map(\.text.escapedForTerminal).joined(separator: " ")
        return [head] + (line.isEmpty ? [] : ["  \(line.truncated(to: 4096))"])
    }

    /// The same for programs.
    public static func testJSON(_ processes: [TracedProcess], style: ReportStyle) -> [UInt8] {
        json("test") { json in
            json.member("complete", processes.allSatisfy(\.isComplete))
            json.array("processes") { json in
                for process in processes {
                    json.object { json in
                        json.object("process") { json in
                            process.identity.write(to: &json, from: process.snapshot, style: style)
                        }
                        json.array("notes") { json in
                            for note in process.snapshot.unreadable.notes { json.element(note) }
                        }
                        json.array("traces") { json in
                            for trace in process.traces {
                                json.object { trace.write(to: &$0, style: style) }
                            }
                        }
                    }
                }
            }
        }
    }
}

extension RuleTrace {
    /// Whether it is worth more than a line among many.
    fileprivate var isTelling: Bool {
        // What only a file is to name looks like many.
        !files.isEmpty || match != .fails && !(isOfFiles && match == .holds)
    }
}
