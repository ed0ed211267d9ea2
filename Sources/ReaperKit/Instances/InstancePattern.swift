/// How a person names an instance: in full, by a prefix, or by prefixes of its parts.
public struct InstancePattern: Sendable, Equatable {
    /// What was typed.
    public let text: String

    /// Takes what was typed; it must not be empty.
    public init(_ text: String) { self.text = text }

    /// What a pattern leads to among instances.
    public enum Answer: Sendable, Equatable {
        /// Nobody is called that.
        case none
        /// Exactly one that is not over.
        case one(Instance)
        /// Only such as are over.
        case over([Instance])
        /// Several: nobody knows which is meant.
        case ambiguous([Instance])
    }

    /// Finds the one instance that is meant.
    ///
    /// A name in full beats a prefix. What runs comes before what is over and shares its name, as
    /// the record of a crashed predecessor does, even while children of that remain. A prefix that fits several, running or over, is
    /// ambiguous: more can always be typed. A record that cannot be understood counts by its file's
    /// name in full only, where an intact one fits too; and a socket, which names no process, only
    /// where nothing else does. Whose record is not believed can be meant only where nobody else
    /// is, or where it is called so in full and none that is believed and runs is.
    public func find(in instances: [Instance]) -> Answer {
        let believed = instances.filter { $0.distrust == nil }
        let answer = search(believed)
        if answer == .none { return search(instances) }
        // What is called so in full is what was typed, believed or not: a prefix of another, or a
        // predecessor that is over, must not be taken for it.
        let called = instances.filter { names($0) && !$0.isOver }
        guard !called.isEmpty, called.allSatisfy({ $0.distrust != nil }) else { return answer }
        switch answer {
        case .none: return .none
        case .one(let other): return .ambiguous([other] + called)
        case .over(let others), .ambiguous(let others): return .ambiguous(others + called)
        }
    }

    private func search(_ instances: [Instance]) -> Answer {
        let exact = instances.filter { names($0) }
        let found = exact.isEmpty ? instances.filter { abbreviates($0) } : exact
        let left = rivals(found.filter { !$0.isOver }, areNamed: !exact.isEmpty)
        let whole = left.filter(\.remnants.isEmpty)
        let alive = whole.isEmpty ? left : whole
        switch (alive.count, found.count) {
        case (_, 0): return .none
        case (1, _): return .one(alive[0])
        case (0, 1): return .over(found)
        // By their full name all of them were meant, and nothing is stopped.
        case (0, _): return exact.isEmpty ? .ambiguous(found) : .over(found)
        default: return .ambiguous(alive)
        }
    }

    /// Who of those that a name fits, and that are not over, can be meant by it.
    private func rivals(_ instances: [Instance], areNamed: Bool) -> [Instance] {
        let recorded = instances.filter { !$0.isSocket }
        let rivals = recorded.isEmpty ? instances : recorded
        let intact = rivals.filter { !$0.isUndeciphered }
        return areNamed || intact.isEmpty ? rivals : intact
    }

    /// Whether it is a name of the instance, in full: its name, alias, file or `pid@start`.
    public func names(_ instance: Instance) -> Bool {
        [instance.id, instance.alias, instance.file?.text].contains(text)
            || instance.processes.contains { $0.description == text }
    }

    /// Whether it is a prefix of the instance's name or alias, as a whole or part by part.
    ///
    /// `prod-a3f2` abbreviates `production-a3f2c891`: dashes part names.
    public func abbreviates(_ instance: Instance) -> Bool {
        [instance.id, instance.alias].contains { $0.map(abbreviates) ?? false }
    }

    private func abbreviates(_ name: String) -> Bool {
        guard !text.isEmpty else { return false }
        if name.hasPrefix(text) { return true }
        let typed = text.split(separator: "-", omittingEmptySubsequences: false)
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        // Only the last part may be left open: an empty one begins every name.
        guard typed.count <= parts.count, !typed.dropLast().contains("") else { return false }
        return zip(typed, parts).allSatisfy { $1.hasPrefix($0) }
    }

    /// Whether a list restricted to this pattern shows the instance; here a glob counts too.
    public func shows(_ instance: Instance) -> Bool {
        if names(instance) || abbreviates(instance) { return true }
        guard let glob = try? Glob(parsing: ByteString(text), as: .text) else { return false }
        return [instance.id, instance.alias].contains { name in
            name.map { glob.matches(ByteString($0)) } ?? false
        }
    }
}

extension InstancePattern {
    /// What looks for a process by this name, or by a port, where no instance has it; printable.
    public var explanationCommand: String {
        guard !text.hasPrefix(":") else {
            return "'reaper explain \(text.escapedForTerminal)' tells who holds that port"
        }
        let word = text.isPrintableWord ? text.quotedForShell : "NAME"
        return "'reaper explain \(word)' looks for a process that is called so, "
            + "'reaper explain :PORT' for whoever holds a port"
    }
}
