import Foundation

/// A program this package builds, run as a user would run it.
package struct Binary: Sendable {
    package static let reaper = Binary(named: "reaper")
    package static let specimen = Binary(named: "specimen")
    /// The example in docs/example.
    package static let holders = Binary(named: "holders")

    package let path: String

    private init(named name: String) { path = "\(Binary.productsDirectory)/\(name)" }

    /// Any other program, such as a shell that sets a limit first.
    package init(path: String) { self.path = path }

    /// Where the build put this very test program, and so everything else.
    private static let productsDirectory: String = {
        let runner = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let beside = runner.deletingLastPathComponent().path
        if FileManager.default.isExecutableFile(atPath: "\(beside)/specimen") { return beside }
        // The runner may be a tool of the toolchain that loaded the tests.
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return package.appendingPathComponent(".build/debug").path
    }()

    /// Runs to the end and returns everything it said.
    ///
    /// The environment holds only a search path, an empty home and what `environment` adds, so no
    /// rule or setting of the person who runs the tests takes part.
    package func run(
        _ arguments: [String],
        environment: [String: String] = [:],
        input: String = "",
        asUser user: UInt32? = nil
    ) throws -> Completion {
        let program = try start(arguments, environment: environment, asUser: user)
        program.write(input)
        program.closeInput()
        return try program.finish()
    }

    /// Runs without the rules that ship, and with `rules` (JSON5) where there are any.
    package func run(
        _ arguments: [String],
        rules: String?,
        environment: [String: String] = [:],
        asUser user: UInt32? = nil
    ) throws -> Completion {
        let directory = try TemporaryDirectory(worldAccessible: user != nil)
        var options = ["--no-default-rules"]
        if let rules { options += ["--rules", try directory.write(rules, to: "test.json5")] }
        // After the subcommand, and before a `--` that starts another program's words.
        let words = Array(arguments.prefix(1)) + options + Array(arguments.dropFirst())
        return try run(words, environment: environment, asUser: user)
    }

    /// Starts it and leaves it running; it is killed when the value goes away.
    package func start(
        _ arguments: [String],
        environment: [String: String] = [:],
        asUser user: UInt32? = nil
    ) throws -> RunningProgram {
        try RunningProgram(self, arguments, environment: environment, user: user)
    }
}
