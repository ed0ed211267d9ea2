import CSpecimen
import Glibc

/// Processes that wait in the kernel.
extension Subject {
    /// `root`, which waits in vfork(2) for its `child`, and takes TERM the default way meanwhile.
    ///
    /// `--with child` has the child ignore TERM, `--with both` the parent too.
    func stageVfork() throws(StagingError) -> Never {
        expect(2)
        let deaf = options.text("with")
        let root = getpid()
        if deaf != "both" { receiveTerm() }
        let pid = try check(cspecimen_vfork(), "clone3", "CLONE_VFORK")
        if pid == 0 {
            Vigil.begin()
            try check(cspecimen_arm_leash(Inherited.leash), "leash")
            Ledger.ready("child")
            Ledger.ready("root", pid: root, state: "D")
            Vigil.keep(as: "child", ignoringTerm: deaf != nil)
        }
        Vigil.keep(as: "root", ignoringTerm: deaf == "both")
    }

    /// `root` waits for an answer that its parent, the `server` of a file system, never gives.
    ///
    /// The file system is mounted at `--path`; `other` only waits. Once the server is gone, the kernel lets go of `root`.
    func stageHung() throws(StagingError) -> Never {
        let path = try options.required("path")
        expect(3)
        let device = try check(unsafe cspecimen_mount_hanging(path), "mount", path)
        let stuck = try Offspring.spawn {
            _ = close(device)
            _ = unsafe open("\(path)/hang", O_RDONLY | O_CLOEXEC)
            Vigil.keep(as: "root")
        }
        try Offspring.spawn {
            _ = close(device)
            Ledger.ready("other")
            Vigil.keep(as: "other")
        }
        Ledger.ready("server")
        while true {
            let answer = try check(cspecimen_serve_hanging(device), "read", "/dev/fuse")
            if answer == 1 { Ledger.ready("root", pid: stuck, state: "S") }
        }
    }
}
