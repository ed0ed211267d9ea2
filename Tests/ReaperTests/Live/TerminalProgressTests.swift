import Foundation
import TestSupport
import Testing

@Suite("clean on a terminal, meanwhile", .timeLimit(.minutes(60)))
struct TerminalProgressTests {
    private static func clean(_ specimen: Specimen, _ kind: String) throws -> String {
        let words = ["clean", "--no-default-rules", "--color", "never", "--timeout", "1"]
        let identity = try specimen.root.identity
        let completion = try Binary.specimen.run(
            ["terminal", Binary.reaper.path] + words + ["--pid", identity],
            environment: ["TERM": kind],
            input: "y\n"
        )
        #expect(completion.text.contains("killed"), "\(completion.text.debugDescription)")
        return completion.text
    }

    @Test("who is waited for has a line that is written anew, and is gone in the end")
    func live() throws {
        let specimen = try Specimen("term-ignorer")
        let text = try Self.clean(specimen, "xterm")
        let name = try specimen.root.identity
        #expect(text.contains("\(name): waiting for it to exit, 0."), "\(text.debugDescription)")
        #expect(text.contains("\r\u{1b}[1A\u{1b}[J"))
        let last = text.components(separatedBy: "\u{1b}[J").last ?? ""
        #expect(!last.contains("waiting for it") && last.contains("RESULT"), "\(last)")
    }

    @Test("a terminal that cannot go back has a line for each step")
    func plain() throws {
        let specimen = try Specimen("term-ignorer")
        let text = try Self.clean(specimen, "dumb")
        #expect(!text.contains("\u{1b}["), "\(text.debugDescription)")
        #expect(text.contains("SIGTERM ") && text.contains("killing what is left: 1 process"))
    }
}
