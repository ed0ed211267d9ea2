import Foundation

/// A browser without a window, where there is one.
enum Browser {
    private static let program = "chromium"

    /// Why there is none; a comment of tests that are skipped.
    static let isMissing: Bool = {
        (try? OutsideReader.run([program, "--version"], []))?.status != 0
    }()

    /// What a browser has made of a page once its script has run, as markup.
    static func document(of page: [UInt8]) throws -> String {
        let directory = FileManager.default.temporaryDirectory
            .appending(path: "reaper-browser-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let file = directory.appending(path: "page.html")
        try Data(page).write(to: file)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--user-data-dir=\(directory.appending(path: "profile").path())", "--dump-dom",
            "file://\(file.path())",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["HOME": directory.path()],
            uniquingKeysWith: { $1 }
        )
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
