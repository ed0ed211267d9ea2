import TestSupport
import Testing

/// Zombies of PID 1 and of reaper's own ancestors, whom nobody reminds: they are as good as gone.
@Suite(
    "clean: zombies of PID 1 and of the caller",
    .enabled(if: Machine.python != nil, "needs python3"),
    .timeLimit(.minutes(60))
)
struct CallersZombieTests {
    /// Runs reaper on a child that has exited and that the caller has not waited for.
    private static let caller = """
        import os, subprocess, sys
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
        start = open('/proc/%d/stat' % child).read().rsplit(')', 1)[1].split()[19]
        sys.exit(subprocess.call(sys.argv[1:] + ['--pid', '%d@%s' % (child, start)]))
        """

    private func run(_ words: [String], asInit: Bool) throws -> Completion {
        let command = try [
            #require(Machine.python), "-c", Self.caller, Binary.reaper.path, words[0],
            "--no-default-rules", "--json",
        ]
        let all = (asInit ? Machine.unshare : []) + command + words.dropFirst()
        return try Binary(path: all[0]).run(Array(all.dropFirst()))
    }

    @Test("a number that exited just before is gone already")
    func caller() throws { try expectGone(run(["clean"], asInit: false)) }

    @Test(
        "and so is one that only PID 1 has to collect; the remedy for zombies is not needed",
        .enabled(if: Machine.canUnshare, "needs namespaces of one's own"),
        arguments: [["clean"], ["clean", "--zombies"]]
    )
    func initial(words: [String]) throws {
        let completion = try run(words, asInit: true)
        try expectGone(completion, isSaid: words.count == 1)
    }

    private func expectGone(_ completion: Completion, isSaid: Bool = true) throws {
        #expect(completion.code == 0, "\(completion.text)\(completion.errorText)")
        let report = try completion.report()
        #expect(report.plan?.refused.isEmpty == true)
        #expect(report.findings.map(\.kind) == ["zombie"], "\(completion.text)")
        #expect(report.findings.map(\.severity) == ["info"])
        #expect(report.findings.first?.remedy.command == nil)
        if isSaid {
            let summary = report.findings.first?.summary
            #expect(summary?.contains("has exited; its parent python") == true, "\(summary ?? "")")
        }
    }
}
