import Foundation

/// A program that others wrote and that reads what reaper writes.
///
/// `make formats` installs the Python ones; without it those of the machine are taken.
enum OutsideReader {
    private static let directory = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: ".build/formats")

    /// The schema of Jenkins' JUnit files, where it has been fetched.
    static let jenkinsSchema: String? = {
        let path =
            ProcessInfo.processInfo.environment["REAPER_TEST_JUNIT_XSD"]
            ?? directory.appending(path: "junit-10.xsd").path()
        return FileManager.default.isReadableFile(atPath: path) ? path : nil
    }()

    /// Whether Python has these modules.
    static func hasPython(_ modules: String) -> Bool {
        (try? python("import \(modules)", [], []))?.status == 0
    }

    /// Runs a Python program that reads `text` from the file in its first argument.
    static func python(
        _ program: String,
        _ text: [UInt8],
        _ arguments: [String]
    ) throws -> (status: Int32, output: String) {
        let own = directory.appending(path: "bin/python3").path()
        let python = FileManager.default.isExecutableFile(atPath: own) ? own : "python3"
        return try run([python, "-c", program], text, arguments)
    }

    /// Runs a program, found as a shell finds it, on a file with `text`, then `arguments`.
    static func run(
        _ command: [String],
        _ text: [UInt8],
        _ arguments: [String] = []
    ) throws -> (status: Int32, output: String) {
        let file = FileManager.default.temporaryDirectory
            .appending(path: "reaper-format-\(UUID().uuidString)")
        try Data(text).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command + [file.path()] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }
}
