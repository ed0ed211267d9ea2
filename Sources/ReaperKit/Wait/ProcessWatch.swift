import CLinux
import Glibc

/// Notices when one process has exited.
final class ProcessWatch: DepartureWatch {
    private let condition: PidCondition
    private var handle: ProcessHandle?
    private var failure: SystemError?

    init(_ condition: PidCondition) { self.condition = condition }

    /// Holds the process at the first look: whoever has its number later is another.
    func look(_ procfs: inout Procfs) -> DepartureLook {
        if let handle { return handle.hasExited() ? .gone : .present([handle], again: nil) }
        do throws(SystemError) {
            let handle = try ProcessHandle(
                opening: condition.pid,
                startTime: condition.startTime,
                in: &procfs
            )
            self.handle = handle
            return handle.hasExited() ? .gone : .present([handle], again: nil)
        } catch {
            guard !error.isGone || isHidden(in: &procfs) else { return .gone }
            failure = error
            return .gone
        }
    }

    /// Whether somebody has the number whom `/proc` does not show, under hidepid.
    private func isHidden(in procfs: inout Procfs) -> Bool {
        guard PidLiveness(probing: condition.pid) == .alive else { return false }
        // It was born, or passed on, since it was looked for.
        if case .gone = procfs.record(of: ProcessPlace(pid: condition.pid)) { return true }
        return false
    }

    var remains: [String] {
        guard let handle, !handle.hasExited() else { return [] }
        return ["\(handle.first.label.escapedForTerminal) is still running"]
    }

    var doubts: [String] {
        guard let failure else { return [] }
        return failure.isGone
            ? ["process \(condition.pid) exists, but /proc does not show it (hidepid)"]
            : [failure.description.escapedForTerminal]
    }
}
