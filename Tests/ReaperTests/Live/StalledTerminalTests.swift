import TestSupport
import Testing

/// Terminals that hold up whoever writes to them.
@Suite("clean: on a terminal that takes no output")
struct StalledTerminalTests {
    @Test("a shutdown is not held up by what it tells, and its account follows")
    func stopped() throws {
        let specimen = try Specimen("tree", "--depth", "1", "--width", "3")
        let words = ["clean", "--no-default-rules", "--pid"]
        let program = try Binary.specimen.start(
            ["terminal", "--stopped", Binary.reaper.path] + words + [specimen.root.identity]
        )
        for probe in specimen.processes.values { #expect(try probe.endsInTime()) }
        program.closeInput()
        let completion = try program.finish()
        #expect(completion.text.contains("4 processes gone"), "\(completion.text)")
        #expect(try specimen.finish().empty)
    }
}
