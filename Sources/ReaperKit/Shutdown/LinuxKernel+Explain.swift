import CLinux
import Glibc

extension LinuxKernel {
    /// Why a process that got SIGKILL lives on: frozen, traced, or waiting in the kernel.
    ///
    /// A frozen version 1 control group holds even SIGKILL back. It is thawed when everybody in it
    /// is being stopped; nobody else's group is touched.
    public func diagnose(
        _ identity: ProcessIdentity,
        within set: Set<ProcessIdentity>
    ) -> String? {
        guard case .success(let handle) = open(identity),
            let record = record(through: handle, [.cgroups, .status])
        else { return nil }
        // What was thawed just now has to be given time.
        switch thaw(.freezer, of: record, within: set) {
        case .thawed: return nil
        case .kept(let reason): return reason
        case .runs: break
        }
        if let tracer = record.status?.known?.tracer, tracer != 0 {
            let name =
                scanner.procfs.record(of: ProcessPlace(pid: tracer)).known?.label
                ?? "process \(tracer)"
            return "it is traced by \(name), which has to let it go"
        }
        if record.state == UInt8(ascii: "D") {
            let channel =
                scanner.procfs.contents("wchan", of: handle.place, limit: 256).known
                .map { ByteString($0).text } ?? ""
            return "it waits in the kernel and cannot be interrupted (state D"
                + (channel.isEmpty || channel == "0" ? ")" : ", \(channel))")
        }
        // SIGKILL reaches it there: it tells why nothing else did.
        if case .kept(let reason) = thaw(.unified, of: record, within: set) { return reason }
        return nil
    }

    /// Whether a stray shares its control groups with a target, and its parent can have adopted it.
    ///
    /// A service manager's children do not share them, and a process cannot leave its group without
    /// rights over another. The shell, make or test runner that called reaper adopts nobody; what
    /// was told as born there a member may have made all the same (`CLONE_PARENT`).
    public func canDescend(_ stray: ProcessRecord, from members: [ProcessIdentity]) -> Bool {
        let chain = scanner.host.ownChain
        if feed?.birthParent(of: stray.pid) != stray.parent,
            let parent = chain.firstIndex(where: { $0.pid == stray.parent }),
            let adopter = chain.firstIndex(where: { $0.pid == self.adopter }), parent < adopter
        {
            return false
        }
        // It was seen alive; gone by now, it may have forked on.
        guard case .success(let handle) = open(stray.identity) else { return true }
        // Root, and whoever was given a part of the hierarchy, can leave its group.
        let user = handle.realUser()
        let owners = Set(targets.values.map(\.user))
        if owners.contains(nil) || owners.contains(0) || owners.contains(user) { return true }
        if !groupNumbers.isEmpty {
            guard user != nil, let number = handle.controlGroup else { return true }
            return groupNumbers.contains(number)
        }
        guard let record = record(through: handle, [.cgroups]) else { return true }
        guard let lines = record.cgroups?.known else { return true }
        return cgroups.isEmpty || cgroups.contains(lines)
    }

    /// Judges the file once more, then removes it by quarantine if it is still the one judged.
    public func remove(_ removal: FileRemoval) -> RemovalAnswer {
        guard let id = removal.rule, let rule = scanner.request.rules.first(where: { $0.id == id })
        else { return .kept("no rule says what this file is: \(removal.rule ?? "none named")") }
        guard rule.mayRemove(removal.path, asCompanion: removal.isCompanion) else {
            return .kept("rule \(id) does not name it")
        }
        if removal.isCompanion { return removeCompanion(removal, of: rule) }
        do throws(SystemError) {
            var reader = try InstanceFileReader(patiently: true)
            guard let file = try reader.read(removal.path, as: rule) else { return .alreadyGone }
            guard file.file == removal.file else {
                return .kept("it has changed since it was judged")
            }
            guard try isStale(file) else { return .kept("it is in use again") }
            return answer(QuarantineRemover().remove(file), removal.path)
        } catch {
            return .kept("it cannot be judged again: \(error.plainText(about: removal.path))")
        }
    }

    /// Removes a companion only when nothing that its rule matches runs any more, orphan or not.
    private func removeCompanion(_ removal: FileRemoval, of rule: Rule) -> RemovalAnswer {
        var selection = Selection()
        selection.process = rule.match
        do throws(SystemError) {
            var other = try Scanner(ScanRequest(selection: selection, rules: []))
            let result = try other.scan()
            guard result.findings.isEmpty, result.isComplete else {
                return .kept("processes of rule \(rule.id) are running, or may be")
            }
        } catch {
            return .kept("whether it is in use could not be learned: \(reasonText(error.code))")
        }
        switch liveness(of: removal) {
        case .bound: return .kept("a socket of a process that still runs is bound to it")
        case .unknown(let reason):
            return .kept("whether a socket is bound to it could not be learned: \(reason)")
        case .unbound, nil: break
        }
        let result = QuarantineRemover().remove(removal.path, judgedAs: removal.file)
        return answer(result, removal.path)
    }

    /// Whether anybody is bound to a companion; `nil` for what is no socket, or gone.
    ///
    /// A socket can outlive its last holder a little, as a port can.
    private func liveness(of removal: FileRemoval) -> SocketLiveness? {
        let end = Clock.monotonic() + .milliseconds(250)
        while true {
            let answer = SocketLiveness(probing: removal)
            guard answer == .bound, Clock.monotonic() < end else { return answer }
            Polling.wait(until: Clock.monotonic() + .milliseconds(20))
        }
    }

    private func isStale(_ file: InstanceFile) throws(SystemError) -> Bool {
        // It has not changed since it named whom it names, however young it is, and whatever their
        // numbers stand for while their parents have not waited for them.
        if case .entries(let entries) = file.contents, !entries.isEmpty, file.lock == .free,
            entries.allSatisfy({ $0.pid.map(wasStopped) ?? false })
        {
            return true
        }
        let result = try scanner.scan(files: [file])
        guard let wait = scanner.settlingTime(of: result.snapshot) else {
            return isToBeRemoved(file, in: result)
        }
        Polling.wait(until: Clock.monotonic() + wait)
        return isToBeRemoved(file, in: try scanner.scan(files: [file]))
    }

    /// What narrows findings describes processes, and nothing of a file: it is not asked here.
    private func isToBeRemoved(_ file: InstanceFile, in result: ScanResult) -> Bool {
        let view = SnapshotView(result.snapshot, rules: scanner.request.rules)
        let detector = FileDetection(request: scanner.request).detector(in: view)
        return detector.findings(in: result.snapshot).contains {
            $0.file == file.path && $0.remedy.action == .remove && $0.verdict != .suspect
        }
    }

    /// Whether the number was that of a member of the shutdown, which has exited.
    private func wasStopped(_ pid: Int32) -> Bool {
        targets.keys.contains { $0.pid == pid && wasToBeStopped($0) && hasExited($0) }
    }

    private func answer(_ result: RemovalResult, _ path: ByteString) -> RemovalAnswer {
        switch result {
        case .removed: .removed
        case .alreadyGone: .alreadyGone
        case .changed: .kept("it has changed since it was judged")
        case .displaced(let place):
            .kept("another file took its place; the old one is kept as \(place.text)")
        case .failed(let error) where error.call == "renameat2" && error.code == EINVAL:
            .kept("its file system cannot set a file aside without replacing another")
        case .failed(let error): .kept("it cannot be removed: \(error.plainText(about: path))")
        }
    }
}

extension SystemError {
    /// The reason in words, with the object unless a sentence is about that already.
    fileprivate func plainText(about path: ByteString) -> String {
        let parent = path.splitAtLastComponent?.directory
        let known = [path.text, path.baseName.text, parent?.text]
        return known.contains(subject) ? reasonText(code) : "\(reasonText(code)) (\(subject))"
    }
}
