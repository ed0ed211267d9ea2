import ReaperKit

/// A simulated machine, a plan for some of what runs on it, and the engine that executes it.
struct ShutdownScene {
    let machine: SimulatedMachine
    let kernel: SimulatedKernel
    var plan = ShutdownPlan()
    var options = ShutdownOptions()
    /// Time between planning and execution.
    var planningDelay = Duration.zero
    /// Whether births are told from the first look of planning on, and not only of the shutdown.
    var hearsEarly = false
    /// Is told what the engine tells.
    var observe: (ShutdownProgress) -> Void = { _ in }
    private(set) var start = Duration.zero
    /// The process of each planned target.
    private(set) var planned: [ProcessIdentity: SimulatedProcess] = [:]

    init(pidLimit: Int32 = 600) {
        machine = SimulatedMachine(pidLimit: pidLimit)
        kernel = SimulatedKernel(machine)
    }

    /// Plans to stop `root` and what belongs to it now, deepest first, in a wave of its own or not.
    ///
    /// A narrow plan was made from a look at the tree alone: who is in its session or group, and
    /// does not descend from it, is not in the plan.
    mutating func stop(
        _ root: SimulatedProcess,
        signal: Signal = .terminate,
        timeout: Duration = .seconds(10),
        order: StopOrder = .deepestFirst,
        inNewWave: Bool = true,
        isNarrow: Bool = false
    ) {
        var targets: [ShutdownTarget] = []
        for (process, depth) in members(of: root, isNarrow) where planned[process.identity] == nil {
            process.isOurs = true
            process.tree = root.serial
            var target = ShutdownTarget(
                identity: process.identity,
                depth: depth,
                root: root.identity,
                signal: signal,
                timeout: timeout,
                reason: "planned",
                name: ByteString(process.name)
            )
            target.order = order
            target.executable = process.executable
            target.pidfdInode = UInt64(process.serial)
            target.parent = process.parent?.pid
            target.session = process.session
            target.leadsSession = process.session == process.pid
            target.leadsGroup = process.group == process.pid
            targets.append(target)
            planned[process.identity] = process
            process.belongsByDescent = depth > 0 && plan.follows
            process.plan = (inNewWave ? plan.waves.count : max(plan.waves.count - 1, 0), timeout)
            kernel.planned.append(process)
        }
        targets.sort { ($0.depth, $1.identity.pid) > ($1.depth, $0.identity.pid) }
        if inNewWave || plan.waves.isEmpty {
            plan.waves.append(targets)
        } else {
            plan.waves[plan.waves.count - 1] += targets
        }
        claimCompany()
        options.adopters.formUnion(ancestors(of: root))
    }

    private func members(
        of root: SimulatedProcess,
        _ isNarrow: Bool
    ) -> [(process: SimulatedProcess, depth: Int)] {
        var members = [(process: root, depth: 0)]
        var known: Set<Int> = [root.serial]
        var next = 0
        func takeDescendants() {
            while next < members.count {
                let (process, depth) = members[next]
                next += 1
                for child in process.children where known.insert(child.serial).inserted {
                    members.append((child, depth + 1))
                }
            }
        }
        takeDescendants()
        for process in isNarrow ? [] : machine.byNumber.values
        where (root.session == root.pid && process.session == root.pid)
            || (root.group == root.pid && process.group == root.pid)
        {
            if known.insert(process.serial).inserted {
                members.append((process, 1))
                takeDescendants()
            }
        }
        return members.filter {
            $0.process.isAlive && !$0.process.isProtected
                && !options.excluded.contains($0.process.identity)
        }
    }

    /// Who is in sessions and groups that targets below the root lead is not in the plan, and
    /// belongs to it all the same.
    private func claimCompany() {
        var isStable = false
        while !isStable {
            isStable = true
            for process in machine.byNumber.values
            where process.isAlive && !process.isOurs && !process.isProtected
                && !process.hasChanged && !options.excluded.contains(process.identity)
            {
                let heads =
                    [process.session, process.group].filter { $0 != process.pid }
                    .compactMap { machine.byNumber[$0] } + (process.parent.map { [$0] } ?? [])
                guard let head = heads.first(where: \.isOurs) else { continue }
                process.isOurs = true
                process.tree = head.tree
                isStable = false
            }
        }
    }

    private func ancestors(of process: SimulatedProcess) -> [Int32] {
        var list: [Int32] = []
        var current = process.parent
        while let ancestor = current {
            list.append(ancestor.pid)
            current = ancestor.parent
        }
        return list
    }

    /// Executes the plan.
    mutating func run() -> ShutdownOutcome {
        options.beginning = machine.tick
        if kernel.tellsBirths, hearsEarly {
            options.hearsSince = machine.tick
            kernel.subscribe(losingAt: kernel.birthLoss)
        }
        machine.spend(planningDelay)
        if kernel.tellsBirths, !hearsEarly { kernel.subscribe(losingAt: kernel.birthLoss) }
        start = machine.time
        kernel.excluded = options.excluded
        kernel.hasPattern = options.hasPattern
        kernel.terms.end = start + options.deadline
        kernel.terms.isForced = options.isForced
        kernel.terms.isExact = !plan.follows
        if !plan.follows {
            for target in plan.targets {
                guard let process = planned[target.identity], process.belongsByDescent else {
                    continue
                }
                process.belongsByDescent = false
                if process.executable != target.executable { process.execute(process.executable) }
            }
        }
        // What is kept back for killing and verification is shared out to no wave.
        let shared = options.deadline - min(.seconds(10), options.deadline / 3)
        kernel.terms.firstShare = start + shared / max(plan.waves.count, 1)
        if plan.waves.count > 1, kernel.crowding == .zero, kernel.judging == .zero {
            let rest = kernel.terms.end - kernel.terms.firstShare
            kernel.terms.firstKill = kernel.terms.firstShare + rest / 4 + .milliseconds(200)
        }
        var engine = ShutdownEngine(kernel: kernel, options: options, observe: observe)
        return engine.run(plan)
    }

    /// A removal of a file called `path`.
    mutating func remove(_ path: ByteString) {
        plan.removals.append(
            FileRemoval(
                path: path,
                file: FileIdentity(device: 1, inode: 1, changed: .zero),
                reason: "stale"
            )
        )
    }

    static func ports(_ ports: UInt16...) -> PortSet {
        PortSet(members: ports.map { PortSet.Member(ports: $0...$0, transport: .tcp) })
    }
}

extension ShutdownOutcome {
    /// Results by the targets' names.
    var results: [String: TargetResult] {
        Dictionary(targets.map { ($0.name.text, $0.result) }) { first, _ in first }
    }
}
