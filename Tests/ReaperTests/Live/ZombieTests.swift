import TestSupport
import Testing

@Suite("scan and clean: zombies", .timeLimit(.minutes(60)))
struct ZombieTests {
    @Test("a zombie is named with the parent that does not wait for it")
    func parent() throws {
        let specimen = try Specimen("zombie")
        let zombie = try specimen["zombie"]
        let completion = try Binary.reaper.scan("--zombies", "--pid", zombie.identity)
        #expect(completion.code == 1)
        let finding = try #require(try completion.report().finding(about: zombie))
        #expect(finding.kind == "zombie" && finding.remedy.action == "signal_parent")
        #expect(finding.summary.contains("\(try specimen.root.pid)"), "\(finding.summary)")
        #expect(!finding.summary.contains("is stopped"))
    }

    @Test("a parent that is stopped is said to be")
    func stopped() throws {
        let specimen = try Specimen("zombie", "--stopped-parent")
        let zombie = try specimen["zombie"]
        let report = try Binary.reaper.scan("--zombies", "--pid", zombie.identity).report()
        let finding = try #require(report.finding(about: zombie))
        #expect(finding.summary.contains("is stopped and cannot wait"), "\(finding.summary)")
    }

    @Test("a process whose first thread has left is no zombie, and is stopped like any other")
    func leader() throws {
        let specimen = try Specimen("zombie-leader")
        let root = try specimen.root
        let zombies = try Binary.reaper.scan("--zombies", "--pid", root.identity)
        #expect(try zombies.report().findings.isEmpty)
        #expect(zombies.code == 0)
        let holders = try Binary.reaper.scan("--ports", "\(try specimen.port)").report()
        #expect(holders.finding(about: root)?.kind == "port_holder")
        let cleaned = try Binary.reaper.clean("--ports", "\(try specimen.port)")
        #expect(cleaned.code == 0)
        #expect(root.hasEnded)
    }

    @Test("a stopped parent that is let continue buries its zombie")
    func reminded() throws {
        let specimen = try Specimen("zombie", "--stopped-parent")
        let zombie = try specimen["zombie"]
        let completion = try Binary.reaper.clean("--zombies", "--pid", zombie.identity)
        #expect(try completion.report().target(zombie)?.result == "exited")
        #expect(completion.code == 0)
        #expect(zombie.state == .gone)
        #expect(try specimen.root.state == .running)
    }

    @Test(
        "other selectors may describe the zombie or its parent",
        arguments: ["--pid PARENT", "--pid ZOMBIE", "--exe EXE", "--state T --exe EXE"]
    )
    func selectors(words: String) throws {
        let directory = try TemporaryDirectory()
        let exe = directory.path("negligent")
        let specimen = try Specimen("zombie", "--stopped-parent", "--exe", exe)
        let zombie = try specimen["zombie"]
        let arguments = try words.split(separator: " ").map { word in
            switch word {
            case "PARENT": "\(try specimen.root.identity)"
            case "ZOMBIE": zombie.identity
            case "EXE": exe
            default: String(word)
            }
        }
        let scan = try Binary.reaper.run(["scan", "--json", "--zombies"] + arguments, rules: nil)
        #expect(try scan.report().found == [zombie.identity], "\(scan.text)")
        let plan = ["clean", "-n", "--zombies"] + arguments
        let table = try Binary.reaper.run(plan, rules: nil)
        #expect(table.text.contains("it will be continued (SIGCONT)"), "\(table.text)")
        let clean = try Binary.reaper.run(["clean", "--json", "--zombies"] + arguments, rules: nil)
        let target = try clean.report().target(zombie)
        #expect(target?.result == "exited", "\(clean.text)")
        #expect(target?.reason?.contains("continued (SIGCONT)") == true)
        #expect(try specimen.root.state == .running)
    }

    @Test("the record of an instance goes although a parent that never waits keeps its number")
    func record() throws {
        let live = try LiveInstances()
        let specimen = try Specimen("negligent", "--exe", live.directory.path("bin/job-kept"))
        let child = try specimen["child"]
        try live.record("kept", child.pid)
        let completion = try live.stop("kept", "--json")
        #expect(try completion.isAllGone(), "\(completion.text)\(completion.errorText)")
        #expect(child.state == .zombie, "\(completion.text)\(completion.errorText)")
        #expect(!live.has("run/kept"))
        #expect(try specimen.finish().signals.filter { $0.hasPrefix("root ") }.isEmpty)
    }

    @Test("nobody else's zombies are found by a selector of their parent")
    func selectedElsewhere() throws {
        let specimen = try Specimen("zombie")
        let other = try Specimen("sleep")
        let scan = try Binary.reaper.scan("--zombies", "--pid", "\(other.root.identity)")
        #expect(try scan.report().found.isEmpty)
        #expect(try specimen["zombie"].state == .zombie)
    }

    @Test("a parent that will not bury it is left alone, and the zombie reported")
    func stubborn() throws {
        let specimen = try Specimen("zombie")
        let zombie = try specimen["zombie"]
        let completion = try Binary.reaper.clean("--zombies", "--pid", zombie.identity)
        #expect(try completion.report().target(zombie)?.result == "survived")
        #expect(completion.code == 1)
        #expect(zombie.state == .zombie)
        let words = ["clean", "--zombies", "--pid", zombie.identity]
        let table = try Binary.reaper.run(words, rules: nil)
        #expect(table.code == 1 && table.text.contains("has not waited for it"), "\(table.text)")
        #expect(!table.text.contains("born unseen"), "\(table.text)")
        #expect(try specimen.root.state == .running)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("a zombie named by its number is not taken for a process to stop")
    func selected() throws {
        let specimen = try Specimen("zombie")
        let zombie = try specimen["zombie"]
        let completion = try Binary.reaper.scan("--pid", "\(zombie.pid)")
        let finding = try #require(try completion.report().finding(about: zombie))
        #expect(finding.kind == "zombie")
        #expect(finding.summary.contains(try specimen.root.identity), "\(finding.summary)")
        let plan = try Binary.reaper.clean("--dry-run", "--pid", "\(zombie.pid)").report()
        #expect(plan.planned.isEmpty)
    }
}
