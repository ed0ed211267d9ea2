import Glibc

/// Instances and processes by what they are called.
extension ExplanationReader {
    /// The instances that rules know, looked for once.
    mutating func instances() throws(SystemError) -> InstanceListing {
        if let listing { return listing }
        let files = try instanceFiles()
        let found = try lookForInstances(files).listing
        listing = found
        return found
    }

    /// The same, when files that were too young to be judged have settled.
    private mutating func settledInstances() throws(SystemError) -> InstanceListing {
        let (found, wait) = try lookForInstances(try instanceFiles())
        listing = found
        guard let wait, found.instances.contains(where: { $0.state == .starting }) else {
            return found
        }
        Polling.wait(until: Clock.monotonic() + wait)
        (files, listing) = (nil, nil)
        return try instances()
    }

    private func lookForInstances(
        _ files: [InstanceFile]
    ) throws(SystemError) -> (listing: InstanceListing, wait: Duration?) {
        var request = ScanRequest(rules: rules.filter { $0.protect || $0.instance != nil })
        var query = InstanceQuery()
        query.heedsOptOut = true
        request.instances = query
        var scanner = try Scanner(request)
        var listing = try scanner.instances(files: files)
        listing.snapshot.host.userNames = userNames
        return (listing, scanner.settlingTime(of: listing.snapshot))
    }

    /// Explains the instance of a name that looked like a number or a path, where that leads to
    /// nobody.
    mutating func instance(
        typed text: String,
        unless other: Explanation
    ) throws(SystemError) -> [Explanation] {
        guard other.answer == .notFound else { return [other] }
        let listing = try instances()
        guard listing.instances.contains(where: { $0.id == text || $0.alias == text }) else {
            return [other]
        }
        let found = try explain(instancesOf: text, in: listing)
        return found.isEmpty ? [other] : found
    }

    /// Explains whatever has a name: instances as `stop` finds them, and processes.
    mutating func explain(_ glob: Glob, typed text: String) throws(SystemError) -> [Explanation] {
        var selection = Selection()
        selection.process.names = [glob]
        var scanner = try Scanner(ScanRequest(selection: selection, rules: []))
        let (called, refused) = try scanner.processes(matching: selection.process)
        let listing = try settledInstances()
        let isNamed = listing.instances.contains { InstancePattern(text).names($0) }
        // What is part of an instance has a name of its own there, which no other lists show.
        let nodes = listing.instances.flatMap(\.members)
            .filter { $0.node == text && !$0.isInherited }.map(\.identity)
        let processes = nodes + called.filter { !nodes.contains($0) }
        let isGlob = text.contains { "*?[{".contains($0) }
        var list: [Explanation] = []
        if isNamed || processes.isEmpty || isGlob {
            list = try explain(instancesOf: text, in: listing)
        } else if listing.instances.contains(where: { InstancePattern(text).abbreviates($0) }) {
            notes.append(
                "'\(text)' is also the beginning of an instance's name: reaper list "
                    + text.quotedForShell
            )
        }
        let shown = processes.prefix(Self.limit)
        for identity in shown {
            let condition = PidCondition(pid: identity.pid, startTime: identity.startTime)
            if let account = try account(of: condition) {
                list.append(Explanation(account, target: text))
            }
        }
        if processes.count > shown.count {
            notes.append(
                "\(processes.count) processes are called '\(text)', \(shown.count) are explained; "
                    + "name the others by number: reaper scan --name \(text.quotedForShell)"
            )
        }
        guard list.isEmpty else { return list }
        return [nobody(called: text, refused, listing)]
    }

    private func nobody(
        called text: String,
        _ refused: UnseenProcesses,
        _ listing: InstanceListing
    ) -> Explanation {
        var none = Explanation(
            target: text,
            kind: .name,
            answer: .notFound,
            summary: "no process and no instance is called '\(text)'"
        )
        let hidden = UnseenProcesses(
            refused.pids + Array(listing.snapshot.unreadable.processes)
        )
        if !hidden.isEmpty {
            none.answer = .incomplete
            none.unknown = ["who is called so: " + hidden.sentence(on: listing.snapshot.host)]
        }
        if unsafe access(text, F_OK) == 0 {
            none.advice = Advice(
                .none,
                ["reaper explain ./\(text.quotedForShell)"],
                reason: "there is a file of that name here"
            )
        }
        return none
    }

    /// Explains the instance that a name means; of several it lists all.
    private mutating func explain(
        instancesOf text: String,
        in listing: InstanceListing
    ) throws(SystemError) -> [Explanation] {
        let pattern = InstancePattern(text)
        var found: [Instance]
        switch pattern.resolve(in: listing, rules: rules) {
        case .one(let instances): found = Array(instances.prefix(1))
        case .over(let instances), .ambiguous(let instances): found = instances
        case .none: found = listing.instances.filter { pattern.shows($0) }
        }
        let standings = found.map {
            InstanceStanding($0, in: listing, rules: rules, flags: ruleFlags)
        }
        guard let standing = standings.first else { return [] }
        guard standings.count == 1 else {
            return [Explanation(standings, of: listing, target: text)]
        }
        var explanation = Explanation(standing, in: listing, rules: rules, target: text)
        let isGone = standing.instance.isOver || !standing.instance.remnants.isEmpty
        if isGone, let file = standing.instance.file {
            // What is left of it is its file, and that has an explanation of its own.
            let forecast = FileForecast(try account(of: file))
            explanation.sections.removeAll { $0.topic == .cleaning }
            explanation.sections += [ExplanationSection(.cleaning, forecast.statements)]
            explanation.advice = forecast.advice ?? explanation.advice
        }
        return [explanation]
    }
}
