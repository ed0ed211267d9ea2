import Foundation
import TestSupport
import Testing

/// Nobody may be reading what `reaper run` says of what it stops.
@Suite(
    "run: nobody reads standard error",
    .timeLimit(.minutes(60)),
    .enabled(if: Machine.python != nil, "needs python3")
)
struct RunUnreadTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Fills a channel, makes some room in it, runs a command that leaks with it as standard error,
    /// and says how reaper ended, before anything more was read, and what came of the leak.
    private static let program = """
        import fcntl, os, pty, socket, subprocess, sys
        kind, room, words = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
        if kind == 'terminal': near, far = pty.openpty()
        elif kind == 'socket': near, far = [s.detach() for s in socket.socketpair()]
        else: near, far = os.pipe()
        os.set_blocking(far, False)
        try:
            while True: os.write(far, b'x' * 512)
        except BlockingIOError: pass
        os.set_blocking(near, False)
        while room > 0: room -= len(os.read(near, room))
        os.set_blocking(far, True)
        reaper = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=far, start_new_session=True)
        try: print(reaper.wait(120))
        except subprocess.TimeoutExpired:
            print('hangs')
            reaper.kill()
        leak = int(open('leak').read())
        try: os.kill(leak, 9); print('left')
        except ProcessLookupError: print('gone')
        """

    @Test(
        "leaks are stopped, whatever is said of them",
        arguments: ["terminal", "socket", "pipe"],
        [[], ["-v"]]
    )
    func unread(kind: String, options: [String]) throws {
        let file = try directory.write(Self.program, to: "unread.py")
        let leak = "cd \(directory.path); sleep 300 >/dev/null 2>&1 & echo $! > leak"
        for room in [100, 5000] where kind != "terminal" || room < 4000 {
            let script = """
                cd \(directory.path)
                exec \(Machine.python ?? "") \(file) \(kind) \(room) \(Binary.reaper.path) run \
                    --settle 0 \(options.joined(separator: " ")) -- /bin/sh -c '\(leak)'
                """
            let completion = try Binary(path: "/bin/sh").run(
                ["-c", script],
                environment: ["REAPER_STATE_DIR": directory.path]
            )
            #expect(completion.text == "23\ngone\n", "\(completion.errorText)")
        }
    }
}
