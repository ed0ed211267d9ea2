import Foundation
import TestSupport
import Testing

/// What a command does to its terminal, and to its place there, is put right by `reaper run`.
@Suite("run: what is done to a terminal", .timeLimit(.minutes(60)))
struct RunTerminalStateTests {
    private let state: TemporaryDirectory
    private let reaper = Binary.reaper.path

    init() throws { state = try TemporaryDirectory() }

    private func run(_ script: String, keys: String = "") throws -> Completion {
        try Binary.specimen.run(
            ["terminal", "/bin/bash", "--norc", "-c", "set -m\n\(script)"],
            environment: ["REAPER_STATE_DIR": state.path],
            input: keys
        )
    }

    @Test("who is killed leaves the terminal as it was, and who exits as it wants it")
    func settings() throws {
        let look = "stty -a | grep -o -- '-*icanon'"
        let killed = try run("\(reaper) run -- sh -c 'stty raw; kill -9 $$'\n\(look)")
        #expect(killed.text.split(whereSeparator: \.isNewline).last == "icanon", "\(killed.text)")
        let exited = try run("\(reaper) run -- stty -icanon\n\(look)")
        #expect(exited.text.split(whereSeparator: \.isNewline).last == "-icanon", "\(exited.text)")
    }

    @Test(
        "a command that has left its group goes on with fg all the same",
        .enabled(if: Machine.python != nil, "needs python3")
    )
    func moved() throws {
        let program = """
            import os, signal, sys
            end, other = os.pipe(), os.fork()
            if other == 0:
                os.setpgid(0, 0)
                os.close(end[1])
                os.read(end[0], 1)
                os._exit(0)
            while os.getpgid(other) != other: pass
            os.setpgid(0, other)
            signal.signal(signal.SIGCONT, lambda *_: os.write(1, b'[y/N] '))
            print('got', sys.stdin.readline())
            os.kill(other, signal.SIGCONT)
            os.close(end[1])
            os.waitpid(other, 0)
            """
        let file = try state.write(program, to: "mover.py")
        let script = """
            \(reaper) run -- \(Machine.python ?? "") \(file)
            echo "is $?"
            fg
            echo "then $?"
            """
        let completion = try run(script, keys: "hello\n")
        #expect(completion.text.contains("is 149"), "\(completion.text)")
        #expect(completion.text.contains("got hello"), "\(completion.text)")
        #expect(completion.text.contains("then 0"), "\(completion.text)")
    }
}
