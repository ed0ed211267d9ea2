/// Who is told of, as a tree: found or planned, and who stands between them and the first process.
struct HTMLTreeLayout {
    /// What is said about a process.
    enum Remark {
        /// It is what this finding is about.
        case finding(position: Int)
        /// Its place in the plan, and why.
        case step(wave: Int?, step: Int, target: ShutdownTarget)
        /// What became of it.
        case result(TargetOutcome)
        /// Anything else.
        case note(String, isBad: Bool = false)
    }

    /// A process and its place.
    struct Node {
        var identity: ProcessIdentity
        var name: ByteString?
        var remarks: [Remark] = []
        /// Steps below a process without a parent here.
        var depth = 0
    }

    /// Parents before children, children by number.
    let nodes: [Node]

    init(_ source: HTMLSource) {
        var gathering = Gathering(source)
        gathering.addFindings()
        gathering.addPlan()
        gathering.addAncestors()
        nodes = gathering.ordered()
    }
}

/// The nodes so far, each process one, whatever is said about it.
private struct Gathering {
    private typealias Node = HTMLTreeLayout.Node
    private typealias Remark = HTMLTreeLayout.Remark

    private let report: Report
    private let source: HTMLSource
    private var nodes: [Node] = []
    private var places: [ProcessIdentity: Int] = [:]
    /// Parents that a plan knows and the snapshot may not.
    private var parents: [ProcessIdentity: ProcessIdentity] = [:]

    init(_ source: HTMLSource) {
        self.source = source
        report = source.report
    }

    mutating func addFindings() {
        for (position, finding) in report.findings.enumerated() {
            guard let process = finding.process, finding.file == nil else { continue }
            note(process, .finding(position: position))
        }
    }

    mutating func addPlan() {
        guard let plan = report.plan else { return addOutcome() }
        let byNumber = Dictionary(plan.targets.map { ($0.identity.pid, $0.identity) }) { one, _ in
            one
        }
        for (number, wave) in plan.waves.enumerated() {
            for (target, step) in ShutdownPlan.steps(of: wave) {
                let wave = plan.waves.count > 1 ? number + 1 : nil
                let remark = Remark.step(wave: wave, step: step, target: target)
                note(target.identity, remark, name: target.name)
                if let parent = target.parent.flatMap({ byNumber[$0] }), parent != target.identity {
                    parents[target.identity] = parent
                }
            }
        }
        addOutcome()
        for zombie in plan.zombies {
            note(zombie.identity, .note("its parent is asked to wait for it"), name: zombie.name)
            note(zombie.parent, .note("asked to wait for \(zombie.identity)"))
            parents[zombie.identity] = zombie.parent
        }
        for refusal in plan.refused {
            guard let process = refusal.identity else { continue }
            note(process, .note("refused: \(source.shown(refusal.reason))", isBad: true))
        }
    }

    private mutating func addOutcome() {
        for target in report.outcome?.targets ?? [] {
            note(target.identity, .result(target), name: target.name)
        }
    }

    mutating func addAncestors() {
        var next = 0
        while next < nodes.count {
            let child = nodes[next].identity
            next += 1
            guard parents[child] == nil, let parent = report.parent(of: child) else { continue }
            parents[child] = parent
            note(parent, nil)
        }
    }

    private mutating func note(
        _ process: ProcessIdentity,
        _ remark: Remark?,
        name: ByteString? = nil
    ) {
        let place =
            places[process]
            ?? {
                nodes.append(Node(identity: process))
                return nodes.count - 1
            }()
        places[process] = place
        if let remark { nodes[place].remarks.append(remark) }
        if let name, !name.isEmpty { nodes[place].name = name }
    }

    /// Depth first, without calling itself: a plan file may name a tree of any depth, or a circle.
    func ordered() -> [HTMLTreeLayout.Node] {
        var children: [ProcessIdentity: [Int]] = [:]
        var roots: [Int] = []
        let sorted = nodes.indices.sorted { nodes[$0].identity < nodes[$1].identity }
        for place in sorted {
            if let parent = parents[nodes[place].identity], places[parent] != nil {
                children[parent, default: []].append(place)
            } else {
                roots.append(place)
            }
        }
        var order: [Node] = []
        var isSeen = Array(repeating: false, count: nodes.count)
        // Whoever is in a circle is below nobody, and comes last.
        for root in roots + sorted {
            var stack = isSeen[root] ? [] : [(place: root, depth: 0)]
            while let (place, depth) = stack.popLast() {
                guard !isSeen[place] else { continue }
                isSeen[place] = true
                var node = nodes[place]
                node.depth = depth
                order.append(node)
                for child in (children[node.identity] ?? []).reversed() {
                    stack.append((child, depth + 1))
                }
            }
        }
        return order
    }
}
