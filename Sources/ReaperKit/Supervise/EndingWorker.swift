import CLinux
import Glibc

/// A process of the supervisor's that ends services through the engine, and tells how that goes.
struct EndingWorker {
    /// What it does.
    enum Purpose: Equatable {
        /// It ends these services.
        case services([String])
        /// It ends whoever is in the way of one that is to be started.
        case clearing(String)
        /// It ends what belongs to no service, after all of them.
        case strays
        /// It ends what is left of services that this client has had stopped.
        case remains(Int)
    }

    var purpose: Purpose
    var request: ServiceEnding
    /// What it tells; -1 once it has told all.
    var output: Int32
    var received: [UInt8] = []
    var result: ServiceEndingResult?
    /// How often it was begun anew because it was killed.
    var attempt = 1

    /// How the command line calls it.
    public static let command = "end-services"
}

extension Supervisor {
    /// Ends services; their effects come when it is done.
    func end(_ names: [String]) {
        let wanted = Set(names)
        let isWhole = wanted.count == supervision.names.count
        let targets = names.compactMap { name -> ServiceEnding.Target? in
            guard let service = supervision.startedForm(of: name) else { return nil }
            var target = ServiceEnding.Target(
                name: name,
                identity: running[name].flatMap { $0.hasEnded ? nil : $0.record.identity },
                mark: running[name]?.record.mark ?? "",
                stop: service.stop,
                // All of them: whoever stands between two of them may not be ended.
                after: isWhole
                    ? supervision.dependents(of: name)
                    : supervision.withDependents([name]).filter {
                        $0 != name && wanted.contains($0)
                    }
            )
            target.stopCommand = service.stopCommand
            target.directory = service.directory
            target.user = service.user
            target.environment = service.environment
            target.since = running[name]?.since ?? 0
            target.log = running[name].map { ByteString($0.log.path) }
            return target
        }
        // Nothing of a service that never had a process can be left.
        let isForced = ending?.isForced == true || wanted.isSubset(of: forced)
        forced.subtract(wanted)
        let deadline = ending?.end.map { max($0 - Clock.monotonic(), .milliseconds(200)) }
        var request = ServiceEnding(
            targets,
            deadline: deadline ?? .seconds(30),
            isForced: isForced
        )
        request.areDescendants = names.allSatisfy { running[$0]?.isAdopted != true }
        startWorker(request, for: .services(names))
    }

    func startWorker(
        _ request: ServiceEnding,
        for purpose: EndingWorker.Purpose,
        attempt: Int = 1
    ) {
        do {
            let input = FileDescriptor(
                owning: try check(unsafe clinux_memory_file("services"), "memfd_create", "services")
            )
            let bytes = request.json
            guard unsafe Glibc.write(input.raw, bytes, bytes.count) == bytes.count,
                lseek(input.raw, 0, SEEK_SET) == 0
            else { throw SystemError(call: "write", subject: "memfd", code: errno) }
            var ends: [Int32] = [0, 0]
            guard unsafe pipe(&ends) == 0 else {
                throw SystemError(call: "pipe", subject: "worker", code: errno)
            }
            let output = FileDescriptor(owning: ends[1])
            _ = fcntl(ends[0], F_SETFD, FD_CLOEXEC)
            _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
            _ = fcntl(ends[1], F_SETFD, FD_CLOEXEC)
            let launch = ServiceLaunch(
                service: Service(name: "reaper", command: []),
                mark: "",
                supervisor: tag,
                mask: signals.previous
            )
            let pid = try launch.start(
                [OwnProgram.path, ByteString(EndingWorker.command)],
                input: input.raw,
                output: output.raw,
                error: 2
            )
            children[pid] = .worker
            timers.add(.worker(pid), at: Clock.monotonic() + request.deadline + Self.overtime)
            workers[pid] = EndingWorker(
                purpose: purpose,
                request: request,
                output: ends[0],
                attempt: attempt
            )
        } catch {
            let reason = (error as? ServiceLaunch.Failure)?.reason ?? "\(error)"
            fail(request, purpose, "the process that ends services could not be started: \(reason)")
        }
    }

    /// How long after its deadline a worker may still be at work.
    static let overtime = Duration.seconds(3)

    /// Ends a worker that has had its time: whoever has stopped it keeps nobody waiting.
    func endWorker(_ pid: Int32) {
        guard workers[pid] != nil else { return }
        // Its number is its own until it is waited for.
        _ = kill(pid, SIGKILL)
    }

    /// Takes in what a worker says.
    func takeOutput(of descriptor: Int32) {
        guard let pid = workers.first(where: { $0.value.output == descriptor })?.key else { return }
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe clinux_read(descriptor, &chunk, chunk.count)
            guard count > 0 else {
                if count != -Int(EAGAIN), count != -Int(EINTR) {
                    _ = close(descriptor)
                    workers[pid]?.output = -1
                }
                break
            }
            workers[pid]?.received += chunk[..<count]
        }
        guard var received = workers[pid]?.received else { return }
        while let end = received.firstIndex(of: UInt8(ascii: "\n")) {
            let line = Array(received[..<end])
            received.removeSubrange(...end)
            take(line, fromWorker: pid)
        }
        workers[pid]?.received = received
    }

    private func take(_ line: [UInt8], fromWorker pid: Int32) {
        if let result = ServiceEndingResult(reading: line) {
            workers[pid]?.result = result
            return
        }
        for operation in operations {
            server.send(line + [UInt8(ascii: "\n")], to: operation.client)
        }
        guard let value = try? JSON5Reader.read(line, as: .json),
            let text = value["text"]?.string
        else { return }
        observe(.message(value["service"]?.string, text))
    }

    /// Takes in that a worker has ended: with its answer, or without one.
    func workerEnded(_ pid: Int32, _ end: CommandEnding) {
        guard let output = workers[pid]?.output else { return }
        if output >= 0 { takeOutput(of: output) }
        guard let worker = workers.removeValue(forKey: pid) else { return }
        timers.remove(.worker(pid))
        if worker.output >= 0 { _ = close(worker.output) }
        guard let result = worker.result else {
            guard worker.attempt < 3 else {
                fail(worker.request, worker.purpose, "the process that ended it \(end.sentence)")
                return
            }
            // Whoever has ended it was not asked to spare anybody. There is less time now.
            var request = worker.request
            request.isForced = request.isForced || ending?.isForced == true
            let left = ending?.end.map { $0 - Clock.monotonic() } ?? .seconds(10)
            request.deadline = min(request.deadline, max(left, .seconds(3)))
            startWorker(request, for: worker.purpose, attempt: worker.attempt + 1)
            return
        }
        conclude(result, worker.purpose)
    }

    private func fail(
        _ request: ServiceEnding,
        _ purpose: EndingWorker.Purpose,
        _ reason: String
    ) {
        var result = ServiceEndingResult(
            request.targets.map { target in
                var part = ServiceEndingResult.Part(name: target.name)
                part.left = [reason]
                return part
            }
        )
        result.unproven = reason
        conclude(result, purpose)
    }

    private func conclude(_ result: ServiceEndingResult, _ purpose: EndingWorker.Purpose) {
        // Whoever has ended has to be waited for before it can be started again.
        collectChildren()
        ending?.take(result)
        switch purpose {
        case .clearing(let name): launchCleared(name)
        case .strays: strays = false
        case .remains(let client): concludeRemains(of: client, result)
        case .services:
            var effects: [Supervision.Effect] = []
            for part in result.parts { effects += conclude(part, result) }
            noteDoubt(result)
            perform(supervision.merged(effects))
        }
    }

    /// Tells that a port which a service had is held by somebody else.
    private func tellHeld(_ sentence: String, by name: String) {
        tellMessage(name, sentence)
        for index in operations.indices where operations[index].concerns(name) {
            operations[index].problems.append("\(name): \(sentence)")
        }
    }

    /// Keeps for whoever waits for it that nothing proves the end of services.
    private func noteDoubt(_ result: ServiceEndingResult) {
        guard result.proof == .none, let unproven = result.unproven else { return }
        let names = Set(result.parts.filter { $0.left.isEmpty }.map(\.name))
        for index in operations.indices where operations[index].request.isStop {
            guard !operations[index].names.isDisjoint(with: names) else { continue }
            operations[index].doubts.append("it is not proven that nothing is left: \(unproven)")
        }
    }

    private func conclude(
        _ part: ServiceEndingResult.Part,
        _ result: ServiceEndingResult
    ) -> [Supervision.Effect] {
        let now = Clock.monotonic()
        guard part.left.isEmpty else {
            let reason = part.left.joined(separator: "; ")
            tellMessage(part.name, reason)
            return supervision.handle(.survived, of: part.name, at: now, reason: reason)
        }
        for port in part.held { tellHeld(port, by: part.name) }
        if let service = running.removeValue(forKey: part.name) {
            directory.removeRecord(of: part.name)
            if let pidfd = service.pidfd { _ = close(pidfd) }
            let pid = service.record.identity.pid
            if children[pid] == .service(part.name) { children[pid] = nil }
        }
        followLast(of: part.name)
        return supervision.handle(.gone, of: part.name, at: now)
    }
}
