extension RuleTrace {
    /// Writes the members of one trace, secrets masked unless the style shows them.
    func write(to json: inout JSONWriter, style: ReportStyle) {
        json.member("rule", rule)
        json.member("title", title)
        json.member("source", source)
        if !conditions.isEmpty { json.member("match", match.name) }
        json.array("conditions") { $0.write(conditions, style) }
        if let owner { json.object("owner") { owner.write(to: &$0, style: style) } }
        json.array("ownership") { $0.write(ownership, style) }
        json.array("abandonment") { $0.write(abandonment, style) }
        json.array("vetoes") { $0.write(vetoes, style) }
        json.array("files") { json in
            for file in files { json.object { file.write(to: &$0, style: style) } }
        }
        json.array("unknown") { json in
            for fact in unknown {
                json.object { json in
                    json.member("source", "/proc/\(fact.pid)/\(fact.kind.fileName)")
                    json.member("reason", reasonText(fact.code))
                }
            }
        }
        json.member("verdict", finding?.verdict.rawValue)
        json.member("effect", effect.rawValue)
        json.member("reason", style.shown(reason))
        json.member("command", finding?.remedy.command)
    }
}

extension OwnerTrace {
    fileprivate func write(to json: inout JSONWriter, style: ReportStyle) {
        json.member("state", state.rawValue)
        json.member("alive", alive?.process.description)
        json.array("ancestors") { json in
            for ancestor in ancestors {
                json.object { json in
                    json.member("identity", ancestor.process.description)
                    json.member("name", ancestor.name)
                    json.member("answer", ancestor.answer.name)
                    json.array("conditions") { $0.write(ancestor.conditions, style) }
                }
            }
        }
    }
}

extension TracedFile {
    fileprivate func write(to json: inout JSONWriter, style: ReportStyle) {
        json.member("path", path)
        json.member("relation", relation.rawValue)
        json.member("answer", judgment.answer.word)
        json.member("certainty", judgment.certainty.rawValue)
        json.member("reason", style.shown(judgment.reason))
        json.array("evidence") { $0.write(judgment.evidence, style) }
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ conditions: [TracedCondition], _ style: ReportStyle) {
        for condition in conditions { object { condition.write(to: &$0, style: style) } }
    }

    fileprivate mutating func write(_ evidence: [Evidence], _ style: ReportStyle) {
        for item in evidence { object { item.write(to: &$0, style: style) } }
    }
}

extension TracedCondition {
    fileprivate func write(to json: inout JSONWriter, style: ReportStyle) {
        json.member("name", name)
        json.array("wanted") { json in for text in wanted { json.element(text) } }
        json.array("actual") { json in
            for item in actual {
                json.object { json in
                    json.member("value", style.showsSecrets ? item.value : item.masked)
                    json.member("source", item.source)
                }
            }
        }
        json.member("source", source)
        json.member("answer", answer.name)
        if case .unreadable(_, let code) = answer { json.member("reason", reasonText(code)) }
    }
}

extension MatchAnswer {
    /// One word for programs.
    fileprivate var name: String {
        switch self {
        case .holds: "holds"
        case .fails: "fails"
        case .needs, .unreadable: "unknown"
        }
    }
}
