import Foundation
import TestSupport
import Testing

/// The rules for developers' machines that stop or remove something, or do when they are named, with
/// real processes and files.
@Suite("shipped rules for development", .timeLimit(.minutes(60)))
struct DeveloperRulesTests {
    private let home: RuleHome

    init() throws { home = try RuleHome() }

    /// What a rule's process looks like, and whom its owner does.
    struct Shape: Sendable, CustomTestStringConvertible {
        let rule: String
        let exe: String
        var words: [String] = []
        var owner: String?

        var testDescription: String { rule }
    }

    static let shapes = [
        Shape(
            rule: "devservers.next",
            exe: "bin/node",
            words: [
                "--env", "NEXT_PRIVATE_WORKER=1", "--args",
                "node_modules/next/dist/server/lib/start-server.js",
            ],
            owner: "cli/node"
        ),
        Shape(
            rule: "devservers.django",
            exe: "bin/python3.12",
            words: ["--env", "RUN_MAIN=true", "--args", "manage.py", "runserver"]
        ),
        Shape(
            rule: "devservers.flask",
            exe: "bin/python3.12",
            words: ["--env", "WERKZEUG_RUN_MAIN=true", "--args", "/v/bin/flask", "run"]
        ),
        Shape(
            rule: "browsers.playwright",
            exe: ".cache/ms-playwright/chromium-1140/chrome-linux/chrome",
            words: ["--args", "--headless", "--remote-debugging-pipe"],
            owner: "bin/node"
        ),
        Shape(
            rule: "browsers.driver",
            exe: ".cache/selenium/chromedriver/linux64/131.0/chromedriver",
            words: ["--args", "--port=41235"],
            owner: "bin/python3.12"
        ),
        Shape(
            rule: "builddaemons.language-server",
            exe: "llvm/bin/clangd",
            words: ["--args", "--background-index"],
            owner: "bin/editor"
        ),
        Shape(
            rule: "swiftpm.tests",
            exe: "p/.build/x86_64-unknown-linux-gnu/debug/pPackageTests.xctest",
            owner: "bin/swift-test"
        ),
    ]

    @Test("who lost its owner is stopped", arguments: shapes)
    func orphan(_ shape: Shape) throws {
        let words = ["sleep", "--orphan", "--exe", home.path(shape.exe)]
        let specimen = try Specimen(words + shape.words)
        try home.expectStopped(specimen, by: shape.rule)
    }

    @Test("whose owner lives is left alone", arguments: shapes.filter { $0.owner != nil })
    func owned(_ shape: Shape) throws {
        let owner = ["--owner", home.path(try #require(shape.owner))]
        let specimen = try Specimen(["sleep", "--exe", home.path(shape.exe)] + owner + shape.words)
        try home.expectLeftAlone(specimen, by: shape.rule)
    }

    @Test("a server in somebody's terminal is no finding of any rule")
    func terminal() throws {
        let specimen = try Specimen(
            [
                "listen", "--exe", home.path("bin/node"), "--owner", home.path("bin/bash"),
                "--args", "/w/node_modules/.bin/vite",
            ]
        )
        let report = try home.scan("--orphans", "--pid", specimen.root.identity)
        #expect(report.finding(about: try specimen.root) == nil)
    }

    static let servers = [
        Shape(
            rule: "devservers.http-server",
            exe: "bin/python3.12",
            words: ["--args", "-m", "http.server", "8000"]
        ),
        Shape(
            rule: "devservers.php",
            exe: "bin/php8.2",
            words: ["--args", "-S", "localhost:8000", "-t", "public"]
        ),
        Shape(
            rule: "devservers.ruby",
            exe: "bin/ruby3.1",
            words: ["--argv0", "puma 6.4.0 (tcp://0.0.0.0:9292) [app]", "--args", ""]
        ),
        Shape(
            rule: "browsers.driver-elsewhere",
            exe: "bin/chromedriver",
            words: ["--args", "--port=41235"]
        ),
    ]

    @Test(
        "a server without any mark is told when its parent is gone, and not stopped",
        arguments: servers
    )
    func lostServer(_ shape: Shape) throws {
        let words = ["listen", "--orphan", "--exe", home.path(shape.exe)]
        let specimen = try Specimen(words + shape.words)
        let root = try specimen.root
        let file = shape.rule.prefix { $0 != "." } + ".*"
        let choice = ["--orphans", "--rule", String(file), "--pid", root.identity]
        let completion = try home.run(["scan"] + choice)
        let finding = try completion.report().finding(about: root)
        #expect(finding?.rule == shape.rule && finding?.severity == "info", "\(completion.text)")
        #expect(finding?.remedy.action == "none" && completion.code != 1)
        let plan = try home.run(["clean", "--dry-run", "--rule", shape.rule + "*"]).report().plan
        #expect(plan?.waves.isEmpty != false)
    }

    @Test("a server without any mark below somebody's shell is no finding", arguments: servers)
    func ownServer(_ shape: Shape) throws {
        let words = ["listen", "--exe", home.path(shape.exe), "--owner", home.path("bin/bash")]
        let specimen = try Specimen(words + shape.words)
        let report = try home.scan("--orphans", "--pid", specimen.root.identity)
        #expect(report.finding(about: try specimen.root) == nil)
    }

    @Test("a daemon that stays on purpose is told, and does not fail a job")
    func daemon() throws {
        let specimen = try Specimen(
            [
                "sleep", "--orphan", "--exe", home.path("jdk/bin/java"), "--args",
                "org.gradle.launcher.daemon.bootstrap.GradleDaemon", "8.5",
            ]
        )
        let identity = try specimen.root.identity
        let completion = try home.run(
            ["scan", "--orphans", "--rule", "builddaemons.*", "--pid", identity]
        )
        let finding = try completion.report().finding(about: specimen.root)
        #expect(finding?.severity == "info" && finding?.remedy.action == "none")
        #expect(completion.code != 1, "\(completion.text)")
    }

    @Test("who forwards a container's port is refused, with what to do instead")
    func dockerProxy() throws {
        let specimen = try Specimen(
            [
                "listen", "--orphan", "--exe", home.path("usr/bin/docker-proxy"),
                "--args", "-proto", "tcp", "-host-ip", "0.0.0.0",
            ]
        )
        let completion = try home.clean("--ports", "\(specimen.port)")
        let reason = try completion.report().refusal(of: specimen.root)
        #expect(reason?.contains("containers.docker-proxy") == true, "\(completion.text)")
        #expect(reason?.contains("stop the container instead") == true)
        #expect(completion.code == 1)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("the pid file of a Rails server may be a container's: told in its project, never removed")
    func rails() throws {
        let file = try home.write("\(RuleHome.nobody)\n", to: "project/tmp/pids/server.pid")
        let completion = try home.clean("--rule", "devservers.rails")
        let report = try completion.report()
        #expect(report.finding(about: file)?.remedy.action == "none", "\(completion.text)")
        #expect(report.outcome?.removed.isEmpty ?? true)
        #expect(home.directory.contains("project/tmp/pids/server.pid"))
    }

    @Test(
        "a pid file of Puma or Unicorn is told when its server is gone, and never removed",
        arguments: [
            ("puma", "puma.pid", ""), ("puma-state", "puma.state", "---\npid: "),
            ("unicorn", "unicorn.pid", ""), ("unicorn", "unicorn.pid.oldbin", ""),
        ]
    )
    func rubyServer(_ rule: String, _ name: String, _ before: String) throws {
        let words = ["--rule", "devservers.\(rule)"]
        let title = rule == "unicorn" ? "unicorn master -D" : "puma 6.4.2 (tcp://0.0.0.0:3000)"
        let server = try Specimen(
            "sleep",
            "--orphan",
            "--setsid",
            "--exe",
            home.path("bin/ruby3.1"),
            "--argv0",
            title
        )
        let stranger = try Specimen("sleep", "--exe", home.path("bin/ruby3.2"))
        let place = "project/tmp/pids/\(name)"
        // That of one that runs is not older than it.
        let file = try home.directory.write("\(before)\(server.root.pid)\n", to: place)
        #expect(try home.run(["scan"] + words).report().findings.isEmpty)
        let running = try home.run(["list"] + words).listing().instances
        #expect(try running.map(\.identity) == [server.root.identity])
        for pid in [Int32(RuleHome.nobody), try stranger.root.pid] {
            try home.write("\(before)\(pid)\n", to: place)
            let finding = try home.run(["scan"] + words).report().finding(about: file)
            #expect(finding?.severity == "info" && finding?.remedy.action == "none")
            _ = try home.run(["clean", "--yes", "--stale-files"] + words)
            #expect(home.directory.contains(place))
        }
        for specimen in [server, stranger] { #expect(try specimen.finish().signals.isEmpty) }
    }

    @Test("the lock of a `next dev` that runs stays, and goes when nobody holds it")
    func nextLock() throws {
        try home.makeDirectory("project/.next/dev")
        let path = home.path("project/.next/dev/lock")
        let holder = try Specimen("pidfile", "--path", path, "--lock", "flock")
        try home.age(path)
        #expect(try home.scan("--rule", "devservers.next-lock").findings.isEmpty)
        try holder.root.send(SIGKILL)
        #expect(try holder.root.endsInTime())
        #expect(try home.clean("--rule", "devservers.next-lock").code == 0)
        #expect(!home.directory.contains("project/.next/dev/lock"))
    }

    @Test("a profile's lock goes with its browser, and stays for another host's")
    func profileLock() throws {
        try home.makeDirectory(".config/chromium")
        let lock = home.path(".config/chromium/SingletonLock")
        let host = ProcessInfo.processInfo.hostName
        for (target, isStale) in [
            ("elsewhere-\(RuleHome.nobody)", false), ("\(host)-\(RuleHome.nobody)", true),
        ] {
            try FileManager.default.createSymbolicLink(
                atPath: lock,
                withDestinationPath: target
            )
            let finding = try home.scan("--rule", "browsers.chromium-lock").finding(about: lock)
            #expect((finding?.remedy.action == "remove") == isStale, "\(target)")
            try FileManager.default.removeItem(atPath: lock)
        }
    }

    @Test("what keeps a second PostgreSQL from the data is told when stale, and never removed")
    func postgres() throws {
        let text = "\(RuleHome.nobody)\n\(home.path("pgdata"))\n1766800000\n5432\n/tmp\nlocalhost\n"
        let file = try home.write(text, to: "pgdata/postmaster.pid")
        let finding = try home.scan("--rule", "databases.postgres").finding(about: file)
        #expect(finding?.verdict == "confirmed" && finding?.remedy.action == "none")
        _ = try home.clean("--rule", "databases.postgres")
        #expect(home.directory.contains("pgdata/postmaster.pid"))
    }
}
