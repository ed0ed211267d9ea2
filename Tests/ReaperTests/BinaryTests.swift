import Foundation
import TestSupport
import Testing

/// Live tests believe what a run of a program returns.
@Suite("the built binary", .timeLimit(.minutes(60)))
struct BinaryTests {
    @Test("runs to its end and is heard")
    func runs() throws {
        let completion = try Binary.specimen.run(["bogus"])
        #expect(completion.code == 2)
        #expect(completion.text.contains("is not a mode"))
        #expect(completion.errorOutput.isEmpty)
    }

    @Test("its environment is its own")
    func environment() throws {
        let shell = Binary(path: "/bin/sh")
        let completion = try shell.run(["-c", "echo $HOME; cat; echo $A"], environment: ["A": "b"])
        let home = try #require(completion.text.split(separator: "\n").first)
        #expect(
            home.contains("/reaper-test-") && !FileManager.default.fileExists(atPath: "\(home)")
        )
        #expect(completion.text.hasSuffix("\nb\n"))
        #expect(try shell.run(["-c", "kill -9 $$"]).ending == .signaled(SIGKILL))
    }

    @Test("runs in namespaces of its own", .enabled(if: Machine.canUnshare, "needs unshare(1)"))
    func namespaces() throws {
        let unshare = Binary(path: "/usr/bin/unshare")
        let words = ["-Urpfm", "--mount-proc", "sh", "-c", "echo $$"]
        #expect(try unshare.run(words).text == "1\n")
    }

    @Test("runs as another user", .enabled(if: Machine.isRoot, "needs root"))
    func otherUser() throws {
        let program = try Binary.specimen.start(["sleep"], asUser: 65534)
        program.closeInput()
        #expect(try program.finish().code == 0)
    }
}
