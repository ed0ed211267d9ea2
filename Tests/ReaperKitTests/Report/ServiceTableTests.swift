import Testing

@testable import ReaperKit

/// The table of `reaper status`.
@Suite("service table")
struct ServiceTableTests {
    private func text(_ answer: String) throws -> String {
        let value = try JSON5Reader.read(Array(answer.utf8), as: .json)
        let table = ServiceTable(value.array ?? [])
        return String(decoding: table.render(style: ReportStyle()), as: UTF8.self)
    }

    @Test("has the uptimes and the columns that list has; what nobody has is left out")
    func columns() throws {
        let answer = """
            [{"id": "db", "state": "running", "identity": "41@880", "uptime_ms": 123000,
              "restarts": 0, "memory_bytes": 1048576, "ports": [{"port": 5432}, {"port": 80}]},
             {"id": "seed", "state": "stopped", "finished": true},
             {"id": "web\\u001b[2J", "state": "failed", "restarts": 5, "reason": "exited with 1"}]
            """
        #expect(
            try text(answer) == """
                SERVICE     STATE    PID@START  UPTIME  RESTARTS  MEMORY  PORTS    WHY
                db          running  41@880      2m03s         0   1024K  5432,80
                seed        stopped                            0                   has done its work
                web\\x1b[2J  failed                             5                   exited with 1

                """
        )
        let one = try text(#"[{"id": "db", "state": "running", "uptime_ms": 350}]"#)
        #expect(
            one == """
                SERVICE  STATE    UPTIME  RESTARTS
                db       running  350 ms         0

                """
        )
    }
}
