import CLinux
import Glibc

/// Ends of processes.
extension Supervisor {
    /// Waits for every child that has ended.
    func collectChildren() {
        while true {
            switch ChildEvent.next() {
            case .ended(let pid, let end): childEnded(pid, end)
            case .stopped: continue
            case .nothing, .childless: return
            }
        }
    }

    private func childEnded(_ pid: Int32, _ end: CommandEnding) {
        // What was adopted is nobody's own: its end needs no answer.
        guard let child = children.removeValue(forKey: pid) else { return }
        switch child {
        case .worker: workerEnded(pid, end)
        case .check(let name): checkEnded(pid, name, end)
        case .service(let name): serviceEnded(name, pid, end)
        }
    }

    private func serviceEnded(_ name: String, _ pid: Int32, _ end: CommandEnding?) {
        guard let service = running[name], service.record.identity.pid == pid else { return }
        if let pidfd = service.pidfd { _ = close(pidfd) }
        running[name]?.pidfd = nil
        running[name]?.hasEnded = true
        followLast(of: name)
        perform(supervision.noteEnd(of: name, end, at: Clock.monotonic()))
    }

    /// Takes in the ends of processes that are no children, whose code nobody can learn.
    func noticeAdopted(_ entries: [pollfd]) {
        let ended = Set(entries.filter { $0.revents != 0 }.map(\.fd))
        for (name, service) in running {
            guard let pidfd = service.pidfd, ended.contains(pidfd) else { continue }
            serviceEnded(name, service.record.identity.pid, nil)
        }
    }
}
