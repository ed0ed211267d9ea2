import Foundation
import TestSupport
import Testing

/// What `explain --json` says, as far as live tests look.
struct LiveExplanations: Decodable {
    struct Explanation: Decodable {
        let target: String
        let kind: String
        let answer: String
        let summary: String
        let process: LiveReport.Process?
        let path: String?
        let sections: [Section]
        let unknown: [String]
        let advice: Advice?

        /// The statements on this topic; none where there is no such section.
        subscript(_ topic: String) -> [Statement] {
            sections.first { $0.topic == topic }?.statements ?? []
        }

        /// The sentences on this topic.
        func texts(_ topic: String) -> [String] { self[topic].map(\.fact) }

        /// The value that stands behind this label.
        func value(_ label: String, in topic: String = "identity") -> String? {
            self[topic].first { $0.label == label }?.fact
        }
    }

    struct Section: Decodable {
        let topic: String
        let statements: [Statement]
    }

    struct Statement: Decodable {
        let label: String?
        let fact: String
        let source: String?
        let value: String?
        let mark: String?
        let depth: Int?
        let process: String?
    }

    struct Advice: Decodable {
        let action: String
        let commands: [String]
        let reason: String?
    }

    let complete: Bool
    let explanations: [Explanation]
    let notes: [String]?
}

extension Completion {
    /// The explanations, which are held to the schema on the way.
    func explanations() throws -> LiveExplanations {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "schema/explanation.schema.json")
        let schema = try JSONSchema(Data(contentsOf: file))
        guard let violations = try? schema.violations(in: Data(output)) else {
            throw SupportError("no JSON: \(text.prefix(400)) \(errorText.prefix(400))")
        }
        #expect(violations == [])
        return try decoded(as: LiveExplanations.self)
    }

    /// The only explanation there is.
    func explanation() throws -> LiveExplanations.Explanation {
        let all = try explanations().explanations
        #expect(all.count == 1)
        return try #require(all.first)
    }
}

extension Binary {
    /// Explains these targets with no rules but `rules`.
    func explain(_ targets: String..., rules: String? = nil) throws -> Completion {
        try run(["explain", "--json"] + targets, rules: rules)
    }
}
