/// How an ancestor is recognised as somebody who starts or keeps processes for others.
///
/// A name proves nothing, anybody can have it: these are for accounts, never for verdicts.
struct AncestorSign: Sendable {
    /// What makes it stop one of its processes.
    enum Stop: Sendable {
        /// Nothing that could be typed.
        case none
        /// This command.
        case command(String)
        /// This command, with an argument of the ancestor behind it.
        case argument(String, Int)
        /// This command, with a name behind it that the second one tells.
        case named(String, by: String)
        /// This command, with the value of a variable of the process behind it.
        case variable(String, ByteString)
    }

    let kind: Origin.Kind
    /// What it belongs to, as ``Origin/system``.
    let system: String
    /// What it is, behind its name in sentences.
    let title: String
    /// What it may be called; a final `*` stands for any rest.
    ///
    /// The kernel's name, or the base name of its executable, of argument 0, or of the script that
    /// an interpreter runs.
    let names: [String]
    /// One of these must be part of an argument, or all of it where it begins with `=`.
    let words: [String]
    /// Whether it starts again what ends.
    let restarts: Bool
    /// What ends one of its processes for good.
    let stop: Stop

    init(
        _ kind: Origin.Kind,
        _ system: String,
        _ title: String,
        _ names: [String],
        words: [String] = [],
        restarts: Bool = false,
        stop: Stop = .none
    ) {
        self.kind = kind
        self.system = system
        self.title = title
        self.names = names
        self.words = words
        self.restarts = restarts
        self.stop = stop
    }

    /// Whether `process` shows it.
    func isShown(by process: ProcessRecord, called names: [String]) -> Bool {
        guard self.names.contains(where: { pattern in names.contains { fits($0, pattern) } }) else {
            return false
        }
        guard !words.isEmpty else { return true }
        let arguments = (process.arguments?.known ?? []).prefix(64).map(\.text)
        return words.contains { word in
            arguments.contains { argument in
                word.hasPrefix("=") ? argument == word.dropFirst() : argument.contains(word)
            }
        }
    }

    private func fits(_ name: String, _ pattern: String) -> Bool {
        pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name == pattern
    }

    /// The command that ends `process` for good, in words that can be pasted.
    func stopCommand(for process: ProcessRecord, of ancestor: ProcessRecord) -> String? {
        switch stop {
        case .none: return nil
        case .command(let command): return command
        case .named(let command, _): return "\(command) NAME"
        case .argument(let command, let index):
            guard let arguments = ancestor.arguments?.known, arguments.count > index,
                arguments[index].isUTF8, arguments[index].text.isPrintableWord
            else { return nil }
            return "\(command) \(arguments[index].text.quotedForShell)"
        case .variable(let command, let name):
            guard let value = process.variable(name), value.isUTF8, value.text.isPrintableWord
            else { return nil }
            return "\(command) \(value.text.quotedForShell)"
        }
    }
}

extension Origin {
    /// Ancestors that the table knows, nearest first, and each kind once.
    static func ofAncestors(_ chain: ParentChain, _ process: ProcessRecord) -> [Origin] {
        var found: [Origin] = []
        // What was adopted has left its supervisor, whoever is above the one that adopted it.
        let keepers = Set(chain.keepers.map(\.identity))
        for ancestor in chain.starters {
            let names = ancestor.callNames
            let sign = AncestorSign.all.first { $0.isShown(by: ancestor, called: names) }
            guard let sign, !found.contains(where: { $0.kind == sign.kind }),
                sign.kind != .supervisor || keepers.contains(ancestor.identity)
            else { continue }
            var origin = Origin(
                sign.kind,
                "\(ancestor.label), \(sign.title)",
                system: sign.system,
                evidence: [
                    Evidence(
                        "\(ancestor.label) is among its ancestors",
                        source: ancestor.source("stat")
                    )
                ],
                process: ancestor.identity,
                restarts: sign.restarts,
                stopCommand: sign.stopCommand(for: process, of: ancestor)
            )
            if case .named(_, let list) = sign.stop { origin.nameCommand = list }
            found.append(origin)
        }
        return found
    }
}

extension ProcessRecord {
    /// What it may be called: see ``AncestorSign/names``.
    var callNames: [String] {
        var names = [name.text]
        if let link = executable?.known { names.append(link.path.baseName.text) }
        if let arguments = arguments?.known {
            if let first = arguments.first {
                // A program that shows what it does there puts its name before a blank or a colon.
                let word = first.text.prefix { $0 != " " && $0 != ":" }
                names.append(ByteString(String(word)).baseName.text)
            }
            if arguments.count > 1, arguments[1].bytes.first != UInt8(ascii: "-") {
                names.append(arguments[1].baseName.text)
            }
        }
        return names
    }

    /// The value of a variable that it was started with.
    func variable(_ name: ByteString) -> ByteString? {
        let prefix = name.bytes + [UInt8(ascii: "=")]
        return environment?.known?.first { $0.bytes.starts(with: prefix) }
            .map { ByteString($0.bytes.dropFirst(prefix.count)) }
    }
}
