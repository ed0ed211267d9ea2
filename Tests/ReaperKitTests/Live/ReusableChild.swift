import CSpecimen
import Glibc

@testable import ReaperKit

/// A child of the test run that waits for its end, under a number of one's choice.
struct ReusableChild: ~Copyable {
    let pid: Int32

    /// Forks under `number`, or under any.
    init(as number: Int32 = 0) throws(SystemError) {
        pid = try check(cspecimen_fork_as(number), "clone3", "pid \(number)")
    }

    deinit {
        _ = kill(pid, SIGKILL)
        _ = waitpid(pid, nil, 0)
    }

    var isRunning: Bool { waitpid(pid, nil, WNOHANG) == 0 }

    /// Whether numbers can be chosen here: it takes rights over the pid namespace.
    static let canChoose: Bool = {
        do throws(SystemError) {
            let first = try ReusableChild()
            let number = first.pid
            _ = consume first
            _ = try ReusableChild(as: number)
            return true
        } catch { return false }
    }()
}
