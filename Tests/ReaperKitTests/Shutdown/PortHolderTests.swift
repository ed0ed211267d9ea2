import Testing

@testable import ReaperKit

@Suite("who holds a port that was to become free")
struct PortHolderTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        var ancestors: [ProcessRecord] = []
        var cgroup: ByteString = "0::/user.slice/session-1.scope"
        var isNew = true
        var wasToBeStopped = false
        var ownService: ByteString?
    }

    private static let runsv = Cast.process(400, "runsv")
    private static let manager = Cast.process(1, "systemd", parent: 0)

    static let cases = [
        Case(
            testDescription: "a supervisor started it again",
            text: "node (500@50000), started by runsv (400@40000): stop that service first",
            ancestors: [runsv, manager]
        ),
        Case(
            testDescription: "a stranger that was there before needs no advice",
            text: "node (500@50000), started by runsv (400@40000)",
            ancestors: [runsv, manager],
            isNew: false
        ),
        Case(
            testDescription: "who shares the port is no supervisor",
            text: "node (500@50000), started by runsv (400@40000): stop that service first",
            ancestors: [Cast.process(499, "node"), runsv, manager]
        ),
        Case(testDescription: "PID 1 is none", text: "node (500@50000)", ancestors: [manager]),
        Case(
            testDescription: "nor is who only adopts",
            text: "node (500@50000)",
            ancestors: [Cast.process(300, "tini"), runsv, manager]
        ),
        Case(testDescription: "nobody to be seen", text: "node (500@50000)"),
        Case(
            testDescription: "reaper's caller is nobody's service",
            text: "node (500@50000), started by bash (800@80000)",
            ancestors: [Cast.process(800, "bash"), manager]
        ),
        Case(
            testDescription: "a unit",
            text: "node (500@50000), started by unit web.service: systemctl stop web.service",
            ancestors: [manager],
            cgroup: "0::/system.slice/web.service"
        ),
        Case(
            testDescription: "a user's unit",
            text: "node (500@50000), started by unit web.service: "
                + "systemctl --user stop web.service",
            cgroup: "0::/user.slice/user-1000.slice/user@1000.service/app.slice/web.service/x"
        ),
        Case(
            testDescription: "a login's manager is no unit to stop",
            text: "node (500@50000), started by runsv (400@40000): stop that service first",
            ancestors: [runsv],
            cgroup: "0::/user.slice/user-1000.slice/user@1000.service/init.scope"
        ),
        Case(
            testDescription: "nor is the unit that reaper runs in",
            text: "node (500@50000), started by runsv (400@40000): stop that service first",
            ancestors: [runsv],
            cgroup: "0::/system.slice/runner.service",
            ownService: "/system.slice/runner.service"
        ),
        Case(
            testDescription: "a target that survived",
            text: "node (500@50000), which was to be stopped and is still there",
            ancestors: [runsv],
            cgroup: "0::/system.slice/web.service",
            wasToBeStopped: true
        ),
    ]

    @Test("says who, and what started it", arguments: cases)
    func text(_ testCase: Case) {
        var host = Cast.host
        host.servicePath = testCase.ownService
        let process = Cast.process(500, "node") { $0.cgroups = .value([testCase.cgroup]) }
        var holder = PortHolder(
            process,
            ancestors: testCase.ancestors,
            holders: [499, 500],
            on: host
        )
        holder.isNew = testCase.isNew
        holder.wasToBeStopped = testCase.wasToBeStopped
        #expect(holder.text == testCase.text)
        #expect(holder.isBack == (testCase.isNew && !testCase.wasToBeStopped))
    }
}
