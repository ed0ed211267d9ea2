import Testing

@testable import ReaperKit

@Suite("plans in files")
struct PlanFileTests {
    private func written(_ plan: ShutdownPlan) -> [UInt8] {
        JSONReport.render(SampleReport.report(plan: plan), style: ReportStyle())
    }

    /// A plan with every member set to something that is not its default.
    private static var fullPlan: ShutdownPlan {
        var plan = SampleReport.plan
        plan.follows = false
        for (wave, targets) in plan.waves.enumerated() {
            for index in targets.indices {
                plan.waves[wave][index].order = .rootFirst
                plan.waves[wave][index].signal = .interrupt
                plan.waves[wave][index].timeout = .milliseconds(1500)
                plan.waves[wave][index].leadsSession = index == 0
                plan.waves[wave][index].leadsGroup = true
                plan.waves[wave][index].executable = ByteString([0x2f, 0xff, 0x0a])
            }
        }
        plan.waves.append([ShutdownTarget(identity: SampleReport.zombie, reason: "x", name: "é")])
        plan.removals.append(
            FileRemoval(
                path: ByteString([0x2f, 0xfe]),
                file: FileIdentity(device: 1, inode: 2, changed: .nanoseconds(-5)),
                rule: "a.b",
                reason: "y"
            )
        )
        plan.removals[0].isCompanion = true
        plan.zombies.append(
            ZombieTarget(
                identity: SampleReport.zombie,
                parent: SampleReport.worker,
                isParentStopped: true
            )
        )
        plan.ports = PortSet(members: [
            .init(ports: 80...80), .init(ports: 1...65_535, transport: .udp),
            .init(ports: 8080...8081, transport: .tcp),
        ])
        return plan
    }

    @Test("what a report writes is read back equal")
    func roundTrip() throws {
        let file = try PlanFile(parsing: written(Self.fullPlan))
        #expect(file.plan == Self.fullPlan)
        #expect(file.bootID == SampleReport.host.bootID)
        #expect(file.pidNamespace == 4_026_531_836)
        var empty = ShutdownPlan()
        empty.follows = false
        #expect(try PlanFile(parsing: written(ShutdownPlan())).plan == empty)
    }

    @Test("a target that is named twice is refused")
    func twice() {
        var plan = Self.fullPlan
        plan.waves.append(plan.waves[0])
        #expect(throws: JSONError.self) { try PlanFile(parsing: written(plan)) }
    }

    @Test("every prefix of a report is refused")
    func prefixes() {
        let bytes = written(SampleReport.plan)
        let end = bytes.lastIndex(of: UInt8(ascii: "}")) ?? 0
        for count in stride(from: 0, through: end, by: 7) {
            #expect(throws: JSONError.self) { try PlanFile(parsing: Array(bytes[..<count])) }
        }
        #expect(throws: Never.self) { try PlanFile(parsing: bytes) }
    }

    private static func report(_ plan: String) -> [UInt8] {
        Array("{\"schema\": \"reaper.report/1\",\n\"plan\": \(plan)}".utf8)
    }

    private static func target(_ members: String) -> String {
        "{\"waves\": [[{\"identity\": \"7@8\", \"signal\": \"TERM\", \"timeout_ms\": 1\(members)}]]}"
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let text: [UInt8]
        let message: String

        init(_ plan: String, _ message: String) { self.init(report: report(plan), message) }

        init(report: [UInt8], _ message: String) { (text, self.message) = (report, message) }

        var testDescription: String { message }
    }

    static let bad = [
        Bad(report: Array("[]".utf8), "1:1: expected a report of"),
        Bad(report: Array("{\"schema\": \"reaper.report/2\"}".utf8), "1:1: expected a report of"),
        Bad(
            report: Array("{\"schema\": \"reaper.report/1\"}".utf8),
            "1:1: this report has no plan"
        ),
        Bad("null", "2:9: expected an object for 'plan'"),
        Bad("{\"waves\": {}}", "2:19: expected an array for 'waves', found an object"),
        Bad("{\"waves\": [{}]}", "2:20: expected an array of targets, found an object"),
        Bad("{\"waves\": [[1]]}", "2:21: expected a member 'identity', found a number"),
        Bad("{\"waves\": [[{}]]}", "2:21: expected a member 'identity', found an object"),
        Bad(
            "{\"waves\": [[{\"identity\": 7}]]}",
            "2:34: expected a string for 'identity', found a number"
        ),
        Bad("{\"waves\": [[{\"identity\": \"7\"}]]}", "2:34: expected PID@START for 'identity'"),
        Bad("{\"waves\": [[{\"identity\": \"0@8\"}]]}", "2:34: '0@8' is not a process"),
        Bad("{\"waves\": [[{\"identity\": \"-7@8\"}]]}", "2:34: '-7@8' is not a process"),
        Bad("{\"waves\": [[{\"identity\": \"7@x\"}]]}", "2:34: '7@x' is not a process"),
        Bad(
            "{\"waves\": [[{\"identity\": \"7@8\"}]]}",
            "2:21: expected a member 'signal', found an object"
        ),
        Bad(
            "{\"waves\": [[{\"identity\": \"7@8\", \"signal\": \"BOOM\"}]]}",
            "2:51: 'BOOM' is not a signal"
        ),
        Bad(
            "{\"waves\": [[{\"identity\": \"7@8\", \"signal\": \"0\"}]]}",
            "2:51: '0' is not a signal"
        ),
        Bad(
            "{\"waves\": [[{\"identity\": \"7@8\", \"signal\": 15}]]}",
            "2:51: expected a string for 'signal', found a number"
        ),
        Bad(
            "{\"waves\": [[{\"identity\": \"7@8\", \"signal\": \"TERM\"}]]}",
            "2:21: expected a member 'timeout_ms', found an object"
        ),
        Bad(
            "{\"waves\": [[{\"identity\": \"7@8\", \"signal\": \"TERM\", \"timeout_ms\": -1}]]}",
            "2:73: expected 'timeout_ms' from 0 to 86400000"
        ),
        Bad(
            "{\"waves\": [[{\"identity\": \"7@8\", \"signal\": \"TERM\", \"timeout_ms\": 86400001}]]}",
            "2:73: expected 'timeout_ms' from 0 to 86400000"
        ),
        Bad(
            "{\"waves\": [[{\"identity\": \"7@8\", \"signal\": \"TERM\", \"timeout_ms\": 1.5}]]}",
            "2:73: expected 'timeout_ms' from 0 to 86400000"
        ),
        Bad(target(", \"start_ticks\": 9"), "2:21: 'start_ticks' and 'identity' name different"),
        Bad(target(", \"root\": \"7\""), "2:84: expected PID@START for 'root'"),
        Bad(target(", \"depth\": -1"), "2:85: expected a whole number from 0 to"),
        Bad(target(", \"depth\": \"1\""), "2:85: expected a whole number from 0 to"),
        Bad(target(", \"order\": \"sideways\""), "2:85: 'sideways' is no order of stopping"),
        Bad(target(", \"order\": 1"), "2:85: expected a string for 'order'"),
        Bad(target(", \"name\": 1"), "2:84: expected a string for 'name'"),
        Bad(target(", \"executable\": 1"), "2:90: expected a string for 'executable'"),
        Bad(
            target(", \"executable\": \"x\", \"executable_b64\": \"!\""),
            "2:113: expected the bytes of 'executable' in base64"
        ),
        Bad(
            target(", \"executable\": \"x\", \"executable_b64\": \"eQ==\""),
            "2:113: expected the bytes of 'executable' in base64"
        ),
        Bad(
            target(", \"uid\": -1"),
            "2:83: expected a whole number from 0 to 4294967295 for 'uid'"
        ),
        Bad(
            target(", \"uid\": 4294967296"),
            "2:83: expected a whole number from 0 to 4294967295 for 'uid'"
        ),
        Bad(
            target(", \"uid\": \"0\""),
            "2:83: expected a whole number from 0 to 4294967295 for 'uid'"
        ),
        Bad(
            target(", \"pidfd_inode\": 9223372036854775808"),
            "2:91: expected a whole number from 0 to 9223372036854775807 for 'pidfd_inode'"
        ),
        Bad(target(", \"pidfd_inode\": null"), "2:91: expected a whole number from 0 to"),
        Bad(target(", \"leads_group\": 1"), "2:91: expected true or false for 'leads_group'"),
        Bad("{\"remove\": 1}", "2:20: expected an array for 'remove', found a number"),
        Bad("{\"remove\": [{}]}", "2:21: expected a member 'path', found an object"),
        Bad("{\"remove\": [{\"path\": \"x\"}]}", "2:30: expected an absolute path for 'path'"),
        Bad(
            "{\"remove\": [{\"path\": \"/x\\u0000\"}]}",
            "2:30: expected an absolute path for 'path'"
        ),
        Bad("{\"remove\": [{\"path\": \"/x\"}]}", "2:21: expected a member 'changed_ns'"),
        Bad(
            "{\"remove\": [{\"path\": \"/x\", \"changed_ns\": 1, \"device\": 1}]}",
            "2:21: expected a member 'inode'"
        ),
        Bad(
            "{\"remove\": [{\"path\": \"/x\", \"changed_ns\": 1, \"device\": 1, "
                + "\"inode\": 18446744073709551615}]}",
            "2:75: expected a whole number from 0 to 9223372036854775807 for 'inode'"
        ),
        Bad(
            "{\"remove\": [{\"path\": \"/x\", \"changed_ns\": 1e3}]}",
            "2:50: expected a whole number for 'changed_ns'"
        ),
        Bad("{\"zombies\": [{\"identity\": \"7@8\"}]}", "2:22: expected a member 'parent'"),
        Bad(
            "{\"zombies\": [{\"identity\": \"7@8\", \"parent\": \"6@1\", "
                + "\"parent_is_stopped\": \"no\"}]}",
            "2:80: expected true or false for 'parent_is_stopped'"
        ),
        Bad("{\"ports\": [80]}", "2:20: expected a string for 'ports', found a number"),
        Bad("{\"ports\": [\"70000\"]}", "2:20: '70000' is not a port"),
        Bad("{\"refused\": [{\"identity\": \"7@8\"}]}", "2:22: expected a member 'reason'"),
        Bad("{\"refused\": [{\"reason\": \"x\"}]}", "2:22: expected a member 'identity'"),
        Bad("{\"waves\": [], \"waves\": []}", "2:23: "),
    ]

    @Test("every member that is not what it should be is refused with its place", arguments: bad)
    func refused(testCase: Bad) throws {
        let error = try #require(throws: JSONError.self) { try PlanFile(parsing: testCase.text) }
        #expect("\(error)".hasPrefix(testCase.message), "\(error)")
    }

    @Test("the smallest target is read, with what it leaves out")
    func smallest() throws {
        let plan = try PlanFile(parsing: Self.report(Self.target(""))).plan
        let target = try #require(plan.targets.first)
        let identity = ProcessIdentity(pid: 7, startTime: 8)
        #expect(target.identity == identity && target.root == identity && target.depth == 0)
        #expect(target.executable == nil && target.user == nil && target.pidfdInode == nil)
    }

    @Test("the largest inode that a report can name is read exactly")
    func largest() throws {
        let text = Self.target(", \"pidfd_inode\": 9223372036854775807, \"uid\": 4294967295")
        let target = try #require(try PlanFile(parsing: Self.report(text)).plan.targets.first)
        #expect(target.pidfdInode == UInt64(Int64.max) && target.user == .max)
    }

    @Test("a plan of another boot or namespace, or of none, is not executed")
    func objections() throws {
        let host = SampleReport.host
        var file = try PlanFile(parsing: written(SampleReport.plan))
        #expect(file.objection(on: host) == nil)
        var other = host
        other.bootID = "another"
        #expect(file.objection(on: other)?.contains("another boot") == true)
        other = host
        other.namespaces = ProcessNamespaces(pid: 1, mount: 1, network: 1)
        #expect(file.objection(on: other) == "it was made in another pid namespace")
        other.namespaces = nil
        #expect(file.objection(on: other) == "reaper's own pid namespace is not known")
        file.pidNamespace = nil
        #expect(file.objection(on: host) == "it does not say in which pid namespace it was made")
        file.bootID = nil
        #expect(file.objection(on: host) == "it does not say in which boot it was made")
        // Where neither boot is known, they are not the same one.
        file.bootID = ""
        other.bootID = ""
        #expect(file.objection(on: other) != nil)
    }

    @Test("base64 is read back, and nothing else is base64")
    func base64() {
        for count in 0...9 {
            let bytes = ByteString((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 83 &+ 201) })
            #expect(ByteString(base64: bytes.base64) == bytes)
        }
        for text in ["=", "A", "AA", "AA=", "AB==", "A===", "AAA=A", "AAAA=", "AA-_", "AA A"] {
            #expect(ByteString(base64: text) == nil, "\(text)")
        }
    }
}
