import CLinux
import Glibc

extension LinuxKernel {
    /// Polls the pidfds; those without one are looked at every 20 ms.
    public func wait(for identities: [ProcessIdentity], until time: Duration) -> WaitAnswer {
        let held = identities.compactMap { handles[$0] }
        let loose = identities.filter { handles[$0] == nil }
        let before = interrupts.count
        while true {
            var entries = held.map {
                pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0)
            }
            entries.append(
                pollfd(fd: interrupts.descriptor, events: Int16(POLLIN), revents: 0)
            )
            var patience = time
            // Births fill a buffer; where that is small, it holds some five hundred.
            if tick != nil { patience = min(patience, now() + .milliseconds(200)) }
            if hearsBirths { patience = min(patience, now() + .milliseconds(100)) }
            if !loose.isEmpty { patience = min(patience, now() + .milliseconds(20)) }
            Polling.wait(for: &entries, until: patience)
            interrupts.collect()
            drainBirths()
            var exited = zip(held, entries).filter { $0.1.revents != 0 }.map(\.0.identity)
            exited += loose.filter { hasExited($0) }
            if !exited.isEmpty || interrupts.count > before || now() >= time {
                for identity in exited { retire(identity) }
                return WaitAnswer(exited: exited, interrupts: interrupts.count)
            }
            tick?()
        }
    }
}
