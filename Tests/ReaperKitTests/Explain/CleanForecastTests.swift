import Testing

@testable import ReaperKit

@Suite("what clean would do")
struct CleanForecastTests {
    /// An account of process 500 with its plan, as `clean --pid` makes it.
    private static func account(
        _ others: [ProcessRecord] = [],
        rules: [Rule] = [],
        change: (inout ProcessRecord) -> Void = { _ in }
    ) -> ProcessAccount {
        let process = Cast.process(500, parent: 50) { process in
            process.cgroups = .value(["0::/"])
            change(&process)
        }
        let snapshot = Cast.snapshot([process] + others)
        var options = PlanningOptions()
        options.isSelected = true
        let detector = SelectedProcessDetector(
            {
                var pattern = ProcessPattern()
                pattern.pids = [PidCondition(pid: process.pid)]
                return pattern
            }()
        )
        let view = SnapshotView(snapshot, rules: rules)
        let index = snapshot.index(of: process.pid).map { [$0] } ?? []
        let findings = detector.detect(index, in: view).findings
        let planner = ShutdownPlanner(snapshot, rules: rules, options: options)
        var account = ProcessAccount(process, in: snapshot, plan: planner.plan(for: findings))
        account.rules = rules.map { RuleTrace($0, of: process, in: view) }
        account.findings = OrphanDetector(rules: rules).detect(index, in: view).findings
        return account
    }

    @Test("a process alone is stopped, by a command that names it exactly")
    func alone() {
        let forecast = CleanForecast(Self.account())
        #expect(forecast.statements.map(\.label) == ["clean", "clean --pid", nil])
        #expect(forecast.statements[0].text == "leaves it alone: no rule describes it")
        #expect(forecast.statements[1].text == "stops it")
        #expect(
            forecast.statements[2].text == "job (500@50000): SIGTERM, SIGKILL after 10 s"
        )
        #expect(forecast.advice == Advice(.stop, ["reaper clean --pid 500@50000"]))
    }

    @Test("its tree is listed in the order in which it is stopped")
    func tree() {
        let account = Self.account([
            Cast.process(600, "child", parent: 500), Cast.process(700, "leaf", parent: 600),
        ])
        let lines = CleanForecast(account).statements.filter { $0.depth == 1 }
        #expect(lines.map { $0.process?.pid } == [700, 600, 500])
    }

    @Test("who ignores the signal is said to")
    func deaf() {
        let account = Self.account { $0.changeStatus { $0.ignoredSignals = 1 << 14 } }
        let line = CleanForecast(account).statements.last
        #expect(line?.text.hasSuffix("; ignores SIGTERM: SIGKILL after 10 s") == true)
    }

    @Test("a supervisor that would start it again is stopped first")
    func supervised() {
        let keeper = Cast.process(400, "runsv", parent: 50) {
            $0.arguments = .value(["runsv", "/etc/service/web"])
        }
        let account = Self.account([keeper]) { $0.parent = 400 }
        let advice = CleanForecast(account).advice
        #expect(advice?.action == Remedy.Action.none)
        #expect(advice?.commands == ["sv down /etc/service/web"])
        #expect(
            advice?.reason
                == "runsv (400@40000), a runit supervisor may start it again; "
                + "'reaper clean --pid 500@50000' stops this one alone"
        )
    }

    @Test("so is one that cannot be told to")
    func supervisedByWhomever() {
        let keeper = Cast.process(400, "monit", parent: 50)
        let account = Self.account([keeper]) { $0.parent = 400 }
        let advice = CleanForecast(account).advice
        #expect(advice?.commands == ["reaper clean --pid 500@50000"])
        #expect(advice?.reason?.contains("stop that first") == true)
    }

    @Test("one that only knows names is asked by name, and says which")
    func supervisedByName() {
        let keeper = Cast.process(400, "zinit", parent: 50)
        let account = Self.account([keeper]) { $0.parent = 400 }
        let advice = CleanForecast(account).advice
        #expect(advice?.action == Remedy.Action.none)
        #expect(advice?.commands == ["zinit stop NAME"])
        #expect(advice?.reason?.contains("'reaper clean --pid 500@50000' stops this one") == true)
        #expect(advice?.reason?.hasSuffix("'zinit list' shows NAME") == true)
    }

    @Test("a service is stopped by its manager")
    func service() {
        let account = Self.account { $0.cgroups = .value(["0::/system.slice/web.service"]) }
        #expect(CleanForecast(account).advice?.commands == ["systemctl stop web.service"])
    }

    @Test("what lives in another pid namespace is refused, and its container named")
    func container() {
        let hex = String(repeating: "ab", count: 32)
        let account = Self.account {
            $0.changeStatus { $0.namespacePids = [500, 7] }
            $0.cgroups = .value([ByteString("0::/docker/\(hex)")])
        }
        let forecast = CleanForecast(account)
        let refusal = forecast.statements.last
        #expect(refusal?.mark == .decisive)
        #expect(refusal?.text.hasPrefix("refuses: it lives in another pid namespace") == true)
        #expect(forecast.advice?.commands == ["docker stop abababababab"])
        #expect(forecast.advice?.action == Remedy.Action.none)
    }

    @Test("without a container's name the parent outside the namespace is what can be stopped")
    func namespace() {
        let maker = Cast.process(400, "unshare", parent: 50)
        let account = Self.account([maker]) {
            $0.parent = 400
            $0.changeStatus { $0.namespacePids = [500, 1] }
        }
        let advice = CleanForecast(account).advice
        #expect(advice?.commands == ["reaper clean --pid 400@40000"])
        #expect(advice?.reason?.contains("outside that namespace") == true)
    }

    @Test("reaper's own ancestors and PID 1 are never stopped")
    func refused() {
        var account = Self.account()
        for pid: Int32 in [1, 800] {
            guard let process = account.snapshot.process(pid) else { continue }
            account.process = process
            account.plan = ShutdownPlan()
            account.plan.refuse(process.identity, "is never stopped")
            let forecast = CleanForecast(account)
            #expect(forecast.advice?.commands.isEmpty == true, "\(pid)")
            #expect(forecast.statements.last?.text == "refuses: is never stopped")
        }
    }

    /// The instance `web` that process 500 is, and what stops it.
    private static func standing(keeper: String? = nil) throws -> InstanceStanding {
        let listing = try InstanceScene.listing(
            [InstanceScene.process(4127)],
            [InstanceScene.file("web", 4127)]
        )
        let instance = try #require(listing.instances.first)
        var standing = InstanceStanding(instance, in: listing, rules: try InstanceScene.rules())
        standing.keeper = keeper
        return standing
    }

    @Test("an instance is stopped as a whole, by its id")
    func instance() throws {
        var account = Self.account()
        account.standings = [try Self.standing(keeper: "boss (7@1)")]
        let forecast = CleanForecast(account)
        #expect(forecast.statements[1].label == "stop")
        #expect(forecast.statements[1].text == "stops test instance web (alias-web)")
        #expect(forecast.advice?.commands == ["reaper stop web"])
        #expect(
            forecast.advice?.reason
                == "it belongs to test instance web (alias-web); 'reaper clean --pid 500@50000' "
                + "stops this process alone; boss (7@1) looks after it, and may start it again"
        )
        // A manager outside would start it again.
        account.process.cgroups = .value(["0::/system.slice/web.service"])
        #expect(CleanForecast(account).advice?.commands == ["systemctl stop web.service"])
    }

    @Test("what REAPER_KEEP means is said, and that a name overrules it")
    func kept() throws {
        let account = Self.account { $0.environment = .value(["REAPER_KEEP=1"]) }
        let advice = CleanForecast(account).advice
        #expect(advice?.commands == ["reaper clean --pid 500@50000"])
        #expect(advice?.reason?.contains("(REAPER_KEEP=1): naming it") == true)
        let odd = Oddity.all(of: account).map(\.text)
        #expect(odd.contains { $0.contains("no rule takes it for an orphan") })
        let other = Self.account { $0.environment = .value(["REAPER_KEEP=0"]) }
        #expect(CleanForecast(other).advice?.reason == nil)
    }

    @Test("a zombie's parent is asked")
    func zombie() {
        let account = Self.account { $0.state = UInt8(ascii: "Z") }
        let forecast = CleanForecast(account)
        #expect(
            forecast.statements.last?.text == "asks bash (50@5000) to wait for it (SIGCHLD)"
        )
        #expect(forecast.advice?.action == .signalParent)
        #expect(forecast.advice?.commands == ["reaper clean --zombies --pid 500@50000"])
    }

    @Test("a zombie of whoever called reaper is his to wait for")
    func callersZombie() {
        let account = Self.account {
            $0.state = UInt8(ascii: "Z")
            $0.parent = 800
        }
        let forecast = CleanForecast(account)
        #expect(forecast.statements.last?.text == "does nothing")
        #expect(forecast.advice?.action == Remedy.Action.none)
        #expect(forecast.advice?.reason?.contains("who called reaper, can wait for it") == true)
    }

    @Test("an orphan that a rule finds is stopped without being named")
    func orphan() throws {
        let rule = try OrphanCase.rule()
        let account = Self.account(rules: [rule]) { process in
            process.parent = 1
            process.executable = .value(ExecutableLink(path: "/cache/job"))
        }
        let first = try #require(CleanForecast(account).statements.first)
        #expect(
            first.text == "stops it and its tree: rule test.job finds it: Job outlived its host "
                + "(confirmed)"
        )
        #expect(first.mark == .decisive)
        let rules = RuleSection.statements(of: account.rules)
        #expect(rules.contains { $0.source == "/proc/500/exe" && $0.depth == 1 })
        #expect(rules.contains { $0.text == "no owner that it names is among the parents" })
    }

    @Test("one whose owner lives is left alone, and it is said why")
    func owned() throws {
        let rule = try OrphanCase.rule()
        let host = Cast.process(400, "host", parent: 50)
        let account = Self.account([host], rules: [rule]) { process in
            process.parent = 400
            process.executable = .value(ExecutableLink(path: "/cache/job"))
        }
        let first = try #require(CleanForecast(account).statements.first)
        #expect(first.text.hasPrefix("leaves it alone: rule test.job describes it, but its owner"))
    }
}

@Suite("what rules say")
struct RuleSectionTests {
    private static func statements(
        _ rules: [Rule],
        change: (inout ProcessRecord) -> Void = { _ in }
    ) -> [Statement] {
        let process = Cast.process(500, parent: 1, change: change)
        let view = SnapshotView(Cast.snapshot([process]), rules: rules)
        return RuleSection.statements(of: rules.map { RuleTrace($0, of: process, in: view) })
    }

    @Test("rules that do not describe it are counted, each in the details")
    func counted() throws {
        let rules = try (1...3).map { try OrphanCase.rule("test.job\($0)") }
        let statements = Self.statements(rules)
        #expect(
            statements.first?.text
                == "3 rules looked at it: it is what none of them describes or has a file about"
        )
        let details = statements.dropFirst()
        #expect(!details.contains { !$0.isDetail })
        #expect(details.compactMap(\.label) == ["test.job1", "test.job2", "test.job3"])
        let condition = try #require(details.first { $0.label == nil })
        #expect(condition.text == "'exe' fails: it asks for /cache/**")
        #expect(condition.source == "/proc/500/exe" && condition.value == "/usr/bin/job")
    }

    @Test("a rule that judges files alone says nothing of whoever looks like what they record")
    func filesAlone() throws {
        var rule = try OrphanCase.rule()
        rule.match = ProcessPattern()
        rule.match.names = [try Cast.glob("job", as: .text)]
        rule.owner = nil
        rule.instance = InstanceRule()
        let statements = Self.statements([rule])
        #expect(statements.first?.text.hasPrefix("one rule looked at it") == true)
        let process = Cast.process(500, parent: 400)
        let view = SnapshotView(Cast.snapshot([process]), rules: [rule])
        let traces = [RuleTrace(rule, of: process, in: view)]
        let account = ProcessAccount(process, in: view.snapshot, rules: traces)
        #expect(
            CleanForecast(account).statements.first?.text.hasSuffix("no rule describes it") == true
        )
    }

    @Test("a rule of which one condition holds shows the one that fails")
    func near() throws {
        var rule = try OrphanCase.rule()
        rule.match.names = [try Cast.glob("job", as: .text)]
        let statements = Self.statements([rule, try OrphanCase.rule("test.other")])
        #expect(statements.first?.label == "test.job")
        let shown = statements.filter { !$0.isDetail && $0.depth == 1 }
        #expect(shown.map(\.text) == ["'exe' fails: it asks for /cache/**"])
        #expect(statements.contains { $0.text.hasPrefix("one other rule looked at it") })
    }

    @Test(
        "a rule of which only what nearly everybody has holds is counted, and shown in the details",
        arguments: [["HOME=/root"], ["HOME", "PATH"], ["HOME", "OTHER"], ["HOME", "SWARM_ID"]]
    )
    func common(variables: [String]) throws {
        var rule = try OrphanCase.rule()
        rule.match.users = [1000]
        rule.match.environment = try variables.map { text in
            let parts = text.split(separator: "=").map(String.init)
            let value = try parts.dropFirst().first.map {
                try Cast.glob(ByteString($0), as: .text)
            }
            return EnvironmentCondition(name: ByteString(parts[0]), value: value)
        }
        let statements = Self.statements([rule]) {
            $0.environment = .value(["HOME=/root", "PATH=/bin", "SWARM_ID=7"])
        }
        let isTelling = variables.contains("SWARM_ID")
        let details = statements.filter(\.isDetail).compactMap(\.label)
        #expect(details == (isTelling ? [] : ["test.job"]))
        #expect(statements.first?.text.hasPrefix("one rule looked at it") == !isTelling)
    }

    @Test(
        "of what an interpreter runs, a rule for its name or its program anywhere is counted",
        arguments: [
            ("/usr/bin/python3.12", "python3", "python*", true),
            ("/usr/bin/node", "node", "node", true),
            ("/opt/jdk/bin/java", "java", "j*", true), ("/usr/bin/job", "job", "job", false),
            ("/usr/bin/nodemon", "nodemon", "node*", false),
        ] as [(ByteString, ByteString, ByteString, Bool)]
    )
    func interpreter(_ path: ByteString, _ name: ByteString, _ glob: ByteString, isCounted: Bool)
        throws
    {
        var rule = try OrphanCase.rule()
        rule.match = ProcessPattern()
        rule.match.names = [try Cast.glob(glob, as: .text)]
        rule.match.executables = [try Cast.glob(ByteString("**/\(glob.text)"), as: .path)]
        rule.match.environment = [EnvironmentCondition(name: "SWARM_ID", value: nil)]
        let statements = Self.statements([rule]) {
            $0.name = name
            $0.executable = .value(ExecutableLink(path: path))
            $0.arguments = .value([name, "serve"])
            $0.environment = .value([])
        }
        #expect(statements.first?.text.hasPrefix("one rule looked at it") == isCounted)
        #expect(
            statements.filter(\.isDetail).compactMap(\.label) == (isCounted ? ["test.job"] : [])
        )
    }

    @Test("a rule that describes it tells what speaks for and against")
    func full() throws {
        let statements = Self.statements([try OrphanCase.rule()]) {
            $0.executable = .value(ExecutableLink(path: "/cache/job"))
        }
        let head = try #require(statements.first)
        #expect(head.label == "test.job" && head.mark == .decisive)
        #expect(head.text.hasPrefix("clean stops it: "))
        #expect(statements.contains { $0.text == "its executable lies where test.job says" })
        #expect(statements.contains { $0.text.contains("adopted it") })
    }

    @Test("what was refused is said once for all rules")
    func unreadable() throws {
        let rules = try (1...3).map { try OrphanCase.rule("test.job\($0)") }
        let statements = Self.statements(rules) { $0.executable = .denied(13) }
        let head = try #require(statements.first)
        #expect(head.mark == .unknown && head.source == "/proc/500/exe")
        #expect(head.text.hasPrefix("whether 3 rules describe it is unknown"))
        #expect(!statements.dropFirst().contains { !$0.isDetail })
    }

    @Test("without rules there is nothing to say")
    func none() { #expect(RuleSection.statements(of: []).isEmpty) }
}
