import Foundation
import TestSupport
import Testing

/// Where what services print goes.
@Suite("up: logs", .timeLimit(.minutes(60)))
struct UpLogTests {
    @Test("a log's directory is made; one elsewhere is not, and that is told")
    func directories() throws {
        let services = try SupervisedServices(
            """
            web: { command: "echo hello; : > web; exec sleep 600", log: "log/deep/web.log",
              ready: { file: "web" } },
            far: { command: "exec sleep 600", log: "${DIR}/../${FAR:-no-such}/x/far.log" },
            """
        )
        let up = try services.up()
        #expect(up.code == 1)
        #expect(up.errorText.contains("far.log, for which no directory is made"), "\(up.errorText)")
        #expect(services.lines("log/deep/web.log") == ["hello"])
    }

    @Test("what a stop command prints is in the service's log")
    func stopCommand() throws {
        let services = try SupervisedServices(
            """
            web: { command: "echo begin; : > web; exec sleep 600", log: "web.log",
              stop_command: "echo end $MAINPID; echo and why >&2; kill $MAINPID",
              ready: { file: "web" } },
            """
        )
        #expect(try services.up().code == 0)
        let pid = try #require(try services.standings()["web"]?.pid)
        #expect(try services.command("down").code == 0)
        #expect(services.lines("web.log") == ["begin", "end \(pid)", "and why"])
    }

    @Test("the supervisor's own is begun anew, too, and goes on")
    func supervisors() throws {
        let services = try SupervisedServices("web: { command: \"exec sleep 600\" }")
        #expect(try services.up().code == 0)
        let path = services.directory.path("state/supervisor.log")
        let log = try #require(FileHandle(forWritingAtPath: path))
        try log.seekToEnd()
        try log.write(contentsOf: Data(repeating: 0x0A, count: (1 << 20) + 1))
        try log.close()
        // Logs are looked at soon after a service was started.
        #expect(try services.command("restart", "web").code == 0)
        services.wait(forFile: "state/supervisor.log.1")
        #expect(try services.command("restart", "web").code == 0)
        #expect(services.lines("state/supervisor.log").contains { $0.contains("web") })
        #expect(try services.command("down").code == 0)
    }

    @Test("a service that is called supervisor has a log of its own")
    func namesake() throws {
        let services = try SupervisedServices(
            "supervisor: { command: \"echo mine; exec sleep 600\", ready: { line: \"mine\" } }"
        )
        #expect(try services.up().code == 0)
        let logs = try services.command("logs")
        #expect(logs.text == "mine\n" && logs.code == 0, "\(logs.text)\(logs.errorText)")
        #expect(try services.command("down").code == 0)
        #expect(services.lines("state/logs/supervisor.log") == ["mine"])
        #expect(services.lines("state/supervisor.log").contains { $0.contains("started as") })
    }

    @Test("one that grows fast is begun anew again and again")
    func fast() throws {
        let services = try SupervisedServices(
            """
            web: { command: "while :; do echo 0123456789012345678901234567890123456789; done",
              log: { file: "web.log", size: "4K", keep: 3 } },
            """
        )
        #expect(try services.up().code == 0)
        services.wait(forFile: "web.log.3")
        #expect(try services.command("down").code == 0)
    }
}
