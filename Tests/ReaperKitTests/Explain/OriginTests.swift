import Testing

@testable import ReaperKit

@Suite("origins")
struct OriginTests {
    /// What is known of process 500, whose ancestors are 450, 400, 50 and PID 1.
    private struct Scene {
        var parent = Cast.process(450, "sh", parent: 400)
        var grandparent = Cast.process(400, "sh", parent: 50)
        var process = Cast.process(500, parent: 450) { $0.cgroups = .value(["0::/"]) }
        var login = LoginFacts()
        var host = Cast.host

        func origins() -> [Origin] {
            let snapshot = Cast.snapshot([parent, grandparent, process])
            let chain = ParentChain(of: process, in: snapshot)
            return Origin.all(of: process, chain: chain, login: login, on: host)
        }
    }

    @Test(
        "an ancestor is recognised, and the shell below it does not hide it",
        arguments: SupervisorCase.all
    )
    private func ancestor(_ testCase: SupervisorCase) throws {
        var scene = Scene()
        scene.grandparent = Cast.process(400, testCase.name, parent: 50) { process in
            process.executable = .value(ExecutableLink(path: testCase.executable))
            process.arguments = .value(testCase.arguments)
        }
        scene.process.environment = .value(testCase.environment)
        let origin = try #require(scene.origins().first)
        #expect(origin.kind == testCase.kind)
        #expect(origin.process?.pid == 400)
        #expect(origin.restarts == testCase.restarts)
        #expect(origin.stopCommand == testCase.stop)
        #expect(origin.evidence.first?.source == "/proc/400/stat")
        #expect(scene.origins().contains { $0.kind == .shell && $0.process?.pid == 450 })
    }

    @Test("a program that is none of them is nobody's origin")
    func stranger() {
        var scene = Scene()
        scene.parent = Cast.process(450, "node", parent: 400)
        scene.grandparent = Cast.process(400, "java", parent: 1) {
            $0.arguments = .value(["java", "-jar", "app.jar"])
        }
        #expect(scene.origins().isEmpty)
    }

    @Test("an environment tells where a process was started", arguments: originEnvironments)
    private func environment(
        entries: [ByteString],
        kind: Origin.Kind,
        value: String
    ) throws {
        var scene = Scene()
        scene.process.environment = .value(entries)
        let origin = try #require(scene.origins().first { $0.kind == kind })
        #expect(origin.process == nil)
        let evidence = try #require(origin.evidence.first)
        #expect(evidence.source == "/proc/500/environ")
        #expect(evidence.value?.text ?? "" == value)
        #expect(evidence.value?.text.contains("secret") != true)
    }

    @Test(
        "a variable of a common name alone tells nothing",
        arguments: ["BUILD_ID=9", "AGENT_ID=1", "TERM_PROGRAM=other", "GITHUB_RUN=1", "X=TMUX=1"]
    )
    func weak(entry: String) {
        var scene = Scene()
        scene.process.environment = .value([ByteString(entry)])
        #expect(scene.origins().map(\.kind) == [.shell])
    }

    @Test(
        "a job's process without what its rule asks for is said to be without it",
        arguments: [
            (["GITHUB_RUN_ID=42", "RUNNER_TRACKING_ID=github_1"], nil),
            (["GITHUB_RUN_ID=42", "RUNNER_TRACKING_ID="], "RUNNER_TRACKING_ID"),
            (["GITHUB_RUN_ID=42"], "RUNNER_TRACKING_ID"),
            (["RUNNER_TRACKING_ID=0"], "RUNNER_TRACKING_ID"),
            (["GITLAB_CI=true", "CI_JOB_ID=7"], nil), (["GITLAB_CI=true"], "CI_JOB_ID"),
            (["JENKINS_NODE_COOKIE=dontKillMe"], "JENKINS_NODE_COOKIE"),
            (["JENKINS_NODE_COOKIE=01234567-89ab-cdef-0123-456789abcdef"], nil),
            (["BUILD_BUILDID=5", "AGENT_ID=2"], "VSTS_PROCESS_LOOKUP_ID"),
        ] as [([ByteString], String?)]
    )
    func unmarked(entries: [ByteString], missing: String?) throws {
        var scene = Scene()
        scene.process.environment = .value(entries)
        let job = try #require(scene.origins().first { $0.kind == .ci })
        let fact = try #require(job.evidence.first?.fact)
        let end = missing.map { ", without the \($0) by which rule ci." }
        #expect(end.map { fact.contains($0) } ?? fact.hasSuffix("in its environment"), "\(fact)")
    }

    @Test("what several places tell of one system is put together")
    func merged() throws {
        var scene = Scene()
        scene.grandparent = Cast.process(400, "Runner.Worker", parent: 50)
        scene.process.environment = .value(["GITHUB_RUN_ID=42", "RUNNER_TRACKING_ID=x"])
        let jobs = scene.origins().filter { $0.kind == .ci }
        #expect(jobs.count == 1)
        #expect(jobs.first?.process?.pid == 400)
        #expect(
            jobs.first?.evidence.map(\.source) == [
                "/proc/400/stat", "/proc/500/environ",
            ]
        )
    }

    @Test("the most telling comes first, whatever is nearest")
    func order() {
        var scene = Scene()
        scene.parent = Cast.process(450, "bash", parent: 400)
        scene.grandparent = Cast.process(400, "tmux: server", parent: 50)
        scene.process.cgroups = .value(["0::/user.slice/user-1000.slice/session-3.scope"])
        scene.process.environment = .value(["GITHUB_RUN_ID=42", "SSH_CONNECTION=x"])
        scene.host.userNames = [1000: "alice"]
        #expect(scene.origins().map(\.kind) == [.ci, .multiplexer, .ssh, .session, .shell])
        #expect(scene.origins()[3].name == "login session 3 of user alice")
    }

    @Test("a service is its own origin; a unit that holds others' processes is not")
    func units() throws {
        var scene = Scene()
        scene.process.cgroups = .value(["0::/system.slice/nginx.service"])
        let unit = try #require(scene.origins().first)
        #expect(unit.kind == .unit && unit.restarts)
        #expect(unit.stopCommand == "systemctl stop nginx.service")
        for name in ["cron.service", "actions.runner.a-b.c.service", "docker.service"] {
            scene.process.cgroups = .value([ByteString("0::/system.slice/\(name)")])
            let host = try #require(scene.origins().first { $0.kind == .hostUnit })
            #expect(!host.restarts && host.stopCommand == nil, "\(name)")
        }
        scene.process.cgroups = .value(["0::/system.slice/nginx.service"])
        scene.host.servicePath = "/system.slice/nginx.service"
        #expect(!scene.origins().contains { $0.kind == .unit }, "reaper runs in it itself")
    }

    @Test("a process in another pid namespace is in a container, even without a name for it")
    func namespace() throws {
        var scene = Scene()
        scene.process.changeStatus { $0.namespacePids = [500, 7] }
        let origin = try #require(scene.origins().first)
        #expect(origin.kind == .container && origin.stopCommand == nil)
        #expect(origin.evidence.first?.value == "NSpid: 500 7")
    }

    @Test("who was adopted has left its supervisor, but not where it was started")
    func adopted() {
        var scene = Scene()
        // 450 was adopted by 400, which starts anew only its own children.
        scene.grandparent = Cast.process(400, "supervisord", parent: 50)
        scene.parent = Cast.process(450, "job", parent: 400) { $0.session = 77 }
        scene.process.session = 77
        scene.process.environment = .value(["TMUX=x"])
        #expect(scene.origins().map(\.kind) == [.multiplexer, .shell])
    }

    @Test("a login outlives every parent")
    func login() throws {
        var scene = Scene()
        scene.parent = Cast.process(450, "node", parent: 1)
        scene.login = LoginFacts(user: 1000, session: 5)
        scene.host.userNames = [1000: "alice"]
        let origin = try #require(scene.origins().first)
        #expect(origin.kind == .session && origin.name == "a login of user alice")
        #expect(origin.evidence.map(\.source) == ["/proc/500/loginuid", "/proc/500/sessionid"])
    }
}
