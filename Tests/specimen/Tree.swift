import CSpecimen
import Glibc

/// A process tree whose members are called `root`, `root.0`, `root.0.1`; the root has level 0.
struct Tree {
    private let subject: Subject
    private let depth: Int
    private let width: Int
    private let ignoringLevel: Int?
    private let sessionLevel: Int?
    private let groupLevel: Int?
    /// Whose members become another user once they have forked: their children stay who we are.
    private let nobodyLevel: Int?
    private let ignoring: Set<String>
    private let slow: Set<String>

    init(options: Options) throws(StagingError) {
        subject = Subject(part: Part(role: .subject, options: options))
        depth = try options.number("depth") ?? 1
        width = try options.number("width") ?? 1
        ignoringLevel = try options.number("ignore-term-at")
        sessionLevel = try options.number("setsid-at")
        groupLevel = try options.number("own-group-at")
        nobodyLevel = try options.number("nobody-at")
        ignoring = Set(options.list("ignoring"))
        slow = Set(options.list("slow"))
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
        if level == nobodyLevel { becomeNobody() }
        Ledger.ready(name)
        let isSlow = slow.contains(name)
        Vigil.keep(
            as: name,
            ignoringTerm: level == ignoringLevel || ignoring.contains(name),
            onTerm: { if isSlow { subject.awaitRelease() } }
        )
    }

    private func becomeNobody() {
        do throws(StagingError) {
            try check(cspecimen_become_user(65_534), "setuid", "65534")
        } catch {
            complainInChild(error)
        }
    }
}
