import ReaperKit

/// What is told while instances are stopped: one line per step of each, with the seconds it took.
final class StopProgress {
    /// One instance on its way.
    private struct Course {
        var instance: Instance
        /// Whoever of it has not exited.
        var left: Set<ProcessIdentity> = []
        var began: Duration?
        /// Who was sent SIGKILL.
        var killed: Set<ProcessIdentity> = []
        /// Whether it was said how it ended.
        var isTold = false
        /// Whether somebody of it is left alone: then it does not end, and that is told elsewhere.
        var isKept = false

        /// Whether all that it is itself, and not only a child, was killed.
        var isKilled: Bool {
            heads.allSatisfy(killed.contains)
        }

        private var heads: [ProcessIdentity] {
            instance.process.map { [$0] }
                ?? instance.members.filter { !$0.isInherited }.map(\.identity)
        }

        /// Whether its nodes are told one by one.
        var hasNodes: Bool { instance.process == nil && heads.count > 1 }

        /// How it is named where it ends: an only node has no line of its own.
        var title: String {
            guard !hasNodes, let head = heads.first,
                let node = instance.members.first(where: { $0.identity == head })?.node
            else { return instance.label }
            return "\(node.escapedForTerminal) of \(instance.label)"
        }

        /// Whether this is what the instance is, or one of its nodes.
        func isHead(_ identity: ProcessIdentity) -> Bool {
            instance.process == identity
                || instance.members.contains { $0.identity == identity && !$0.isInherited }
        }

        /// A node's name, where it has several.
        func node(_ identity: ProcessIdentity) -> String? {
            guard let member = instance.members.first(where: { $0.identity == identity }),
                !member.isInherited
            else { return nil }
            return (member.node ?? member.name.text).escapedForTerminal
        }
    }

    private var courses: [Course]
    private var owners: [ProcessIdentity: Int] = [:]
    private var signals: [ProcessIdentity: Signal] = [:]
    private var names: [ProcessIdentity: ByteString] = [:]
    private var hasSaidHowLong = false
    /// What the deadline leaves of anybody's grace.
    private let longestGrace: Duration
    /// Whether anybody is given time to end by itself.
    private var hasGrace = true
    /// `nil` where nothing is shown.
    private let lines: StandardErrorLines?
    /// What is told every line besides.
    private let listener: (String) -> Void
    private let showsEverybody: Bool

    init(
        _ targets: [Instance],
        _ plan: ShutdownPlan,
        _ options: OutputOptions,
        longestGrace: Duration = .seconds(30),
        listener: @escaping (String) -> Void = { _ in }
    ) {
        self.longestGrace = longestGrace
        self.listener = listener
        courses = targets.map { Course(instance: $0) }
        lines = options.isQuiet ? nil : StandardErrorLines()
        showsEverybody = options.isVerbose
        for (index, course) in courses.enumerated() {
            for identity in course.instance.processes { owners[identity] = index }
        }
        hasGrace = plan.targets.contains { $0.timeout > .zero }
        for target in plan.targets { take(target) }
        let planned = Set(plan.targets.map(\.identity))
        for index in courses.indices {
            courses[index].isKept = !courses[index].instance.processes.allSatisfy(planned.contains)
        }
    }

    /// Tells of an earlier plan, in which each tree stands for what was to be stopped.
    convenience init(_ plan: ShutdownPlan, _ options: OutputOptions, longestGrace: Duration) {
        let roots = plan.targets.filter { $0.identity == $0.root }
        let instances = roots.map { root in
            var instance = Instance(rule: "", id: root.name.text, state: .running, reason: "")
            instance.process = root.identity
            return instance
        }
        self.init(instances, plan, options, longestGrace: longestGrace)
    }

    /// Says that nothing is stopped any more by reaper.
    func end() { lines?.end() }

    /// Counts a process to the instance that it is of.
    private func take(_ target: ShutdownTarget) {
        let owner = owners[target.identity] ?? owners[target.root] ?? soleMarked
        guard let owner else { return }
        owners[target.identity] = owner
        names[target.identity] = target.name
        courses[owner].left.insert(target.identity)
    }

    /// The instance that whoever appears with a mark must be of, where only one can be.
    private var soleMarked: Int? {
        let marked = courses.indices.filter { !courses[$0].instance.members.isEmpty }
        return marked.count == 1 ? marked[0] : nil
    }

    func show(_ progress: ShutdownProgress) {
        switch progress {
        case .sent(.stop, _), .sent(.continue, _), .waiting: return
        case .sent(let signal, let target): sent(signal, to: target)
        case .exited(let target, _): exited(target)
        case .appeared(let target):
            take(target)
            guard let owner = owners[target.identity] else { return }
            say("Found \(who(target)), too, of \(courses[owner].instance.label)")
        case .killing: killing()
        case .interrupted(1): say("interrupted: finishing; once more to kill what is left at once")
        case .interrupted: say("interrupted again: killing what is left")
        }
    }

    private func killing() {
        for course in courses where !course.left.isEmpty {
            guard let began = course.began else { continue }
            let time = (Clock.monotonic() - began).measured
            let who = waitedFor(course)
            say(hasGrace ? "\(who) not responding after \(time): killing" : "Killing \(who)")
        }
    }

    /// A node by its name, and whose it is where several instances are stopped: the nodes of two
    /// flows can have the same names.
    private func title(_ node: String, of course: Course) -> String {
        courses.count > 1 ? "\(node) of \(course.instance.label)" : node
    }

    /// Who of an instance has not exited: the instance itself by its own name, what is of it by
    /// theirs.
    private func waitedFor(_ course: Course) -> String {
        let shown = 4
        let heads = course.left.filter(course.isHead).sorted()
        let left = heads + course.left.subtracting(heads).sorted()
        var names = left.prefix(shown).map { identity -> String in
            if let node = course.node(identity), course.hasNodes { return node }
            if course.isHead(identity) { return course.title }
            return who(self.names[identity] ?? "", identity)
        }
        if left.count > shown { names.append("\(left.count - shown) more") }
        let last = names.removeLast()
        let list = names.isEmpty ? last : "\(names.joined(separator: ", ")) and \(last)"
        let areNodes = courses.count == 1 && heads.count == left.count
        let isNamed = !heads.isEmpty && (!course.hasNodes || areNodes)
        return isNamed ? list : "\(list) of \(course.instance.label)"
    }

    private func sent(_ signal: Signal, to target: ShutdownTarget) {
        let before = signals.updateValue(signal, forKey: target.identity)
        guard let owner = owners[target.identity] else { return }
        let course = courses[owner]
        let isFirst = course.began == nil
        if isFirst { courses[owner].began = Clock.monotonic() }
        let isHead = course.isHead(target.identity)
        if signal == .kill { courses[owner].killed.insert(target.identity) }
        guard before != signal else { return }
        if let node = course.node(target.identity), course.hasNodes {
            say("Sent \(signal) to \(title(node, of: course)) (PID \(target.identity.pid))")
        } else if isHead {
            say("Sent \(signal) to \(course.title)")
        } else if showsEverybody {
            say("Sent \(signal) to \(who(target)) of \(course.instance.label)")
        } else if isFirst {
            say("Stopping \(course.instance.label): \(signal) to its children first")
        }
        guard signal != .kill, !hasSaidHowLong else { return }
        hasSaidHowLong = true
        say(
            target.timeout > .zero
                ? "Waiting up to \(grace(of: target).spaced) for graceful shutdown..."
                : "Not waiting for graceful shutdown: who has not exited is killed at once"
        )
    }

    /// The time that a target is given: its own grace, as far as the deadline allows.
    private func grace(of target: ShutdownTarget) -> Duration {
        guard target.timeout > longestGrace else { return target.timeout }
        let milliseconds = longestGrace.milliseconds
        // Of what is left of a deadline tenths are enough.
        return .milliseconds(milliseconds < 1000 ? milliseconds : milliseconds / 100 * 100)
    }

    private func exited(_ target: ShutdownTarget) {
        guard let owner = owners[target.identity] else { return }
        courses[owner].left.remove(target.identity)
        let course = courses[owner]
        let time = course.began.map { (Clock.monotonic() - $0).measured }
        let how =
            switch signals[target.identity] {
            case nil: "exited"
            case .kill?: "killed"
            case _?: "stopped"
            }
        if course.hasNodes, let node = course.node(target.identity) {
            let seconds = time.map { " [\($0.filter { $0 != " " })]" } ?? ""
            say("✓ \(title(node, of: course)) \(how)\(seconds)")
        } else if showsEverybody, !course.isHead(target.identity) {
            say("  \(who(target)) \(how)")
        } else if course.isTold {
            // It was found when everybody who was known had ended.
            say("  \(who(target)) of \(course.instance.label) \(how), too")
        }
        guard course.left.isEmpty, !course.isTold, !course.isKept else { return }
        courses[owner].isTold = true
        let title = course.title
        guard let time else {
            // Who ends after others were asked was there, and ended with them.
            let isAfter = courses.contains { $0.began != nil }
            say(
                isAfter
                    ? "✓ \(title) exited with the others, before it was asked"
                    : "✓ \(title) had already exited"
            )
            return
        }
        if course.isKilled {
            say("✓ \(title) killed after \(time)")
        } else if !course.killed.isEmpty {
            say("✓ \(title) stopped after \(time), \(course.killed.count) of it killed")
        } else {
            say("✓ \(title) stopped gracefully after \(time)")
        }
    }

    private func who(_ target: ShutdownTarget) -> String { who(target.name, target.identity) }

    private func who(_ name: ByteString, _ identity: ProcessIdentity) -> String {
        "\(name.text) (PID \(identity.pid))".escapedForTerminal
    }

    /// Writes one line; foreign text in it is escaped already.
    func say(_ line: String) {
        lines?.show(line + "\n")
        listener(line)
    }
}

extension Duration {
    /// A time that was taken: `30 ms`, `3.2 s`.
    fileprivate var measured: String {
        guard milliseconds >= 100 else { return "\(max(milliseconds, 0)) ms" }
        let tenths = (milliseconds + 50) / 100
        return "\(tenths / 10).\(tenths % 10) s"
    }

    /// A time that was asked for: `500 ms`, `1.5 s`, `10 s`.
    fileprivate var spaced: String {
        let text = shortText
        let digits = text.prefix { !$0.isLetter }
        return "\(digits) \(text.dropFirst(digits.count))"
    }
}
