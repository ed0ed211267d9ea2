import TestSupport
import Testing

/// Started where something is missing that every program has elsewhere.
@Suite("bare start", .timeLimit(.minutes(60)))
struct BareStartTests {
    @Test(
        "without /proc it is said, and nothing is done",
        .enabled(if: Machine.canUnshare, "needs user namespaces")
    )
    func noProc() throws {
        let script = "mount -t tmpfs none /proc && exec \"$@\""
        let words = ["-Urm", "/bin/sh", "-c", script, "sh", Binary.reaper.path, "scan"]
        let completion = try Binary(path: "/usr/bin/unshare").run(words)
        #expect(completion.code == 3 && completion.text.isEmpty)
        #expect(
            completion.errorText == "reaper: open /proc/self/cmdline: No such file or directory: "
                + "reaper needs /proc, where it reads everything: mount it\n"
        )
    }

    @Test("a soft limit on the stack is raised")
    func stack() throws {
        let script = "ulimit -S -s 64; exec \"$@\""
        let words = ["-c", script, "sh", Binary.reaper.path, "explain", "1"]
        let completion = try Binary(path: "/bin/sh").run(words)
        #expect([0, 3].contains(completion.code), "\(completion.errorText)")
        #expect(completion.text.contains("What it is"), "\(completion.text)")
    }
}
