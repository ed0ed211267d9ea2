import Foundation
import ReaperKit
import Testing

@testable import reaper

/// The real binary, because closed descriptors and broken pipes belong to a whole process.
@Suite("output of the binary")
struct OutputTests {
    @Test("a reader that went away changes neither status nor stderr")
    func closedPipe() throws {
        let process = Process()
        process.executableURL = URL(filePath: binary)
        process.arguments = ["help", "clean"]
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try output.fileHandleForReading.close()
        try process.run()
        #expect(errors.fileHandleForReading.readDataToEndOfFile().isEmpty)
        process.waitUntilExit()
        #expect(process.terminationReason == .exit)
        #expect(process.terminationStatus == 0)
    }

    @Test("output that cannot be written is said, and is not success")
    func fullDevice() throws {
        let run = try shell(#""$REAPER" help 2>&1 >/dev/full; echo $?"#)
        #expect(run == "reaper: write stdout: No space left on device\n3\n")
    }

    @Test("-o /dev/stdout is stdout, and the link there stays")
    func standardOutputByName() throws {
        let script = #"""
            link=$(mktemp -u) && ln -s /dev/stdout "$link" && log=$(mktemp) && echo before >"$log"
            "$REAPER" snapshot --no-default-rules -o "$link" >>"$log"; readlink "$link"
            head -n 1 "$log"; grep -c '"schema"' "$log"; rm "$link" "$log"
            """#
        #expect(try shell(script) == "/dev/stdout\nbefore\n1\n")
    }

    @Test("a closed stdout is said, and no other file is written in its place")
    func closedOutput() throws {
        let run = try shell(#""$REAPER" help 2>&1 >&-; echo $?"#)
        #expect(run == "reaper: write stdout: Bad file descriptor\n3\n")
    }

    @Test(
        "no command, a wrong command and a wrong flag exit 2 with nothing on stdout",
        arguments: [
            "", "scna", "scan --prots 1", "clean --ports ''", "help nothing", "--json scan",
            #"scan --name $'\xff'"#,
        ]
    )
    func usage(_ arguments: String) throws {
        #expect(try shell(#""$REAPER" \#(arguments) 2>/dev/null; echo $?"#) == "2\n")
    }

    @Test("help and version exit 0", arguments: ["-h", "--help", "help scan", "clean -h", "-V"])
    func help(_ arguments: String) throws {
        #expect(try shell(#""$REAPER" \#(arguments) 2>&1 >/dev/null; echo $?"#) == "0\n")
    }

    private func shell(_ script: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", script]
        var environment = ProcessInfo.processInfo.environment
        environment["REAPER"] = binary
        process.environment = environment
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    /// Beside the test bundle, where the build puts every product.
    private var binary: String {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: "reaper").path()
    }
}

@Suite("output file")
struct OutputFileTests {
    private let directory = FileManager.default.temporaryDirectory
        .appending(path: "reaper-output-\(UUID().uuidString)")

    init() throws {
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    @Test("a file is replaced only when all is written, and nothing else is left")
    func replaces() throws {
        defer { remove() }
        let file = directory.appending(path: "report.json")
        try Data("old".utf8).write(to: file)
        do {
            let output = try Output(opening: file.path())
            #expect(try String(contentsOf: file, encoding: .utf8) == "old")
            #expect(output.finish(Array("new".utf8), .leftOver) == .leftOver)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == "new")
        #expect(try names() == ["report.json"])
    }

    @Test("an output that is never finished leaves no trace")
    func abandoned() throws {
        defer { remove() }
        do { _ = try Output(opening: directory.appending(path: "report.json").path()) }
        #expect(try names() == [])
    }

    @Test("a link stays, and what it leads to is replaced")
    func link() throws {
        defer { remove() }
        let victim = directory.appending(path: "victim")
        let link = directory.appending(path: "link")
        try Data("precious".utf8).write(to: victim)
        try FileManager.default.createSymbolicLink(at: link, withDestinationURL: victim)
        #expect(try Output(opening: link.path()).finish([0x41], .clean) == .clean)
        #expect(try String(contentsOf: victim, encoding: .utf8) == "A")
        #expect(
            try FileManager.default.attributesOfItem(atPath: link.path())[.type]
                as? FileAttributeType == .typeSymbolicLink
        )
        #expect(try names().sorted() == ["link", "victim"])
    }

    @Test("a link to a device is written through; one that leads nowhere is an error that names it")
    func linkElsewhere() throws {
        defer { remove() }
        let link = directory.appending(path: "link").path()
        try FileManager.default.createSymbolicLink(
            atPath: link,
            withDestinationPath: "/dev/null"
        )
        #expect(try Output(opening: link).finish([0x41], .clean) == .clean)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "/dev/null")
        let dangling = directory.appending(path: "dangling").path()
        try FileManager.default.createSymbolicLink(
            atPath: dangling,
            withDestinationPath: "/nonexistent/file"
        )
        let error = #expect(throws: SystemError.self) { _ = try Output(opening: dangling) }
        #expect(error?.description == "open -o \(dangling): No such file or directory")
        #expect(try names().sorted() == ["dangling", "link"])
    }

    @Test("a device is written to, not replaced")
    func device() throws {
        defer { remove() }
        #expect(try Output(opening: "/dev/null").finish([0x41], .clean) == .clean)
        #expect(
            try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type]
                as? FileAttributeType == .typeCharacterSpecial
        )
    }

    @Test("a place that cannot be written is known before anything is done")
    func unwritable() throws {
        defer { remove() }
        let path = directory.appending(path: "missing/report.json").path()
        #expect(throws: SystemError.self) { _ = try Output(opening: path) }
    }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path())
    }

    private func remove() {
        do {
            try FileManager.default.removeItem(at: directory)
        } catch {
            Issue.record(error)
        }
    }
}
