/// The words this process was started with.
enum ProgramArguments {
    /// The arguments after the program's name.
    ///
    /// `CommandLine.arguments` replaces what is not UTF-8: `-o` would then write another file than
    /// the one that was named, and a path selector match nothing. Such words are refused instead.
    static func read() throws(UsageError) -> [String] {
        var arguments: [String] = []
        for index in 1..<max(Int(CommandLine.argc), 1) {
            guard let word = unsafe CommandLine.unsafeArgv[index] else { break }
            guard let text = unsafe String(validatingCString: word) else {
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
}
