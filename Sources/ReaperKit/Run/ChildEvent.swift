import CLinux
import Glibc

/// How a command ended.
public enum CommandEnding: Sendable, Equatable {
    /// By itself, with this code.
    case exited(Int32)
    /// By this signal.
    case signaled(Int32)

    /// What a shell would report: 128 and the signal's number.
    public var code: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let number): 128 + number
        }
    }
}

/// What became of a child, own or adopted; waitid(2).
enum ChildEvent: Equatable {
    case ended(Int32, CommandEnding)
    case stopped(Int32, by: Int32)
    /// No child has anything to tell now.
    case nothing
    /// There is no child: whatever was started is gone, and whatever that started.
    case childless

    /// Takes in the next one; a child that has ended is reaped by that.
    static func next() -> ChildEvent {
        var code: Int32 = 0
        var status: Int32 = 0
        while true {
            let pid = unsafe clinux_wait_any(&code, &status)
            switch pid {
            case -EINTR: continue
            case -ECHILD: return .childless
            case ..<0: return .nothing
            case 0: return .nothing
            default: break
            }
            switch code {
            case Int32(CLD_EXITED): return .ended(pid, .exited(status))
            case Int32(CLD_KILLED), Int32(CLD_DUMPED): return .ended(pid, .signaled(status))
            default: return .stopped(pid, by: status)
            }
        }
    }

    /// Whether there is a child already, running or not, that this program has not started itself:
    /// exec(2) leaves them, and PID 1 adopts them.
    static var hasForeignChild: Bool { clinux_has_child() == 0 }
}
