import Foundation
import TestSupport
import Testing

/// Names, arguments and paths belong to whoever runs the process: they must not reach a terminal,
/// a log or a program that reads the report as anything but text.
@Suite("output: text from other processes", .timeLimit(.minutes(60)))
struct HostileTextTests {
    private let directory: TemporaryDirectory
    private let specimen: Specimen

    init() throws {
        directory = try TemporaryDirectory()
        let words = [
            "listen", "--exe", directory.path("bin/\u{1b}]0;owned\u{07}\n::error::exe\u{202e}"),
            // ESC, newline, an invalid byte, and what GitHub Actions obeys.
            "--name", "1b5b6d0a3a3a6572ff0d9b", "--env", "X=\u{1b}[2J", "--argv0",
            "\n::error::argv0", "--args", "\u{1b}[31mred", "\n::error title=x::injected",
            "\r\n##[command]x", "\u{202e}txt.exe", "\u{9b}31m", "\u{7f}",
        ]
        specimen = try Specimen(words)
    }

    /// Whether every byte is harmless: printable, or a line end that reaper wrote.
    private func isHarmless(_ bytes: [UInt8]) -> Bool {
        guard let text = String(validating: bytes, as: UTF8.self) else { return false }
        let isPlain = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x0A: true
            case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: false
            default: true
            }
        }
        let lines = text.split(separator: "\n")
        return isPlain && !lines.contains { $0.hasPrefix("::") || $0.hasPrefix("##[") }
    }

    @Test(
        "never reaches the output raw",
        arguments: [
            "scan", "scan -v", "scan -q", "scan --json", "scan --format ndjson",
            "scan -v --show-secrets", "scan --json --show-secrets", "clean -n", "clean -n --json",
            "clean", "clean --json",
        ]
    )
    func escaped(words: String) throws {
        let identity = try specimen.root.identity
        let arguments = words.split(separator: " ").map(String.init)
        let completion = try Binary.reaper.run(arguments + ["--pid", identity], rules: nil)
        #expect(completion.text.contains(identity))
        #expect(isHarmless(completion.output), "\(completion.text.debugDescription)")
        #expect(isHarmless(completion.errorOutput), "\(completion.errorText.debugDescription)")
    }

    @Test("on a terminal neither the question nor the progress lets it through")
    func terminal() throws {
        let words = ["clean", "--no-default-rules", "--color", "never", "--ports"]
        let other = try Specimen("listen", "--name", "1b5b324a1b5b313b3148")
        let ports = try "\(specimen.port),\(other.port)"
        let completion = try Binary.specimen.run(
            ["terminal", Binary.reaper.path] + words + [ports],
            environment: ["TERM": "dumb"],
            input: "y\n"
        )
        // The terminal itself ends each line with a carriage return.
        let bytes = completion.output.filter { $0 != 0x0D }
        #expect(completion.text.contains("[y/N]") && completion.text.contains("gone"))
        #expect(isHarmless(bytes), "\(completion.text.debugDescription)")
    }

    @Test("JSON keeps the very bytes")
    func bytes() throws {
        let completion = try Binary.reaper.scan("--pid", specimen.root.identity)
        let report = try completion.report()
        let process = try #require(report.finding(about: try specimen.root)?.process)
        #expect(process.command?.contains("\n::error title=x::injected") == true)
        let object = try completion.jsonObject()
        let findings = try #require(object["findings"] as? [[String: Any]])
        let shown = try #require(findings.first?["process"] as? [String: Any])
        let name = try #require(shown["name_b64"] as? String)
        let raw = try #require(Data(base64Encoded: name))
        #expect([UInt8](raw) == [0x1b, 0x5b, 0x6d, 0x0a, 0x3a, 0x3a, 0x65, 0x72, 0xff, 0x0d, 0x9b])
    }
}
