@testable import ReaperKit
import Testing

private func text(_ report: Report, _ change: (inout ReportStyle) -> Void = { _ in }) -> String {
    var style = ReportStyle()
    change(&style)
    return String(decoding: TableReport.render(report, style: style), as: UTF8.self)
}

private func incomplete() -> Report {
    var report = SampleReport.report([], isComplete: false)
    report.snapshot.unreadable.add(pid: 7, fact: "fd", reason: "Permission denied")
    return report
}

@Suite("table report")
struct TableReportTests {
    @Test("findings come worst first, each with what to type")
    func findings() {
        let want = #"""
            3 findings: 1 orphan, 1 stale instance file, 1 zombie

            SEVERITY  KIND            PROCESS                  PID@START      AGE  USER   PORTS     WHY
            error     orphan          wasmcloud\x1b[2J         4127@88213   2h31m  alice  8080/tcp  Capability provider outlived its host
            warning   stale_instance  /run/user/1000/node.pid              24m56s                   names process 4999, which does not exist
            info      zombie          日本語                   5200@90000   2h31m                   probable: exited, and wasmcloud 4127@88213 has not waited for it

            what to do:
              reaper clean --pid 4127@88213
              reaper clean --rule manta.node

            """#
        #expect(text(SampleReport.report()) == want)
    }

    @Test("on a narrow terminal the reason follows its row")
    func narrow() {
        let want = #"""
            SEVERITY  KIND            PROCESS            PID@START      AGE  USER   PORTS
            error     orphan          wasmcloud\x1b[2J   4127@88213   2h31m  alice  8080/tcp
                Capability provider outlived its host
            warning   stale_instance  …er/1000/node.pid              24m56s
                names process 4999, which does not exist
            info      zombie          日本語             5200@90000   2h31m
                probable: exited, and wasmcloud 4127@88213 has not waited for it

            """#
        let narrow = text(SampleReport.report()) {
            $0.width = 80
            $0.isQuiet = true
        }
        #expect(narrow == want)
    }

    @Test("no line of a table is wider than the terminal", arguments: [20, 40, 60, 80, 100, 140])
    func width(_ width: Int) {
        for report in [SampleReport.report(), SampleReport.report(outcome: SampleReport.outcome)] {
            let lines = text(report) {
                $0.width = width
                $0.isQuiet = true
            }.split(separator: "\n").map(String.init)
            for line in lines where !line.hasPrefix("kept") && !line.hasPrefix("port") {
                if !line.hasPrefix("removed") { #expect(line.displayWidth <= width, "\(line)") }
            }
        }
    }

    @Test("with -v every fact is shown with its source, and secrets stay hidden")
    func verbose() {
        let verbose = text(SampleReport.report()) { $0.isVerbose = true }
        let fact = "its executable lies in the cache"
        #expect(verbose.contains("  - \(fact) (/proc/4127/exe: /tmp/wasmcloudcache/http)\n"))
        #expect(verbose.contains("  command line: http --token *** --port 8080\n"))
        #expect(verbose.contains("  rule wasmcloud.provider\n"))
    }

    @Test("control characters reach no terminal, color only when asked for")
    func escapes() {
        let reports = [
            SampleReport.report(plan: SampleReport.plan),
            SampleReport.report(plan: SampleReport.plan, outcome: SampleReport.outcome),
        ]
        for report in reports {
            let plain = text(report) { $0.isVerbose = true }
            #expect(!plain.contains("\u{1b}"))
            let colored = text(report) {
                $0.color = true
                $0.isVerbose = true
            }
            #expect(colored.contains("\u{1b}[31merror\u{1b}[0m"))
            #expect(!colored.contains("\u{1b}[2J"))
        }
    }

    @Test("nothing found says what was looked at")
    func nothing() {
        let want = "nothing left over (2 processes, 1 instance file looked at)\n"
        #expect(text(SampleReport.report([])) == want)
        #expect(text(SampleReport.report([])) { $0.isQuiet = true } == "")
    }

    @Test("what is ignored was looked at, and so was what is in no snapshot")
    func ignoredIsLookedAt() {
        var report = SampleReport.report([])
        report.snapshot.processes = []
        report.snapshot.instanceFiles = []
        report.ignored = SampleReport.findings.map { IgnoredFinding($0, by: "name=x") }
        #expect(text(report).hasPrefix("nothing left over (2 processes, 1 instance file looked"))
        report.filesLookedAt = 7
        #expect(text(report).hasPrefix("nothing left over (2 processes, 7 instance files looked"))
    }

    @Test("an incomplete view never says that nothing is left over")
    func incompleteView() {
        let want = """
            nothing found, but not everything could be read (2 processes, 1 instance file looked at)

            1 of 3 processes: file descriptors not readable (permission denied); run as root to see them
            the view is incomplete: "nothing left over" cannot be claimed

            """
        #expect(text(incomplete()) == want)
        var ofAll = incomplete()
        ofAll.isOfAllUsers = true
        #expect(text(ofAll).contains("\nwith --user alice only your own processes are asked for\n"))
        #expect(!text(incomplete()).contains("--user"))
        ofAll.snapshot.host.effectiveUser = 0
        #expect(!text(ofAll).contains("--user"))
        var asRoot = incomplete()
        asRoot.snapshot.host.effectiveUser = 0
        #expect(!text(asRoot).contains("run as root"))
    }

    @Test("processes that were refused are counted, each once, and are among those looked at")
    func refusedOnce() {
        var report = incomplete()
        for pid: Int32 in [7, 7, 8, 9, 9] {
            report.snapshot.unreadable.add(pid: pid, fact: "fd", reason: "Permission denied")
        }
        let count = Set(report.snapshot.processes.map(\.pid) + [7, 8, 9]).count
        #expect(text(report).contains("\n3 of \(count) processes: file descriptors not readable"))
    }

    @Test("a plan is shown in kill order, with what is refused")
    func plan() {
        let want = """
            plan: stop 2 processes, reap 1 zombie, remove 1 file, 2 refused
              PROCESS  PID@START   SIGNAL   GRACE  USER   WHY
                \u{fffd}A     4130@88220  SIGTERM   10 s  alice  child of 4127@88213
              http     4127@88213  SIGTERM   10 s         rule wasmcloud.provider

            zombies whose parent is asked to wait for them:
              日本語 5200@90000: parent wasmcloud\\x1b[2J 4127@88213

            remove, once every target is gone:
              /run/user/1000/node.pid: names process 4999, which does not exist

            refused:
              1@0: PID 1 is never stopped
              /run/b.pid: another user can write it

            """
        #expect(text(SampleReport.report([], plan: SampleReport.plan)) == want)
    }

    @Test("who is already gone is not stopped, and a stopped parent will be continued")
    func foretold() {
        var plan = SampleReport.plan
        plan.waves[0][1].isGone = true
        plan.zombies[0].isParentStopped = true
        let shown = text(SampleReport.report([], plan: plan))
        #expect(shown.hasPrefix("plan: stop 1 process, reap 1 zombie"), "\(shown)")
        #expect(shown.contains(", 1 already gone, 2 refused\n"), "\(shown)")
        #expect(shown.contains("already gone\n"))
        #expect(shown.contains(", which is stopped: it will be continued (SIGCONT)\n"))
        plan = ShutdownPlan()
        plan.waves = [[SampleReport.plan.waves[0][0]]]
        plan.waves[0][0].isGone = true
        let gone = text(SampleReport.report([], plan: plan))
        #expect(gone.hasPrefix("plan: nothing to do, 1 already gone\n"), "\(gone)")
    }

    @Test("waves are numbered when there are several")
    func waves() {
        var plan = SampleReport.plan
        plan.waves.append([
            ShutdownTarget(identity: SampleReport.zombie, reason: "last", name: "x")
        ])
        let shown = text(SampleReport.report([], plan: plan))
        #expect(shown.contains("\nwave 1 of 2\n"))
        #expect(shown.contains("\nwave 2 of 2\n"))
        #expect(text(SampleReport.report([], plan: ShutdownPlan())).contains("plan: nothing to do"))
    }

    @Test("an outcome has one line per target, port and file, and its proof")
    func outcome() {
        let want = """
            1 of 2 processes gone, 1 left, 1 file removed
            RESULT    PROCESS  PID@START   SIGNAL    AFTER  REASON
            exited    http     4130@88220  SIGTERM  312 ms
            survived  http     4127@88213  SIGKILL          stuck in the kernel at nfs_wait_bit_killable
            port 8080/tcp: free
            port 8081/tcp: still held by nginx 900@1
            removed /run/user/1000/node.pid
            kept /run/c.pid: it was replaced meanwhile
            proof: every process that was stopped exited, and none was born unseen

            """
        #expect(text(SampleReport.report([], outcome: SampleReport.outcome)) == want)
    }

    @Test("what was acted on is told once, as an outcome; -v shows the finding too")
    func toldOnce() {
        let report = SampleReport.report(plan: SampleReport.plan, outcome: SampleReport.outcome)
        let mentioned = report.findings.filter { SampleReport.outcome.mentions($0) }
        #expect(!mentioned.isEmpty)
        let short = text(report)
        let long = text(report) { $0.isVerbose = true }
        for finding in mentioned {
            #expect(!short.contains(finding.shortSummary))
            #expect(long.contains(finding.shortSummary))
        }
    }

    @Test("a crowd of minor findings is counted once")
    func crowd() {
        let findings = (1...6).map { _ in
            Finding(
                kind: .zombie,
                severity: .info,
                verdict: .confirmed,
                summary: "exited",
                evidence: [],
                remedy: Remedy(.none)
            )
        }
        let want = "6 findings: 6 zombies\n\nall at severity info; -v lists them\n"
        #expect(text(SampleReport.report(findings)) == want)
        let quiet = text(SampleReport.report(findings)) { $0.isQuiet = true }
        #expect(quiet == "6 zombies at severity info; -v lists them\n")
    }

    @Test("no proof is claimed where nothing was attempted, or somebody else matches")
    func proof() {
        var outcome = ShutdownOutcome()
        outcome.proof = .proofScan
        let full = "proof: a full look found nobody who matches"
        #expect(text(SampleReport.report([], outcome: outcome)).contains(full))
        // Found, and left alone.
        #expect(!text(SampleReport.report(outcome: outcome)).contains("proof"))
        var plan = ShutdownPlan()
        plan.refused = SampleReport.plan.refused
        #expect(!text(SampleReport.report([], plan: plan, outcome: outcome)).contains("proof"))
        outcome.targets = [SampleReport.outcome.targets[0]]
        let others = "proof: a full look found nobody else who matches"
        #expect(text(SampleReport.report([], plan: plan, outcome: outcome)).contains(others))
    }

    @Test("what is only probable and left is told, by a plan and by an outcome")
    func leftAlone() {
        var findings = SampleReport.findings
        for index in findings.indices { findings[index].verdict = .probable }
        var plan = ShutdownPlan()
        let names = (1...7).map { ProcessIdentity(pid: $0, startTime: 5) }
        plan.leftAlone = [Refusal(SampleReport.orphan, reason: "--include-probable stops it")]
        let one =
            "left alone: 1 probable (wasmcloud\\x1b[2J 4127@88213; --include-probable stops it)\n"
        let planned = text(SampleReport.report(findings, plan: plan))
        #expect(planned.contains("\nplan: nothing to do\n" + one), "\(planned)")
        var outcome = ShutdownOutcome()
        outcome.proof = .proofScan
        let idle = text(SampleReport.report(findings, plan: plan, outcome: outcome))
        #expect(idle.contains(one) && !idle.contains("proof"))
        outcome.targets = [SampleReport.outcome.targets[0]]
        let acted = text(SampleReport.report(findings, plan: plan, outcome: outcome))
        #expect(acted.contains(one) && !acted.contains("found nobody who matches"), "\(acted)")
        plan.leftAlone = names.map { Refusal($0, reason: "--include-probable stops it") }
        let many = "left alone: 7 probable (1@5, 2@5, 3@5, 4@5, 5@5 and 2 more; "
        let shown = text(SampleReport.report(findings, plan: plan))
        #expect(shown.contains(many + "--include-probable stops them)\n"), "\(shown)")
    }

    @Test("each suspect is told with the command that acts on it; a crowd is only counted")
    func leftSuspects() {
        func report(_ count: Int32) -> Report {
            var plan = ShutdownPlan()
            let names = (1...count).map { ProcessIdentity(pid: $0, startTime: 5) }
            plan.leftAlone = names.map { name in
                Refusal(name, reason: "it is only suspect: 'reaper clean --pid \(name)' stops it")
            }
            let findings = names.map { name in
                Finding(
                    kind: .orphan,
                    process: name,
                    rule: "a.b",
                    severity: .info,
                    verdict: .suspect,
                    summary: "a job",
                    evidence: [],
                    remedy: Remedy(.none)
                )
            }
            return SampleReport.report(findings, plan: plan, outcome: ShutdownOutcome())
        }
        let two = text(report(2))
        #expect(two.contains("nothing was done\n"), "\(two)")
        for name in ["1@5", "2@5"] {
            let why = "it is only suspect: 'reaper clean --pid \(name)' stops it"
            #expect(two.contains("left alone: \(name): \(why)\n"), "\(two)")
        }
        let many = text(report(6))
        #expect(many.contains("left alone: 6 that are only suspect; -v lists them"), "\(many)")
        #expect(!many.contains("'reaper clean --pid 1@5'"))
    }

    @Test("where only zombies are left nothing is said of unseen births")
    func leftZombies() {
        var plan = ShutdownPlan()
        plan.zombies = SampleReport.plan.zombies
        var outcome = ShutdownOutcome()
        outcome.targets = plan.zombies.map { zombie in
            TargetOutcome(
                identity: zombie.identity,
                name: "child",
                result: .survived,
                reason: "its parent has not waited for it"
            )
        }
        let zombies = text(SampleReport.report([], plan: plan, outcome: outcome))
        #expect(zombies.contains("has not waited for it"), "\(zombies)")
        #expect(!zombies.contains("proven"), "\(zombies)")
        plan.zombies = []
        let others = text(SampleReport.report([], plan: plan, outcome: outcome))
        #expect(others.contains("not proven: something may have been born unseen"), "\(others)")
    }

    @Test("a port that is held is why nothing is proven, and not an unseen birth")
    func heldPort() {
        var outcome = ShutdownOutcome()
        outcome.ports = [SampleReport.outcome.ports[1]]
        let shown = text(SampleReport.report([], outcome: outcome))
        #expect(shown.hasSuffix("not proven: a port is held\n"), "\(shown)")
    }

    @Test("why one was killed is said like why one survived")
    func killed() {
        var outcome = SampleReport.outcome
        outcome.targets[0].result = .killed
        outcome.targets[0].reason = "the time was up before it was asked"
        let shown = text(SampleReport.report([], outcome: outcome))
        #expect(shown.contains("the time was up before it was asked"))
    }

    @Test("of very many that went as they should only the first are listed; whoever did not, is")
    func manyGone() {
        var outcome = ShutdownOutcome()
        outcome.targets = (1...1000).map { number in
            TargetOutcome(
                identity: ProcessIdentity(pid: 5000 + number, startTime: 7),
                name: "worker",
                result: .exited,
                signal: .terminate,
                after: .milliseconds(Int(number))
            )
        }
        outcome.targets[700].result = .survived
        outcome.targets[700].reason = "it waits in the kernel"
        let report = SampleReport.report([], outcome: outcome)
        let shown = text(report)
        #expect(shown.contains("999 of 1000 processes gone, 1 left"))
        #expect(shown.contains("5010@7") && !shown.contains("5011@7"))
        #expect(shown.contains("5701@7") && shown.contains("it waits in the kernel"))
        #expect(shown.contains("and 989 more that are gone, the last after 1 s: -v lists them\n"))
        var style = ReportStyle()
        style.isVerbose = true
        let all = String(decoding: TableReport.render(report, style: style), as: UTF8.self)
        #expect(all.contains("5999@7") && !all.contains("more that are gone"))
    }

    @Test("what is not proven is said")
    func notProven() {
        var outcome = SampleReport.outcome
        outcome.proof = .none
        outcome.deadlinePassed = true
        let shown = text(SampleReport.report([], outcome: outcome))
        #expect(shown.contains("the deadline passed with targets left\nnot proven: "))
    }
}

@Suite("display width")
struct DisplayWidthTests {
    @Test(
        "counts terminal columns",
        arguments: [
            ("", 0), ("abc", 3), ("é", 1), ("e\u{301}", 1), ("日本", 4), ("한", 2), ("🎉", 2),
            ("❤", 1), ("ﾊ", 1), ("Ａ", 2), ("🇩🇪", 2), ("…", 1), ("\u{200d}", 0),
        ]
    )
    func width(_ text: String, _ want: Int) { #expect(text.displayWidth == want) }
}
