import CLinux
import CSpecimen
import Glibc

/// Processes that belong together, or seem to, by more than descent.
extension Subject {
    /// `root` and a `payload` in its session and group, whose parent it no longer is.
    func wrap() throws(StagingError) -> Never {
        expect(2)
        let stubborn = options.has("ignore-term")
        let middle = try Offspring.spawn {
            Offspring.spawnOrComplain {
                Ledger.ready("payload")
                Vigil.keep(as: "payload", ignoringTerm: stubborn)
            }
            _exit(0)
        }
        _ = waitpid(middle, nil, 0)
        Ledger.ready("root")
        Vigil.keep(as: "root")
    }

    /// `root` and `mate` in one session and group whose leader, their parent, is gone.
    func loseLeader() throws(StagingError) -> Never {
        expect(2)
        _ = setsid()
        for name in ["root", "mate"] {
            try Offspring.spawn {
                Ledger.ready(name)
                Vigil.keep(as: name)
            }
        }
        _exit(0)
    }

    /// `left` and `right`, children of `root`: asked to end, each waits until the other was too.
    func meet() throws(StagingError) -> Never {
        expect(3)
        var pipes: [[Int32]] = [[-1, -1], [-1, -1]]
        for index in pipes.indices { try check(unsafe cspecimen_pipe(&pipes[index]), "pipe2") }
        for (index, name) in ["left", "right"].enumerated() {
            try Offspring.spawn {
                Ledger.ready(name)
                Vigil.keep(as: name) {
                    writeLine("asked", to: pipes[1 - index][1])
                    var byte: UInt8 = 0
                    _ = unsafe read(pipes[index][0], &byte, 1)
                }
            }
        }
        Ledger.ready("root")
        Vigil.keep(as: "root")
    }
}
