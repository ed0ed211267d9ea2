import Foundation
import TestSupport
import Testing

@testable import ReaperKit

@Suite("reports: what nobody may have afterwards, and who resists")
struct SweepReportTests {
    private static let other = ProcessIdentity(pid: 5120, startTime: 88_300)

    private static func plan(
        killsOthers: Bool = true,
        others: OthersAnswer? = nil
    ) throws -> ShutdownPlan {
        var plan = ShutdownPlan()
        plan.follows = false
        var target = ShutdownTarget(
            identity: SampleReport.orphan,
            reason: "outlived its host",
            name: "http"
        )
        target.note = "ignores SIGTERM: SIGKILL after 10 s"
        plan.waves = [[target]]
        var sweep = FinalSweep(
            owner: "rule wasmcloud.provider",
            ports: PortSet(members: [
                .init(ports: 8080...8080), .init(ports: 90...95, transport: .udp),
            ]),
            names: [try Glob(parsing: "node", as: .text), try Glob(parsing: "py*", as: .text)],
            killsOthers: killsOthers,
            signal: .interrupt,
            timeout: .milliseconds(2500)
        )
        sweep.others = others
        plan.sweeps = [sweep]
        return plan
    }

    private static var others: OthersAnswer {
        OthersAnswer(
            targets: [
                ShutdownTarget(
                    identity: other,
                    reason: "holds port 8080/tcp, which rule wasmcloud.provider wants free",
                    name: "no\u{1b}de"
                )
            ],
            refused: [
                Refusal(ProcessIdentity(pid: 1, startTime: 1), reason: "PID 1 is never stopped")
            ],
            unknown: "exe: permission denied (3 times)"
        )
    }

    private static var outcome: ShutdownOutcome {
        var outcome = SampleReport.outcome
        outcome.ports[1].isHeldAgain = true
        outcome.portNotes = ["sockets came and went too fast for one consistent look (sock_diag)"]
        return outcome
    }

    private static func text(_ plan: ShutdownPlan, _ outcome: ShutdownOutcome? = nil) -> String {
        let report = SampleReport.report([], plan: plan, outcome: outcome)
        return String(decoding: TableReport.render(report, style: ReportStyle()), as: UTF8.self)
    }

    @Test("the output keeps to the schema")
    func schema() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "schema/report.schema.json")
        let schema = try JSONSchema(Data(contentsOf: file))
        for others in [nil, OthersAnswer(), Self.others] {
            let plan = try Self.plan(others: others)
            let report = SampleReport.report(plan: plan, outcome: Self.outcome)
            let json = Data(JSONReport.render(report, style: ReportStyle()))
            #expect(try schema.violations(in: json) == [])
        }
    }

    @Test("a plan file says what is looked at, and whom it names for it")
    func planFile() throws {
        let written = JSONReport.render(
            SampleReport.report(plan: try Self.plan(others: Self.others)),
            style: ReportStyle()
        )
        let others = OthersAnswer(targets: Self.others.targets)
        #expect(try PlanFile(parsing: written).plan == Self.plan(others: others))
    }

    @Test(
        "a sweep in a plan file that is not one is refused with its place",
        arguments: [
            ("[3]", "expected a member 'owner', found a number"),
            (#"[{"owner": "a"}]"#, "expected a member 'signal'"),
            (#"[{"owner": "a", "ports": ["http"]}]"#, "'http' is not a port"),
            (#"[{"owner": "a", "process_filters": ["a["]}]"#, "'a[' is not a pattern"),
            (#"[{"owner": "a", "kill_others": 1}]"#, "expected true or false for 'kill_others'"),
            (#"[{"owner": "a", "signal": "TERM", "timeout_ms": -1}]"#, "expected 'timeout_ms'"),
        ]
    )
    func badPlanFile(sweeps: String, message: String) {
        let text = #"{"schema": "reaper.report/1", "plan": {"sweeps": \#(sweeps)}}"#
        do throws(JSONError) {
            _ = try PlanFile(parsing: Array(text.utf8))
            Issue.record("accepted")
        } catch {
            #expect("\(error)".hasPrefix("1:"))
            #expect("\(error)".contains(message), "\(error)")
        }
    }

    @Test("a dry run says who else would be stopped, and who resists")
    func planTable() throws {
        let text = Self.text(try Self.plan(others: Self.others))
        for line in [
            "outlived its host; ignores SIGTERM: SIGKILL after 10 s",
            "then stop whoever holds port 8080, 90-95/udp or is called node, py*, for rule "
                + "wasmcloud.provider (SIGINT, grace 2.5 s):",
            #"  no\x1bde 5120@88300: holds port 8080/tcp, which rule wasmcloud.provider wants"#,
            "  not 1@1: PID 1 is never stopped",
            "  not known to be all: exe: permission denied (3 times)",
        ] {
            #expect(text.contains(line), "\(line) in \(text)")
        }
        #expect(Self.text(try Self.plan(others: OthersAnswer())).contains("  nobody as of now"))
        var held = try Self.plan(others: Self.others)
        held.sweeps[0].named = [Self.other]
        #expect(Self.text(held).contains("then stop those named here, of whoever holds"))
        held.sweeps[0].named = []
        #expect(Self.text(held).contains("rule wasmcloud.provider; stop nobody for it:"))
        let told = Self.text(try Self.plan(killsOthers: false))
        #expect(told.contains("rule wasmcloud.provider; stop nobody for it:"))
    }

    @Test("an outcome tells a port that was taken again from one that was never let go")
    func outcomeTable() throws {
        let plan = try Self.plan()
        #expect(Self.text(plan, Self.outcome).contains("8081/tcp: held again by nginx 900@1"))
        #expect(
            Self.text(plan, SampleReport.outcome).contains("8081/tcp: still held by nginx 900@1")
        )
        #expect(Self.text(plan, Self.outcome).contains("ports: sockets came and went too fast"))
    }

    @Test("a doubt about ports is no success")
    func doubt() {
        var outcome = ShutdownOutcome()
        outcome.ports = [PortOutcome(transport: .tcp, port: 8080, isFree: true)]
        outcome.proof = .port
        func status() -> ReaperKit.ExitStatus {
            SampleReport.report([], outcome: outcome).cleanStatus()
        }
        #expect(status() == .clean)
        outcome.portNotes = ["TCP sockets that are bound without listening are not listed"]
        #expect(status() == .incomplete)
    }
}
