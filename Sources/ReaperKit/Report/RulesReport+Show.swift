extension RulesReport {
    /// Rules as the text of rule files, one per system, that read back as the same rules.
    ///
    /// Comments say where each came from, and which rules named by `after` are not shown.
    public static func show(_ rules: [Rule], of files: [RuleFile]) -> [UInt8] {
        var bytes: [UInt8] = []
        for file in files {
            let chosen = file.rules.filter { rule in rules.contains { $0.id == rule.id } }
            guard !chosen.isEmpty else { continue }
            if !bytes.isEmpty { bytes.append(UInt8(ascii: "\n")) }
            let known = Set(chosen.map(\.id))
            for rule in chosen {
                bytes += comment("\(rule.id) is from \(rule.source)")
                let absent = rule.after.filter { !known.contains($0) }
                if !absent.isEmpty {
                    bytes += comment("and comes after \(absent.joined(separator: ", "))")
                }
            }
            for rule in chosen where !rule.isWritable {
                bytes += comment(
                    "\(rule.id) has a path that is not UTF-8: this text is not the same"
                )
            }
            var json = JSONWriter(.pretty)
            json.object { json in
                json.member("name", file.name)
                json.member("title", file.title)
                json.member("homepage", file.homepage)
                json.array("rules") { json in
                    for rule in chosen {
                        json.object { rule.writeDefinition(to: &$0, among: known) }
                    }
                }
            }
            json.endLine()
            bytes += json.bytes
        }
        return bytes
    }

    /// The same for programs: whole rules, each with its system and source.
    public static func showJSON(_ rules: [Rule], of files: [RuleFile]) -> [UInt8] {
        json("show") { json in
            json.array("rules") { json in
                for file in files {
                    for rule in file.rules where rules.contains(where: { $0.id == rule.id }) {
                        json.object { json in
                            json.member("id", rule.id)
                            json.member("system", file.name)
                            json.member("system_title", file.title)
                            json.member("homepage", file.homepage)
                            json.member("source", rule.source)
                            json.object("definition") { rule.writeDefinition(to: &$0) }
                        }
                    }
                }
            }
        }
    }

    private static func comment(_ text: String) -> [UInt8] {
        Array("// \(text.escapedForTerminal)\n".utf8)
    }
}
