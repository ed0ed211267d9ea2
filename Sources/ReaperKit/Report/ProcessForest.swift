/// The processes that a report says something about, and whose children they are.
///
/// Whoever stands between them and the first process is there, too, and whoever descends from a
/// process that was found: without those there would be no tree.
struct ProcessForest {
    /// What a report says about one process.
    struct Node {
        /// What it is called; `nil` where nobody has seen it.
        var name: ByteString?
        var findings: [Finding] = []
        /// Its place in the plan.
        var step: Step?
        /// What became of it.
        var result: TargetOutcome?
        /// What else there is to say, one sentence each; not escaped.
        var remarks: [String] = []

        /// Whether it is there only for the sake of others.
        var isBystander: Bool {
            findings.isEmpty && step == nil && result == nil && remarks.isEmpty
        }
    }

    /// When a process of a plan is stopped.
    struct Step {
        var target: ShutdownTarget
        /// Counted from 1; waves come one after another.
        var wave: Int
        /// Counted from 1 within its tree; trees go together.
        var number: Int
    }

    private(set) var nodes: [ProcessIdentity: Node] = [:]
    /// Those without a parent here, in ascending order, as the children of each are.
    private(set) var roots: [ProcessIdentity] = []
    private(set) var children: [ProcessIdentity: [ProcessIdentity]] = [:]
    /// How many waves the plan has; 0 without one.
    private(set) var waveCount = 0

    private let report: Report
    private var order: [ProcessIdentity] = []
    private var parents: [ProcessIdentity: ProcessIdentity] = [:]

    init(_ report: Report) {
        self.report = report
        for finding in report.findings {
            guard let process = finding.process, finding.file == nil else { continue }
            change(process) { $0.findings.append(finding) }
        }
        addDescendants()
        if let plan = report.plan { add(plan) }
        for target in report.outcome?.targets ?? [] {
            change(target.identity) { node in
                node.result = target
                node.name = target.name
            }
        }
        addAncestors()
        link()
    }

    /// Notes who is below whom.
    ///
    /// Records read at different instants can make a circle, which no root leads to: it is cut at
    /// its first process.
    private mutating func link() {
        let sorted = order.sorted()
        var isSafe: Set<ProcessIdentity> = []
        for process in sorted {
            var path: [ProcessIdentity] = []
            var onPath: Set<ProcessIdentity> = []
            var next = process
            while !isSafe.contains(next), onPath.insert(next).inserted {
                path.append(next)
                guard let parent = parents[next], nodes[parent] != nil else { break }
                if parent == next || onPath.contains(parent) {
                    parents[next] = nil
                    break
                }
                next = parent
            }
            isSafe.formUnion(path)
        }
        for process in sorted {
            if let parent = parents[process], nodes[parent] != nil {
                children[parent, default: []].append(process)
            } else {
                roots.append(process)
            }
        }
    }

    /// Every process with how deep it lies, parents before their children.
    ///
    /// - Parameter body: Called with the process, and for each level down to it whether that is the
    ///   last of its siblings.
    func walk(_ body: (ProcessIdentity, _ isLast: [Bool]) -> Void) {
        var waiting = roots.reversed().map { ($0, [Bool]()) }
        while let (process, path) = waiting.popLast() {
            body(process, path)
            let below = children[process] ?? []
            for (index, child) in below.enumerated().reversed() {
                waiting.append((child, path + [index == below.count - 1]))
            }
        }
    }

    private mutating func change(_ process: ProcessIdentity, _ body: (inout Node) -> Void) {
        if nodes[process] == nil {
            order.append(process)
            nodes[process] = Node(name: report.record(of: process)?.name)
        }
        body(&nodes[process, default: Node()])
    }

    private mutating func addDescendants() {
        let processes = report.snapshot.processes
        let tree = ProcessTree(processes)
        for process in order {
            guard let index = tree.position(of: process.pid),
                processes[index].identity == process
            else { continue }
            for (below, _) in tree.descendants(of: index) {
                let child = processes[below].identity
                change(child) { _ in }
                if let parent = tree.position(of: processes[below].parent) {
                    parents[child] = processes[parent].identity
                }
            }
        }
    }

    private mutating func add(_ plan: ShutdownPlan) {
        waveCount = plan.waves.count
        let byNumber = Dictionary(plan.targets.map { ($0.identity.pid, $0.identity) }) { one, _ in
            one
        }
        for (wave, targets) in plan.waves.enumerated() {
            for (target, number) in ShutdownPlan.steps(of: targets) {
                change(target.identity) { node in
                    node.step = Step(target: target, wave: wave + 1, number: number)
                    node.name = target.name
                }
                if let parent = target.parent.flatMap({ byNumber[$0] }) {
                    parents[target.identity] = parent
                }
            }
        }
        for zombie in plan.zombies {
            change(zombie.identity) { $0.remarks.append("its parent is asked to wait for it") }
            change(zombie.parent) { $0.remarks.append("asked to wait for \(zombie.identity)") }
            parents[zombie.identity] = zombie.parent
        }
        for refusal in plan.refused {
            guard let process = refusal.identity else { continue }
            change(process) { $0.remarks.append("refused: \(refusal.reason)") }
        }
    }

    private mutating func addAncestors() {
        var next = 0
        while next < order.count {
            let child = order[next]
            next += 1
            guard parents[child] == nil, let parent = report.parent(of: child) else { continue }
            parents[child] = parent
            change(parent) { _ in }
        }
    }
}

extension Report {
    /// The parent of a process that was seen; `nil` where it is not known, or outside what was seen.
    ///
    /// A parent is never younger than its child; else its number was given to somebody else.
    func parent(of child: ProcessIdentity) -> ProcessIdentity? {
        guard let number = record(of: child)?.parent, number > 0, number != child.pid,
            let parent = snapshot.process(number)?.identity,
            parent.startTime <= child.startTime
        else { return nil }
        return parent
    }
}
