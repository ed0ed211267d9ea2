import Foundation

/// A manual page of this package, taken apart as far as tests are held to it.
struct ManualPage {
    private let file: URL
    let lines: [String]

    /// Reads a page, such as `man/reaper-rules.5`.
    init(_ path: String) throws {
        file = PackageFiles.file(path)
        lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    }

    /// The keys that a subsection describes.
    func keys(under heading: String) -> [String] {
        let start = lines.firstIndex(of: ".Ss \(heading)") ?? lines.endIndex
        let section = lines[start...].dropFirst().prefix {
            !$0.hasPrefix(".Ss ") && !$0.hasPrefix(".Sh ")
        }
        return section.compactMap { line in
            line.hasPrefix(".It Cm ") ? String(line.dropFirst(".It Cm ".count)) : nil
        }
    }

    /// What is displayed as it is.
    var examples: [String] {
        lines.indices.filter { lines[$0].hasPrefix(".Bd -literal") }.map { start in
            lines[(start + 1)...].prefix { $0 != ".Ed" }.joined(separator: "\n")
        }
    }

    /// Whether mandoc(1) is there to be asked.
    static var hasLint: Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/mandoc") }

    /// What mandoc(1) has against the page.
    func lint() throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/mandoc")
        // Below that it asks for manual pages that need not be installed here.
        process.arguments = ["-T", "lint", "-W", "warning", file.path()]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: said, as: UTF8.self)
    }
}
