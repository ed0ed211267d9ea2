import Foundation
import TestSupport
import Testing

/// Where what services print goes.
@Suite("up: logs", .timeLimit(.minutes(60)))
struct UpLogTests {
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
