@testable import ReaperKit

/// A file that a shipped rule names, what such a file holds, and whom it may name.
struct ShippedFileCase: Sendable, CustomStringConvertible {
    let rule: String
    /// Paths that the rule names.
    let paths: [ByteString]
    /// A path like these that it does not name.
    let other: ByteString
    /// What a file holds, or where a link leads.
    var text = "4127\n"
    /// What is read from it: `NUMBER`, `NUMBER@START`, each with ` ID` and ` (ALIAS)` where known.
    var entries = ["4127"]
    /// Command lines of processes that it may name, the first word being the executable.
    var own: [String] = []
    /// And of one that has the number by chance.
    var stranger = "/usr/bin/vi notes.txt"
    /// And of more of them.
    var others: [String] = []

    var description: String { rule }
}

extension ShippedFileCase {
    /// What the rule's grammar finds in the text.
    func read(as instance: InstanceRule) throws -> [String] {
        let bytes = Array(text.utf8)
        let entries =
            switch instance.format {
            case .json: try InstanceText.json(bytes, rule: instance)
            case .text, .symlink: try InstanceText.matches(of: instance.pattern, in: bytes)
            case .pid: [try InstanceText.pid(bytes)]
            case .socket, .lock: [InstanceEntry]()
            }
        return entries.map { entry in
            var text = "\(entry.pid ?? 0)"
            if let start = entry.startTicks { text += "@\(start)" }
            if let id = entry.id { text += " \(id)" }
            if let alias = entry.alias { text += " (\(alias))" }
            if let host = entry.host { text += " on \(host)" }
            return text
        }
    }
}

/// A process that runs a command line.
func process(running line: String) -> ProcessRecord {
    let words = line.split(separator: " ").map { ByteString(String($0)) }
    let executable = words.first ?? ""
    return Cast.process(4127, ByteString(Array(executable.baseName.bytes.prefix(15)))) { process in
        process.executable = .value(ExecutableLink(path: executable))
        process.arguments = .value(words)
    }
}
