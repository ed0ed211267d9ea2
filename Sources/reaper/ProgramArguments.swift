import Glibc
import ReaperKit

/// What this process was started with.
enum ProgramArguments {
    /// The arguments after the program's name.
    ///
    /// `CommandLine.arguments` replaces what is not UTF-8: `-o` would then write another file than
    /// the one that was named, and a path selector match nothing. Such words are refused instead.
    /// Only the words of a command to be run may be any bytes: those are passed on as they are.
    static func read() throws(UsageError) -> [String] {
        var arguments: [String] = []
        for index in 1..<max(Int(CommandLine.argc), 1) {
            guard let word = unsafe CommandLine.unsafeArgv[index] else { break }
            guard let text = unsafe String(validatingCString: word) else {
                if arguments.first == "run", arguments.contains("--") {
                    arguments.append(unsafe String(cString: word))
                    continue
                }
                let shown = unsafe String(cString: word)
                throw UsageError(
                    argument: "'\(shown)'",
                    message: "is not UTF-8: write '?' for each such byte of a glob"
                )
            }
            arguments.append(text)
        }
        return arguments
    }

    /// A variable of the environment.
    static func variable(_ name: String) -> String? {
        unsafe getenv(name).map { unsafe String(cString: $0) }
    }

    /// The last words, as bytes.
    static func last(_ count: Int) -> [ByteString] {
        let all = Int(CommandLine.argc)
        return (max(all - count, 0)..<all).compactMap { index in
            guard let word = unsafe CommandLine.unsafeArgv[index] else { return nil }
            let bytes = unsafe UnsafeBufferPointer(start: word, count: strlen(word))
            return unsafe ByteString(bytes.map(UInt8.init(bitPattern:)))
        }
    }
}
