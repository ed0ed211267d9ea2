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
}
