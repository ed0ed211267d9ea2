import ReaperKit

extension ManPage {
    /// The page of one command.
    init(of command: Subcommand) {
        let name = "reaper-\(command.name.rawValue)"
        var page = MdocText(name: name, section: 1, summary: command.summary)
        page.section("SYNOPSIS")
        page.raw(".Nm reaper Cm \(command.name.rawValue)")
        for line in ManPage.synopsis(command.synopsis) { page.raw(line) }
        page.section("DESCRIPTION")
        page.prose(command.details)
        page.section("OPTIONS")
        for topic in Flag.Topic.allCases {
            let flags = command.flags.filter { $0.topic == topic }
            guard !flags.isEmpty else { continue }
            page.subsection(topic.rawValue)
            page.list(flags.map { (ManPage.forms(of: $0), ManPage.meaning(of: $0)) })
        }
        page.section("EXIT STATUS")
        page.list(Help.statuses(of: command).map { ("\($0.rawValue)", $1) })
        if !command.examples.isEmpty {
            page.section("EXAMPLES")
            page.list(
                command.examples.map {
                    ("Ic \(MdocText.argument($0.command))", ManPage.sentence($0.meaning))
                }
            )
        }
        page.references(
            [("reaper", 1)] + command.related.map { ("reaper-\($0.rawValue)", 1) }
                + command.fileFormats.map { ($0, 5) }
        )
        file = "\(name).1"
        text = page.text
    }

    /// `Fl t Ar DURATION , Fl \-timeout Ar DURATION`.
    private static func forms(of flag: Flag) -> String {
        let value = flag.placeholder.map { " Ar \(MdocText.argument($0))" } ?? ""
        let names = flag.longNames.map { "\\-\(MdocText.escaped($0))" }
        return ((flag.short.map { ["\($0)"] } ?? []) + names).map { "Fl \($0)\(value)" }
            .joined(separator: " , ")
    }

    private static func meaning(of flag: Flag) -> String {
        sentence(flag.summary) + (flag.details.map { " " + $0 } ?? "")
    }

    /// A synopsis in macros, a line for each part.
    static func synopsis(_ text: String) -> [String] {
        var lines: [String] = []
        var rest = Substring(text)
        while let first = rest.first {
            let isOptional = first == "["
            let end = rest.firstIndex(of: isOptional ? "]" : " ") ?? rest.endIndex
            let part = String(isOptional ? rest[..<end].dropFirst() : rest[..<end])
            lines.append("." + (isOptional ? "Op " : "") + macros(of: part))
            rest = rest[end...].drop { $0 == "]" || $0 == " " }
        }
        return lines
    }

    private static func macros(of part: String) -> String {
        let words = part.split(separator: " ").map { word in
            switch word {
            case "--": "Fl \\-"
            case "|": "|"
            case _ where word.hasPrefix("-"): "Fl \(MdocText.escaped(String(word.dropFirst())))"
            case _ where word == word.uppercased(): "Ar \(word)"
            default: "Cm \(MdocText.escaped(String(word)))"
            }
        }
        return words == ["|"] ? "No \\&|" : words.joined(separator: " ")
    }
}

extension Subcommand {
    /// Whose pages somebody who reads this one may want next.
    var related: [Name] {
        switch name {
        case .scan: [.clean, .explain, .report, .snapshot]
        case .clean: [.explain, .scan, .stop]
        case .explain: [.list, .rules, .scan]
        case .list: [.explain, .stop]
        case .stop: [.clean, .down, .list]
        case .wait: [.list, .stop]
        case .run: [.scan, .snapshot]
        case .snapshot: [.run, .scan]
        case .rules: [.explain, .scan]
        case .report: [.scan]
        case .up: [.down, .logs, .reload, .restart, .status, .stop]
        case .down: [.stop, .up]
        case .status, .restart, .reload, .logs: [.up]
        case .completions, .help: []
        }
    }

    /// The pages of the files that it reads or writes.
    var fileFormats: [String] {
        switch name {
        case .scan: ["reaper-report", "reaper-rules", "reaper-snapshot"]
        case .clean, .stop, .run: ["reaper-report", "reaper-rules"]
        case .report: ["reaper-report"]
        case .explain, .list, .wait, .rules: ["reaper-rules"]
        case .snapshot: ["reaper-snapshot"]
        case .up, .reload: ["reaper-services"]
        case .down, .status, .restart, .logs, .completions, .help: []
        }
    }
}
