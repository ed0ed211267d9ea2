import Foundation
import TestSupport
import Testing

/// Whoever compares is no leak, and which snapshots are none to compare with.
@Suite("scan --since: reaper's own, and snapshots", .timeLimit(.minutes(60)))
struct SinceOwnTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func found(_ script: String) throws -> [String] {
        let baseline = try LiveBaseline(in: directory)
        let shell = try directory.copy("/bin/sh", to: "sh")
        let reaper = "\(Binary.reaper.path) scan --json --no-default-rules --since \(baseline.path)"
        let text = script.replacingOccurrences(
            of: "REAPER",
            with: "\(reaper) --user \(geteuid()) --in \(directory.path)"
        )
        let program = try Binary(path: shell).start(["-c", text])
        // Whoever reads its input has none before all is seen.
        let completion = try program.finish()
        program.closeInput()
        return try completion.report().findings.map { "\($0.process?.name ?? "") \($0.summary)" }
    }

    @Test("the shell that runs it is none")
    func shell() throws {
        #expect(try found("REAPER; exit 0") == [])
        #expect(try found("(REAPER); exit 0") == [])
    }

    @Test("whoever reads what it writes is none")
    func readers() throws {
        let reader = try directory.copy("/bin/cat", to: "reader")
        #expect(try found("REAPER | \(reader); exit 0") == [])
        #expect(try found("REAPER 2>&1 | \(reader) | \(reader) | \(reader); exit 0") == [])
    }

    @Test("a job of that shell is one")
    func job() throws {
        let reader = try directory.copy("/bin/cat", to: "reader")
        // It ends with its input, which is the test's.
        let found = try found("exec 3<&0; \(reader) <&3 >/dev/null 2>&1 & REAPER; exit 0")
        #expect(found.map { $0.prefix(6) } == ["reader"])
    }

    @Test("what snapshot writes is what the schema says, and is not there itself")
    func snapshot() throws {
        let specimen = try Specimen("listen")
        let completion = try Binary.reaper.run(["snapshot"], rules: nil)
        #expect(completion.code == 0 && completion.errorText.isEmpty)
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "schema/snapshot.schema.json")
        let schema = try JSONSchema(Data(contentsOf: file))
        #expect(try schema.violations(in: Data(completion.output)) == [])
        let object = try completion.jsonObject()
        let processes = object["processes"] as? [String] ?? []
        #expect(processes.contains(try specimen.root.identity))
        let listeners = object["listeners"] as? [[String: Any]] ?? []
        let port = Int(try specimen.port)
        #expect(listeners.contains { $0["port"] as? Int == port })
        let pids = processes.compactMap { Int($0.prefix { $0 != "@" }) }
        #expect(pids == pids.sorted() && pids.count == processes.count)
    }

    @Test("a directory that was refused is told, and written down")
    func incomplete() throws {
        let directory = try TemporaryDirectory(worldAccessible: true)
        let path = directory.path("closed")
        try directory.write("1\n", to: "closed/x.pid")
        let user: UInt32? = Machine.isRoot ? 65534 : nil
        try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
        defer {
            _ = try? FileManager.default.setAttributes(
                [.posixPermissions: 0o755],
                ofItemAtPath: path
            )
        }
        let rules = LiveRules.files("\(path)/*.pid")
        let completion = try Binary.reaper.run(["snapshot"], rules: rules, asUser: user)
        #expect(completion.errorText.contains("\(path) could not be read"))
        #expect(
            completion.errorText.hasSuffix(
                "the snapshot is incomplete: 'scan --since' cannot know whether a file in such a "
                    + "directory is new, and shows it as a suspect only\n"
            )
        )
        let object = try completion.jsonObject()
        #expect(object["complete"] as? Bool == false)
        let unseen = object["unseen"] as? [String: [String]]
        #expect(unseen?["directories"] == [path])
        // Processes and ports are not in doubt.
        #expect(completion.code == 0)
    }

    @Test(
        "of another boot or namespace is refused",
        arguments: [
            ("boot_id", "x", "another boot, or on another machine"),
            ("pid_namespace", "1", "another pid namespace"),
            ("net_namespace", "1", "another network namespace"),
        ]
    )
    func foreign(key: String, value: String, reason: String) throws {
        let baseline = try LiveBaseline(in: directory)
        try baseline.edit { object in
            var host = object["host"] as? [String: Any]
            host?[key] = Int(value) ?? value
            object["host"] = host
        }
        for command in ["scan", "clean"] {
            let completion = try baseline.run([command, "--in", directory.path])
            #expect(completion.code == 2 && completion.text.isEmpty)
            #expect(
                completion.errorText.hasPrefix(
                    "reaper: --since: \(baseline.path): it was taken in \(reason)"
                ),
                "\(completion.errorText)"
            )
        }
    }

    @Test(
        "root is told how to read another user's",
        .enabled(if: Machine.isRoot, "needs root to have another user")
    )
    func untrusted() throws {
        let baseline = try LiveBaseline(in: directory)
        let path = baseline.path
        func refusal() throws -> String {
            let completion = try Binary.reaper.run(["scan", "--since", path], rules: nil)
            #expect(completion.code == 2)
            return completion.errorText
        }
        #expect(unsafe chown(path, 65534, 65534) == 0)
        #expect(
            try refusal() == "reaper: --since: \(path): refused for root: user 65534 owns it; if "
                + "you trust it: chown root \(path); or run reaper as user 65534\n"
        )
        #expect(unsafe chown(path, 0, 0) == 0 && chmod(path, 0o666) == 0)
        #expect(try refusal().hasSuffix("; if you trust it: chmod go-w \(path)\n"))
        #expect(unsafe chmod(path, 0o600) == 0)
        #expect(try baseline.run(["scan", "--in", directory.path]).code == 0)
    }

    @Test(
        "root writes none where it would not read it",
        .enabled(if: Machine.isRoot, "needs root to have another user"),
        arguments: [
            (UInt32(65534), mode_t(0o755), "user 65534 owns the directory"),
            (0, 0o777, "every user can write the directory"),
            (0, 0o775, "its group can write the directory"), (0, 0o1777, nil), (0, 0o700, nil),
        ]
    )
    func place(owner: UInt32, mode: mode_t, objection: String?) throws {
        let above = directory.path("job")
        let file = "\(above)/below/before.json"
        try FileManager.default.createDirectory(
            atPath: "\(above)/below",
            withIntermediateDirectories: true
        )
        #expect(unsafe chown(above, owner, owner) == 0 && chmod(above, mode) == 0)
        let written = try Binary.reaper.run(["snapshot", "-q", "-o", file])
        guard let objection else {
            #expect([0, 3].contains(written.code), "\(written.errorText)")
            let scan = try Binary.reaper.run([
                "scan", "--since", file, "--in", directory.path, "--kind", "leaked_process",
            ])
            #expect(scan.code == 0, "\(scan.errorText)")
            return
        }
        #expect(written.code == 2)
        #expect(
            written.errorText == "reaper: -o \(file): refused for root: \(objection) \(above), and "
                + "'scan --since' would refuse what lies there: use a directory of root's own, such "
                + "as one that 'mktemp -d' makes, or /run/reaper\n"
        )
        let left = try FileManager.default.contentsOfDirectory(atPath: "\(above)/below")
        #expect(left.isEmpty, "nothing is written there, not even for a while")
        // The same words as for one that is there, by the same check.
        try directory.write("{}", to: "job/below/before.json")
        let read = try Binary.reaper.run(["scan", "--since", file])
        #expect(read.code == 2)
        #expect(read.errorText.contains("refused for root: \(objection) \(above)"))
        let advice = "; copy it to a directory that only root can write to\n"
        #expect(read.errorText.hasSuffix(advice), "\(read.errorText)")
    }

    @Test(
        "in another pid namespace, really",
        .enabled(if: Machine.canUnshare, "needs user namespaces")
    )
    func otherNamespace() throws {
        let baseline = try LiveBaseline(in: directory)
        let specimen = try Specimen(["sleep"], isolated: true)
        let text = try baseline.directory.read("before.json")
        let completion = try specimen.reaper(["scan", "--since", "-"], input: text)
        #expect(completion.code == 2)
        #expect(completion.errorText.contains("another pid namespace"), "\(completion.errorText)")
    }

    @Test("what is none, or cannot be read, is refused")
    func malformed() throws {
        let path = directory.path("x.json")
        func refusal(_ text: String) throws -> String {
            try directory.write(text, to: "x.json")
            let completion = try Binary.reaper.run(["scan", "--since", path], rules: nil)
            #expect(completion.code == 2 && completion.text.isEmpty)
            return completion.errorText
        }
        #expect(try refusal("{").hasPrefix("reaper: --since: \(path):1:"))
        #expect(try refusal("{}").contains("expected a file that 'reaper snapshot' wrote"))
        #expect(try refusal("").hasPrefix("reaper: --since: \(path):1:1: "))
        _ = unsafe truncate(path, 65 << 20)
        let huge = try Binary.reaper.run(["scan", "--since", path], rules: nil)
        #expect(huge.code == 2 && huge.errorText.hasPrefix("reaper: --since: "))
        let none = try Binary.reaper.run(["scan", "--since", "\(path).no"], rules: nil)
        #expect(none.code == 2 && none.errorText.contains("No such file"))
    }
}

extension TemporaryDirectory {
    /// Copies a program, so that `--in` selects whatever runs it.
    fileprivate func copy(_ program: String, to name: String) throws -> String {
        let path = path("bin/\(name)")
        if !FileManager.default.fileExists(atPath: path) {
            try write("", to: "bin/.keep")
            // By another process: whoever is started meanwhile would inherit it open for writing, and
            // what somebody may write to cannot be run.
            let copied = try Binary(path: "/bin/cp").run(["-L", program, path])
            guard copied.code == 0 else { throw SupportError(copied.errorText) }
        }
        return path
    }
}
