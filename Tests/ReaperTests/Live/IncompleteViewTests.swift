import Foundation
import TestSupport
import Testing

/// What an ordinary user cannot see must be said where it could hide what was asked for, and only
/// there.
@Suite("an incomplete view", .timeLimit(.minutes(60)))
struct IncompleteViewTests {
    private let directory: TemporaryDirectory
    private static let user: UInt32? = Machine.isRoot ? 65534 : nil

    init() throws { directory = try TemporaryDirectory(worldAccessible: true) }

    /// A specimen of the user that reaper runs as.
    private func own(_ words: String...) throws -> Specimen {
        let user = Self.user.map { ["--user", "\($0)"] } ?? []
        return try Specimen(words + ["--exe", directory.path("bin/job")] + user)
    }

    private func reaper(_ words: [String], rules: String? = nil) throws -> Completion {
        try Binary.reaper.run(words, rules: rules, asUser: Self.user)
    }

    @Test(
        "hides nothing of one's own",
        arguments: ["--pid PID", "--ports PORT", "--zombies --pid PID"]
    )
    func own(words: String) throws {
        let specimen = try own("listen")
        let arguments = try words.split(separator: " ").map {
            try String($0).replacingOccurrences(of: "PID", with: specimen.root.identity)
                .replacingOccurrences(of: "PORT", with: "\(specimen.port)")
        }
        let completion = try reaper(["scan", "--json"] + arguments)
        let report = try completion.report()
        #expect(report.complete, "\(report.unreadable)")
        let isFound = !words.contains("zombies")
        #expect(report.found == (isFound ? [try specimen.root.identity] : []))
        #expect(completion.code == (isFound ? 1 : 0))
    }

    @Test("hides no zombie: state and parent are everybody's")
    func zombie() throws {
        let specimen = try Specimen("zombie")
        let zombie = try specimen["zombie"]
        let completion = try reaper(["scan", "--json", "--zombies", "--pid", zombie.identity])
        #expect(try completion.report().complete)
        #expect(completion.code == 1)
    }

    @Test(
        "hides nothing of a zombie, of which nothing is left to read",
        arguments: ["--in /", "--exe /**", "--env PATH", "--cwd /**"]
    )
    func lostFacts(words: String) throws {
        // Root's, or one's own: the kernel refuses it to an ordinary user in both cases.
        let specimen = try Specimen("zombie")
        let words =
            try words.split(separator: " ").map(String.init)
            + ["--pid", specimen["zombie"].identity]
        let completion = try reaper(["scan", "--json"] + words)
        let report = try completion.report()
        #expect(report.complete, "\(report.unreadable)")
        #expect(report.found.isEmpty)
        #expect(completion.code == 0)
    }

    @Test("of a free port is no reason for doubt")
    func freePort() throws {
        let specimen = try own("listen")
        let port = "\(try specimen.port)"
        _ = try specimen.finish()
        let completion = try reaper(["scan", "--json", "--ports", port])
        #expect(try completion.report().complete)
        #expect(completion.code == 0)
    }

    @Test("one's own clean can be proven")
    func clean() throws {
        let specimen = try own("listen")
        let completion = try reaper(["clean", "--json", "--ports", "\(try specimen.port)"])
        #expect(completion.code == 0, "\(completion.text)")
        #expect(try specimen.root.hasEnded)
    }

    @Test(
        "leaves no doubt about those of one's own whom a pattern describes",
        arguments: [true, false]
    )
    func ownPattern(isTable: Bool) throws {
        let specimen = try own("forks-on-term", "--orphan")
        let user = Self.user ?? geteuid()
        let words = ["clean", "--in", directory.path, "--user", "\(user)", "--timeout", "300ms"]
        let completion = try reaper(words + (isTable ? [] : ["--json"]))
        // Another test's orphan, or root's, may have been born meanwhile: that is all to doubt.
        let isStray = ["may have come from here", "may not be read, and may belong to it"]
            .contains { completion.text.contains($0) }
        #expect(completion.code == (isStray ? 3 : 0), "\(completion.text)")
        #expect(try specimen.finish().empty)
        if isTable { return #expect(!completion.text.contains("incomplete")) }
        let report = try completion.report()
        #expect(report.complete, "\(report.unreadable)")
        #expect(report.outcome?.proof == (isStray ? "none" : "proof_scan"))
        #expect(report.outcome?.targets.count == 2)
    }

    private static let hidesOthers = Machine.isRoot

    @Test(
        "of another user's port says whose it is, and frees nothing",
        .enabled(if: hidesOthers, "needs root to have another user")
    )
    func foreignPort() throws {
        let specimen = try Specimen("listen")
        let port = "\(try specimen.port)"
        let completion = try reaper(["scan", "--json", "--ports", port])
        let report = try completion.report()
        #expect(!report.complete)
        let summary = try #require(report.findings.first?.summary)
        #expect(summary.contains("cannot be seen, of user root"), "\(summary)")
        #expect(completion.code == 1)
        let cleaned = try reaper(["clean", "--json", "--ports", port])
        #expect(cleaned.code == 1)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test(
        "that could hide what was asked for exits 3, and says what could not be read",
        .enabled(if: hidesOthers, "needs root to have another user"),
        arguments: ["--in /nonexistent/live", "--env LIVE_NOBODY_HAS_THIS", "--orphans"]
    )
    func hidden(words: String) throws {
        let specimen = try Specimen("orphan", "--exe", directory.path("cache/job"))
        let arguments = words.split(separator: " ").map(String.init)
        let rules = LiveRules.job(directory.path("cache"))
        let completion = try reaper(["scan", "--json"] + arguments, rules: rules)
        let report = try completion.report()
        #expect(!report.complete)
        #expect(report.unreadable.processes > 0)
        #expect(completion.code == 3, "\(completion.text.prefix(2000))")
        let table = try reaper(["scan"] + arguments, rules: rules)
        #expect(table.text.contains("\"nothing left over\" cannot be claimed"), "\(table.text)")
        #expect(table.text.contains("with --user nobody only your own"), "\(table.text)")
        #expect(table.code == 3)
        let cleaned = try reaper(["clean", "--json"] + arguments, rules: rules)
        #expect(cleaned.code == 3)
        let outcome = try #require(try cleaned.report().outcome)
        // Who came meanwhile is named by number.
        let sentences = ["who could not be read may match", "may not be read, and may"]
        let isSaid = sentences.contains { outcome.unproven?.contains($0) == true }
        #expect(outcome.proof == "none" && isSaid, "\(outcome.unproven ?? "-")")
        // Whose they are is known of all: who belongs to others hides nothing of this user's.
        let nobodys = arguments + ["--user", "4000000000"]
        #expect(try reaper(["scan", "--json"] + nobodys, rules: rules).code == 0)
        #expect(try specimen.root.state == .running)
    }
}
