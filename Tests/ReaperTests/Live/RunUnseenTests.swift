import Foundation
import ReaperKit
import TestSupport
import Testing

@testable import reaper

/// What a command leaves and `reaper run` cannot look at is a leak, and no report calls it complete.
@Suite("run: unseen", .timeLimit(.minutes(60)))
struct RunUnseenTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory(worldAccessible: true) }

    @Test("who is missed twice is told once, and not when a look finds it after all")
    func missed() {
        let identities = [7, 8].map { ProcessIdentity(pid: $0, startTime: 1) }
        var unseen = UnseenLeaks()
        #expect(unseen.note(identities, besides: []).isEmpty && !unseen.isBlind)
        #expect(unseen.note(identities, besides: [identities[0]]).map(\.process) == [identities[1]])
        #expect(unseen.note(identities, besides: [identities[0]]).isEmpty && unseen.isBlind)
        var report = Self.empty
        #expect(unseen.add(to: &report))
        #expect(report.findings.count == 1 && !report.isComplete)
        var found = Self.empty
        found.findings = report.findings
        #expect(!unseen.add(to: &found))
        #expect(found.findings.count == 1 && found.isComplete)
    }

    private static let empty = Report(
        command: "run",
        startedAt: .zero,
        duration: .zero,
        snapshot: Snapshot(host: HostFacts()),
        findings: [],
        isComplete: true
    )

    @Test("without descriptors for a look it is told all the same", arguments: [7, 8, 9])
    func descriptors(limit: Int) throws {
        let completion = try Binary(path: "/bin/sh").run(
            [
                "-c",
                """
                ulimit -n \(limit)
                exec \(Binary.reaper.path) run --settle 0 --json -- setsid -f sleep 2
                """,
            ],
            environment: ["REAPER_STATE_DIR": directory.path]
        )
        let report = try completion.report()
        // How many a look needs is the machine's affair.
        #expect([3, 23].contains(completion.code), "\(completion.errorText)")
        #expect(report.findings.map(\.kind) == ["leaked_process"])
    }

    @Test(
        "who is hidden is in every report, whatever the command's own status",
        .enabled(if: Machine.isRoot && Machine.canUnshare, "needs root and namespaces"),
        arguments: [0, 4]
    )
    func hidden(code: Int32) throws {
        // Another user's, for that matter: whoever it was started by may not trace it.
        let other = directory.path("other")
        try FileManager.default.copyItem(atPath: "/bin/sleep", toPath: other)
        try FileManager.default.setAttributes([.posixPermissions: 0o4755], ofItemAtPath: other)
        let reaper = directory.path("reaper")
        try FileManager.default.copyItem(atPath: Binary.reaper.path, toPath: reaper)
        let script = """
            mount -t proc -o hidepid=2 none /proc && cd \(directory.path)
            setpriv --reuid 65534 --regid 65534 --clear-groups \(reaper) run --json \
                --report junit=report.xml -- \
                /bin/sh -c '\(other) 300 >/dev/null 2>&1 & exit \(code)'
            """
        let completion = try Binary(path: "/usr/bin/unshare").run(
            ["-pfm", "--mount-proc", "/bin/sh", "-c", script],
            environment: ["XDG_RUNTIME_DIR": "/nonexistent"]
        )
        let report = try completion.report()
        #expect(completion.code == (code == 0 ? 3 : code), "\(completion.errorText)")
        #expect(report.findings.map(\.kind) == ["leaked_process"] && !report.complete)
        let text = try String(contentsOfFile: directory.path("report.xml"), encoding: .utf8)
        #expect(text.contains("<failure") && text.contains("<error"))
    }

    @Test(
        "what cannot be looked at at all is reported so",
        .enabled(if: Machine.canUnshare, "needs namespaces")
    )
    func blind() throws {
        let words = ["run", "--json", "--", "/bin/sh", "-c", "sleep 2 & exec umount -l /proc"]
        let completion = try Binary(path: "/usr/bin/unshare").run(
            ["-Urpfm", "--mount-proc", Binary.reaper.path] + words
        )
        let report = try completion.report()
        #expect(completion.code == 3 && !report.complete, "\(completion.errorText)")
    }
}
