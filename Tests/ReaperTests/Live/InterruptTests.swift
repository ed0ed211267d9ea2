import Foundation
import TestSupport
import Testing

@Suite("clean: interrupted, and out of time", .timeLimit(.minutes(60)))
struct InterruptTests {
    /// Starts a clean with a long grace, and returns when the specimen's root has its TERM.
    private func begin(_ specimen: Specimen) throws -> RunningProgram {
        let identity = try specimen.root.identity
        let words = ["clean", "--json", "--no-default-rules", "--timeout", "100"]
        let program = try Binary.reaper.start(words + ["--pid", identity])
        program.closeInput()
        try specimen.wait(for: "signal", name: "root", signal: "TERM")
        return program
    }

    /// Returns once the program has taken SIGINT: a second one would melt into the first.
    private func interrupt(_ program: RunningProgram) throws {
        try program.send(signal: SIGINT)
        var isPending = true
        while isPending {
            let status = try String(contentsOfFile: "/proc/\(program.pid)/status", encoding: .utf8)
            let masks = status.split(separator: "\n").filter { $0.contains("Pnd:") }
                .compactMap { $0.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) } }
            isPending = masks.contains { $0 & 1 << UInt64(SIGINT - 1) != 0 }
            sched_yield()
        }
    }

    @Test("once lets the grace run its course")
    func once() throws {
        let specimen = try Specimen("slow-exit")
        let program = try begin(specimen)
        try interrupt(program)
        specimen.letGo()
        let completion = try program.finish()
        let report = try completion.report()
        #expect(report.target(try specimen.root)?.result == "exited")
        #expect(report.outcome?.interrupted == true)
        #expect(try completion.isAllGone())
        #expect(try specimen.finish().ended["root"] == "exit 0")
    }

    @Test("twice ends the grace, and nothing else")
    func twice() throws {
        let specimen = try Specimen("term-ignorer", "--with", "consume")
        let program = try begin(specimen)
        try interrupt(program)
        #expect(try specimen.root.state == .running)
        try interrupt(program)
        let completion = try program.finish()
        let report = try completion.report()
        #expect(report.target(try specimen.root)?.result == "killed")
        #expect(try completion.isAllGone())
    }

    /// A named pipe with room for less than an account: reaper has to wait with it.
    private func narrowPipe(_ path: String) throws -> Int32 {
        try #require(unsafe mkfifo(path, 0o600) == 0)
        let pipe = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        let setSize: Int32 = 1031  // F_SETPIPE_SZ, which Glibc's module lacks
        try #require(fcntl(pipe, setSize, 4096) == 4096)
        return pipe
    }

    /// Has reaper stop a tree and write its account into a narrow pipe; returns when that is full.
    private func startFilling(
        _ pipe: Int32,
        _ path: String,
        _ root: ProcessProbe
    ) throws -> RunningProgram {
        let words = ["clean", "--json", "--no-default-rules", "-o", path]
        let program = try Binary.reaper.start(words + ["--pid", root.identity])
        program.closeInput()
        var waiting: Int32 = 0
        while waiting < 4096 {
            try #require(unsafe ioctl(pipe, UInt(FIONREAD), &waiting) == 0)
            sched_yield()
        }
        return program
    }

    @Test("when all is over it takes neither the account nor the exit status away")
    func afterwards() throws {
        let specimen = try Specimen("tree", "--depth", "1", "--width", "20")
        let directory = try TemporaryDirectory()
        let pipe = try narrowPipe(directory.path("report"))
        defer { _ = close(pipe) }
        let program = try startFilling(pipe, directory.path("report"), try specimen.root)
        try interrupt(program)
        try #require(fcntl(pipe, F_SETFL, 0) == 0)
        var output: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while case let count = unsafe read(pipe, &chunk, chunk.count), count > 0 {
            output += chunk[..<count]
        }
        let completion = try program.finish()
        let whole = Completion(ending: completion.ending, output: output, errorOutput: [])
        #expect(whole.code == 0, "\(completion.ending), \(completion.errorText)")
        #expect(try whole.report().target(try specimen.root)?.result == "exited")
    }

    @Test("when all is over it ends a wait for whoever takes no output")
    func stalled() throws {
        let specimen = try Specimen("tree", "--depth", "1", "--width", "20")
        let directory = try TemporaryDirectory()
        let pipe = try narrowPipe(directory.path("report"))
        defer { _ = close(pipe) }
        let program = try startFilling(pipe, directory.path("report"), try specimen.root)
        // What has begun to be written is told as written so far, and then waited for again.
        while !program.hasEnded {
            try program.send(signal: SIGINT)
            sched_yield()
        }
        let completion = try program.finish()
        #expect(completion.code == 3)
        #expect(completion.errorText.contains("Interrupted system call"))
    }

    @Test("who cannot be killed is named with the culprit, and the others are stopped all the same")
    func unkillable() throws {
        let specimen = try Specimen("traced")
        let other = try Specimen("sleep")
        let words = ["--pid", try "\(specimen.root.identity),\(other.root.identity)"]
        let completion = try Binary.reaper.run(
            ["clean", "--json", "--force", "--deadline", "3"] + words,
            rules: nil
        )
        let report = try completion.report()
        #expect(report.target(try other.root)?.result == "killed")
        let target = try #require(report.target(try specimen.root))
        let tracer = try specimen["tracer"].identity
        if target.result == "survived" {
            #expect(target.reason?.contains("traced by specimen (\(tracer))") == true, "\(target)")
            #expect(completion.code == 1 || completion.code == 124)
            #expect(report.outcome?.proof == "none")
        } else {
            // Before Linux 6.1 SIGKILL ends it all the same.
            #expect(target.result == "killed")
        }
        #expect(try specimen["tracer"].state == .running)
    }
}
