import Foundation
import TestSupport
import Testing

/// On a terminal a command below `reaper run` is a job like any other.
@Suite("run: on a terminal", .timeLimit(.minutes(60)))
struct RunTerminalTests {
    private let state: TemporaryDirectory
    private let reaper = Binary.reaper.path

    init() throws { state = try TemporaryDirectory() }

    /// Runs a bash script with job control on a terminal; `keys` are typed when it asks.
    private func run(_ script: String, keys: String) throws -> Completion {
        try Binary.specimen.run(
            ["terminal", "/bin/bash", "--norc", "-c", "set -m\n\(script)"],
            environment: ["REAPER_STATE_DIR": state.path],
            input: keys
        )
    }

    @Test("Ctrl-C ends the command, and the script as it would without reaper")
    func interrupt() throws {
        let words = "sh -c 'printf \"[y/N] \"; read a; echo $a'"
        let trap = "trap 'echo trapped' INT\n"
        for jobs in ["", "set +m\n", trap, "set +m\n\(trap)"] {
            let plain = try run("\(jobs)\(words); echo \"is $?\"", keys: "\u{03}")
            let below = try run("\(jobs)\(reaper) run -- \(words); echo \"is $?\"", keys: "\u{03}")
            #expect(below.text == plain.text && below.ending == plain.ending, "\(jobs)")
        }
    }

    @Test(
        "whoever catches Ctrl-C has the say",
        .enabled(if: Machine.python != nil, "needs python3")
    )
    func caught() throws {
        let program = """
            import sys
            try:
                print('[y/N] ', end='', flush=True)
                sys.stdin.readline()
            except KeyboardInterrupt: sys.exit(7)
            """
        let file = try state.write(program, to: "catcher.py")
        let script = "\(reaper) run -- \(Machine.python ?? "") \(file); echo \"is $?\""
        #expect(try run(script, keys: "\u{03}").text.contains("is 7"))
    }

    /// Asks for a line, and asks again whenever it is continued: a shell that hands the terminal
    /// over may drop what was typed before.
    private static let reader = """
        import os, signal, sys
        def ask(*_): os.write(1, b'[y/N] ')
        signal.signal(signal.SIGCONT, ask)
        if len(sys.argv) == 1: ask()
        print('got', sys.stdin.readline())
        """

    @Test(
        "Ctrl-Z stops the job for the shell, and fg lets it go on with the terminal",
        .enabled(if: Machine.python != nil, "needs python3")
    )
    func suspended() throws {
        let reader = try state.write(Self.reader, to: "reader.py")
        let script = """
            \(reaper) run -- \(Machine.python ?? "") \(reader)
            echo "is $?"
            fg
            echo "then $?"
            """
        let completion = try run(script, keys: "\u{1a}hello\n")
        #expect(completion.text.contains("is 148"), "\(completion.text)")
        #expect(completion.text.contains("got hello"), "\(completion.text)")
        #expect(completion.text.contains("then 0"))
    }

    @Test(
        "in the background it may not read from the terminal, and stops until fg",
        .enabled(if: Machine.python != nil, "needs python3")
    )
    func background() throws {
        let reader = try state.write(Self.reader, to: "reader.py")
        let script = """
            \(reaper) run -- \(Machine.python ?? "") \(reader) quiet &
            wait %1
            echo "is $?"
            fg
            """
        let completion = try run(script, keys: "hello\n")
        #expect(completion.text.contains("is 149"), "\(completion.text)")
        #expect(completion.text.contains("got hello"))
    }

    @Test(
        "the command is told of a new window size, in a group of its own and in its caller's",
        .enabled(if: Machine.python != nil, "needs python3"),
        arguments: ["set -m", "set +m"]
    )
    func resized(jobs: String) throws {
        // Blocked, it is kept until it is waited for, however soon it comes.
        let program = """
            import os, signal
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGWINCH})
            print(*os.get_terminal_size(), '[y/N] ', end='', flush=True)
            signal.sigwait({signal.SIGWINCH})
            print(*os.get_terminal_size())
            """
        let file = try state.write(program, to: "window.py")
        let script = "\(jobs)\n\(reaper) run -- \(Machine.python ?? "") \(file); echo \"is $?\""
        let completion = try Binary.specimen.run(
            ["terminal", "--resized", "/bin/bash", "--norc", "-c", script],
            environment: ["REAPER_STATE_DIR": state.path]
        )
        let lines = completion.text.split(whereSeparator: \.isNewline)
        #expect(lines == ["200 50 [y/N] 99 33", "is 0"], "\(completion.text)")
    }

    @Test("a leak is stopped, and the terminal is the shell's again")
    func leak() throws {
        let script = """
            \(reaper) run --settle 0 -- sh -c 'sleep 300 & exit 0'
            echo "is $?"
            printf "[y/N] "
            read a
            echo "got $a"
            """
        let completion = try run(script, keys: "hello\n")
        #expect(completion.text.contains("is 23"), "\(completion.text)")
        #expect(completion.text.contains("got hello"))
    }

    @Test("in a pipeline the command stays in the pipeline's process group")
    func pipeline() throws {
        let script = """
            \(reaper) run -- sh -c 'echo from below; ps -o pgid= -p $$; ps -o pgid= -p $PPID' | cat
            """
        let lines = try run(script, keys: "").text.split(whereSeparator: \.isNewline)
            .map { $0.filter { $0 != " " } }
        #expect(lines.first == "frombelow")
        #expect(lines.count == 3 && lines[1] == lines[2])
    }
}
