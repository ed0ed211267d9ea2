import Testing

@testable import ReaperKit

@Suite("findings about orphans")
struct OrphanFindingTests {
    private func detect(
        _ rules: [Rule],
        _ processes: [ProcessRecord] = [OrphanCase.job()]
    ) -> Detection {
        OrphanDetector(rules: rules).detection(in: Cast.snapshot(processes), rules: rules)
    }

    @Test("it says what was found, by which rule, and what to do")
    func finding() throws {
        let finding = try #require(detect([try OrphanCase.rule()]).findings.first)
        #expect(finding.id == "orphan:500@50000")
        #expect(finding.rule == "test.job" && finding.severity == .error)
        #expect(finding.summary == "Job outlived its host")
        #expect(finding.remedy == Remedy(.stop, command: "reaper clean --pid 500@50000"))
        #expect(finding.evidence.map(\.source) == ["/proc/500/exe", "/proc/500/stat", "/proc"])
        #expect(finding.evidence.first?.value == "/cache/job")
    }

    @Test("a rule that says nothing of stopping only reports")
    func reportOnly() throws {
        var rule = try OrphanCase.rule()
        rule.stop = nil
        let finding = try #require(detect([rule]).findings.first)
        #expect(finding.verdict == .confirmed && finding.remedy.action == .none)
    }

    @Test("a service is named as what to stop, and as a fact")
    func service() throws {
        let job = OrphanCase.job { $0.cgroups = .value(["0::/system.slice/job.service"]) }
        let finding = try #require(detect([try OrphanCase.rule()], [job]).findings.first)
        #expect(finding.remedy.command == "systemctl stop job.service")
        #expect(finding.evidence.last?.fact == "it belongs to job.service")
        #expect(finding.evidence.last?.source == "/proc/500/cgroup")
    }

    @Test("the first rule that matches names it")
    func first() throws {
        let rules = [try OrphanCase.rule("test.a"), try OrphanCase.rule("test.b")]
        #expect(detect(rules).findings.map(\.rule) == ["test.a"])
        #expect(detect(rules.reversed()).findings.map(\.rule) == ["test.b"])
    }

    @Test("a rule that finds the owner alive leaves nothing for a broader one")
    func ownedByFirst() throws {
        var broad = try OrphanCase.rule("test.broad")
        broad.owner = nil
        let owned = OrphanCase.job { $0.parent = 400 }
        let host = Cast.process(400, "host", start: 60_000)
        // Its parent is younger: the broad rule alone would call it abandoned.
        #expect(detect([broad], [owned, host]).findings.map(\.rule) == ["test.broad"])
        #expect(detect([try OrphanCase.rule(), broad], [owned, host]).findings.isEmpty)
    }

    @Test("a rule's own veto leaves it to a rule that is about such processes")
    func containers() throws {
        var inside = try OrphanCase.rule("test.inside")
        inside.containers = true
        let job = OrphanCase.job { $0.changeStatus { $0.namespacePids = [500, 7] } }
        let rules = [try OrphanCase.rule(), inside]
        #expect(detect(rules, [job]).findings.map(\.rule) == ["test.inside"])
    }

    @Test("what a protecting rule matches is no finding, and what it may match is counted")
    func protected() throws {
        var guarding = Rule(id: "test.keep", title: "Keep", source: "test")
        guarding.protect = true
        guarding.match.users = [1000]
        let rules = [try OrphanCase.rule(), guarding]
        #expect(detect(rules).findings.isEmpty)
        guarding.match.users = [1001]
        let other = [try OrphanCase.rule(), guarding]
        #expect(detect(other).findings.count == 1)
        guarding.match = ProcessPattern()
        guarding.match.workingDirectories = [try Cast.glob("/srv")]
        let unsure = [try OrphanCase.rule(), guarding]
        let secret = OrphanCase.job { $0.workingDirectory = .denied(13) }
        let detection = detect(unsure, [secret])
        #expect(detection.findings.isEmpty)
        #expect(detection.hidden == [HiddenFact(pid: 500, kind: .workingDirectory, code: 13)])
    }

    @Test("nothing is decided before every deciding fact is read")
    func wanted() throws {
        let rule = try OrphanCase.rule()
        let unread = OrphanCase.job {
            $0.status = nil
            $0.environment = nil
        }
        let first = detect([rule], [unread])
        #expect(first.findings.isEmpty)
        let kinds: [FactKind] = [.status, .environment]
        #expect(first.wanted == Set(kinds.map { FactRequest(pid: 500, kind: $0) }))
        // Of a child of a living parent nothing more is read, unless an owner is asked for.
        var ownerless = rule
        ownerless.owner = nil
        let child = OrphanCase.job {
            $0.parent = 400
            $0.status = nil
        }
        let parent = Cast.process(400, "make")
        #expect(detect([ownerless], [child, parent]).wanted.isEmpty)
        #expect(!detect([rule], [child, parent]).wanted.isEmpty)
    }

    @Test("an ancestor's facts are asked for one at a time, and only where its name does not tell")
    func ancestors() throws {
        let child = OrphanCase.job { $0.parent = 400 }
        let unread = Cast.process(400, "sh") { $0.executable = nil }
        let asked = detect([try OrphanCase.rule()], [child, unread])
        #expect(asked.wanted == [FactRequest(pid: 400, kind: .executable)])
        let host = Cast.process(400, "host") { $0.executable = nil }
        #expect(detect([try OrphanCase.rule()], [child, host]).wanted.isEmpty)
    }

    @Test("a rule that only describes files, or protects, or matches nothing, finds no orphans")
    func unused() throws {
        var files = try OrphanCase.rule()
        files.owner = nil
        files.instance = InstanceRule()
        #expect(detect([files]).findings.isEmpty)
        files.instance?.environment = "JOB"
        #expect(detect([files]).findings.count == 1)
        var guarding = try OrphanCase.rule()
        guarding.protect = true
        #expect(detect([guarding]).findings.isEmpty)
        var empty = try OrphanCase.rule()
        empty.match = ProcessPattern()
        #expect(detect([empty]).findings.isEmpty)
    }

    @Test("PID 1 and kernel threads are not even looked at")
    func neverStopped() throws {
        let detector = OrphanDetector(rules: [try OrphanCase.rule()])
        let context = MatchContext(host: Cast.host)
        #expect(detector.interest(in: Cast.process(1) { $0.executable = nil }, context) == .none)
        #expect(detector.interest(in: Cast.kernelThread(30), context) == .none)
        let unread = Cast.process(500) { $0.executable = nil }
        #expect(detector.interest(in: unread, context) == .needs(.executable))
    }
}
