import CSpecimen
import Glibc

/// Runs a program on a terminal of its own: `terminal PROGRAM ARGUMENT...`.
///
/// What it writes comes out here. Whenever it asks a question, a line that ends `[y/N] `, the next of
/// what comes in here is typed there: up to a control character, such as a newline or Ctrl-Z, or
/// all of it. It ends as the program ended. With `--stopped` the terminal
/// takes no output, as after Ctrl-S, until something comes in here, or the end of it. With
/// `--resized` nothing is typed: the answer to a question is a window of 33 rows and 99 columns.
func runOnTerminal(words: [String]) throws(StagingError) -> Never {
    let isStopped = words.first == "--stopped"
    let isResized = words.first == "--resized"
    let words = isStopped || isResized ? Array(words.dropFirst()) : words
    guard let program = words.first else {
        throw StagingError("usage: specimen terminal [--stopped|--resized] PROGRAM [ARGUMENT...]")
    }
    var controller: Int32 = -1
    let pid = try check(unsafe cspecimen_fork_on_terminal(&controller), "forkpty")
    guard pid > 0 else {
        do throws(StagingError) {
            if isStopped { try checkErrno(tcflow(1, TCOOFF), "tcflow", "terminal") }
            var environment: [String] = []
            forEachEnvironmentEntry { environment.append($0) }
            try replaceProcess(program, words, environment)
        } catch {
            writeLine(error.message, to: 2)
            _exit(2)
        }
    }
    var chunk = [UInt8](repeating: 0, count: 1 << 12)
    var line: [UInt8] = []
    if isStopped {
        _ = unsafe read(0, &chunk, chunk.count)
        try check(cspecimen_resume_output(controller), "ioctl", "TCXONC")
    }
    // The terminal answers EIO once nobody has it open any more.
    while case let count = unsafe read(controller, &chunk, chunk.count), count > 0 {
        _ = unsafe write(1, chunk, count)
        for byte in chunk[..<count] {
            if byte == UInt8(ascii: "\n") { line = [] } else { line.append(byte) }
        }
        if String(decoding: line, as: UTF8.self).hasSuffix("[y/N] ") {
            line = []
            guard !isResized else {
                try check(cspecimen_resize(controller, 33, 99), "ioctl", "TIOCSWINSZ")
                continue
            }
            var typed = nextKeys()
            // Ctrl-D: the end of what is typed.
            if typed.isEmpty { typed = [4] }
            _ = unsafe write(controller, typed, typed.count)
        }
    }
    var status: Int32 = 0
    while case let ended = unsafe cspecimen_reap(&status, 1), ended != pid, ended > 0 {}
    _exit(status < 0 ? 128 - status : status)
}

/// The keys up to and with the next control character; none at the end of the input.
private func nextKeys() -> [UInt8] {
    var keys: [UInt8] = []
    var key: UInt8 = 0
    while unsafe read(0, &key, 1) == 1 {
        keys.append(key)
        if key < 0x20 { break }
    }
    return keys
}
