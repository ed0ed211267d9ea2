import Glibc

/// A process tree whose members are called `root`, `root.0`, `root.0.1`; the root has level 0.
struct Tree {
    private let subject: Subject
    private let depth: Int
    private let width: Int
    private let ignoringLevel: Int?
    private let sessionLevel: Int?
    private let groupLevel: Int?

    init(options: Options) throws(StagingError) {
        subject = Subject(part: Part(role: .subject, options: options))
        depth = try options.number("depth") ?? 1
        width = try options.number("width") ?? 1
        ignoringLevel = try options.number("ignore-term-at")
        sessionLevel = try options.number("setsid-at")
        groupLevel = try options.number("own-group-at")
    }

    /// The members of the whole tree: the powers of the width, from 0 to the depth.
    private var count: Int {
        var level = 1
        return (0..<depth).reduce(1) { total, _ in
            level *= width
            return total + level
        }
    }

    func grow() throws(StagingError) -> Never {
        subject.expect(count)
        branch("root", level: 0)
    }

    private func branch(_ name: String, level: Int) -> Never {
        if level == sessionLevel { _ = setsid() }
        if level == groupLevel { _ = setpgid(0, 0) }
        if level < depth {
            for index in 0..<width {
                Offspring.spawnOrComplain { branch("\(name).\(index)", level: level + 1) }
            }
        }
        Ledger.ready(name)
        Vigil.keep(as: name, ignoringTerm: level == ignoringLevel)
    }
}
