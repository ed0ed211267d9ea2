import Foundation
import TestSupport
import Testing

@Suite("few descriptors", .timeLimit(.minutes(60)))
struct DescriptorLimitTests {
    @Test(
        "more targets than descriptors are all stopped, none is called gone early",
        arguments: [150, 1000]
    )
    func wideTree(width: Int) throws {
        let bystander = try Specimen("sleep")
        let specimen = try Specimen("tree", "--depth", "1", "--width", "\(width)")
        // Without -S or -H it sets both: reaper cannot raise it again.
        let command = "ulimit -n 64; exec \"$@\""
        let words = [
            "-c", command, "sh", Binary.reaper.path, "clean", "--pid", "\(try specimen.root)",
            "--yes", "--no-default-rules", "--format", "json",
        ]
        let completion = try Binary(path: "/bin/sh").run(words)
        let report = try completion.jsonObject()
        let outcome = try #require(report["outcome"] as? [String: Any])
        let targets = try #require(outcome["targets"] as? [[String: Any]])
        #expect(targets.count == width + 1)
        #expect(targets.allSatisfy { $0["result"] as? String == "exited" })
        let end = try specimen.finish()
        #expect(end.alive.isEmpty)
        #expect(end.empty && [0, 3].contains(completion.code))
        #expect(end.signals.last { $0.hasSuffix(" TERM") } == "root TERM")
        #expect(try bystander.finish().signals.isEmpty)
    }

    @Test("a soft limit is raised to the hard one before anybody is held")
    func softLimit() throws {
        let specimen = try Specimen("slow-exit")
        let command = "ulimit -S -n 64; exec \"$@\""
        let words = [
            "-c", command, "sh", Binary.reaper.path, "clean", "--pid", "\(try specimen.root)",
            "--yes", "--no-default-rules", "--format", "json", "--timeout", "100",
        ]
        let program = try Binary(path: "/bin/sh").start(words)
        program.closeInput()
        try specimen.wait(for: "signal", name: "root", signal: "TERM")
        let limits = try String(contentsOfFile: "/proc/\(program.pid)/limits", encoding: .utf8)
        let line = try #require(
            limits.split(separator: "\n").first { $0.hasPrefix("Max open files") }
        )
        let numbers = line.split(separator: " ").compactMap { Int($0) }
        #expect(numbers.count == 2 && numbers.first == numbers.last, "\(line)")
        specimen.letGo()
        let completion = try program.finish()
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(try specimen.finish().ended["root"] == "exit 0")
    }
}
