import Glibc

/// Notices when nobody is left whom a scan finds, and none can have been born unseen.
final class SelectionWatch: DepartureWatch {
    /// How many processes are held; of more, some tell when to look again.
    private static let heldLimit = 128

    private var scanner: Scanner
    private var window = FreeWindow()
    /// The instance files, as the latest listing found them.
    private var files: [InstanceFile] = []
    private(set) var remains: [String] = []
    private(set) var doubts: [String] = []

    init(_ scanner: consuming Scanner) { self.scanner = scanner }

    func look(_ procfs: inout Procfs) -> DepartureLook {
        do throws(SystemError) {
            let found = try scan()
            guard found.isEmpty else {
                window.noteHeld()
                return present(found, &procfs)
            }
            let proof = try prove()
            doubts += proof.doubts.sorted().map(\.escapedForTerminal)
            if proof.isAnybody { return .settling(until: Clock.monotonic()) }
            switch proof.answer {
            case .quiet, .chased: return settled()
            case .unprovable(let reason):
                doubts.append("somebody may have been born unseen: \(reason)")
                return settled()
            case .notProven(let reason):
                remains = ["nobody was seen, but somebody may have been born unseen: \(reason)"]
                return .settling(until: Clock.monotonic() + .milliseconds(20))
            }
        } catch {
            doubts = [error.description.escapedForTerminal]
            return .gone
        }
    }

    /// Whom a look finds; a zombie only where zombies are what was asked for.
    private func scan() throws(SystemError) -> [Finding] {
        files = []
        var limits: [String] = []
        if scanner.request.wantsInstanceFiles {
            var reader = try InstanceFileReader()
            let scan = reader.scan(scanner.request.rules)
            files = scan.files
            limits = scan.limits(concerning: scanner.request.selection.process.users)
        }
        let result = try scanner.scan(files: files)
        let unreadable = result.snapshot.unreadable
        let reasons = unreadable.reasons.sorted { $0.key < $1.key }.map { reason, count in
            "\(reason) (\(count) times)"
        }
        doubts = (reasons + unreadable.notes).map(\.escapedForTerminal) + limits
        let found = relevant(result)
        remains = found.map { finding in
            let process = finding.process.flatMap { result.snapshot.process($0.pid) }
            let who = process?.label ?? finding.file?.text
            return [who, finding.shortSummary].compactMap(\.self).joined(separator: ": ")
                .escapedForTerminal
        }
        return found
    }

    private func relevant(_ result: ScanResult) -> [Finding] {
        let kinds = scanner.request.selection.kinds
        return result.findings.filter { finding in
            // A file in use goes when it is not; unasked nobody waits for that.
            if finding.kind == .leakedFile, !kinds.contains(.leakedFile) { return false }
            let process = finding.process.flatMap { result.snapshot.process($0.pid) }
            return process?.isZombie != true || kinds.contains(.zombie)
        }
    }

    private func present(_ found: [Finding], _ procfs: inout Procfs) -> DepartureLook {
        var handles: [ProcessHandle] = []
        for identity in Set(found.compactMap(\.process)) where handles.count < Self.heldLimit {
            let handle = try? ProcessHandle(
                opening: identity.pid,
                startTime: identity.startTime,
                in: &procfs
            )
            if let handle, !handle.hasExited() { handles.append(handle) }
        }
        // Who lives on may have changed, and nothing tells of that.
        return .present(handles, again: Clock.monotonic() + .milliseconds(250))
    }

    /// Nobody is there; a port has to stay free.
    private func settled() -> DepartureLook {
        guard scanner.request.selection.ports != nil else { return .gone }
        guard let next = window.noteFree(at: Clock.monotonic()) else { return .gone }
        remains = ["nobody holds the port, but not for long enough yet to be sure"]
        return .settling(until: next)
    }

    /// Looks again, and at whoever is born meanwhile.
    private func prove() throws(SystemError) -> AbsenceProof {
        // A port that nobody has is proven by the kernel's own list of sockets.
        if scanner.request.selection.ports != nil { return AbsenceProof() }
        var counter = KernelCounters()
        let end = Clock.monotonic() + .seconds(2)
        return try AbsenceProof.run(&counter, mayGoOn: { Clock.monotonic() < end }) {
            () throws(SystemError) in
            try !self.scan().isEmpty
        } examine: { pids throws(SystemError) in
            let result = try self.scanner.examine(pids, files: self.files)
            // What becomes of files was seen by the listing; this look shows few processes.
            let found = self.relevant(result).contains { $0.process != nil }
            return (found, result.snapshot.unreadable)
        }
    }
}
