import Foundation
import TestSupport
import Testing

/// systemg's state directory in every state that a crash can leave it in.
///
/// Its rules name files of the machine too, so nothing is cleaned where there are any.
@Suite(
    "systemg",
    .enabled(if: !FileManager.default.fileExists(atPath: "/var/lib/systemg"), "systemg is in use"),
    .timeLimit(.minutes(60))
)
struct SystemgTests {
    private static let state = ".local/share/systemg"

    private let home: RuleHome

    init() throws { home = try RuleHome() }

    /// Writes a file of a supervisor that is gone; that of a living one must not be older than it.
    private func write(_ text: String, to name: String) throws -> String {
        try home.write(text, to: "\(Self.state)/\(name)")
    }

    private func writeLive(_ text: String, to name: String) throws {
        try home.directory.write(text, to: "\(Self.state)/\(name)")
    }

    private func contains(_ name: String) -> Bool {
        home.directory.contains("\(Self.state)/\(name)")
    }

    /// `pid.xml` as 0.66 writes it.
    private func record(_ pid: Int32, start: UInt64, service: String = "wob") -> String {
        """
        <PidFile>
          <services>
            <name>\(service)</name>
            <pid>\(pid)</pid>
          </services>
          <generations>
            <service>\(service)</service>
            <pid>\(pid)</pid>
            <start>\(start)</start>
            <sid>\(pid)</sid>
            <pgid>\(pid)</pgid>
            <state>Active</state>
          </generations>
        </PidFile>

        """
    }

    @Test("T8 without any state there is nothing to do, and nothing to complain about")
    func nothing() throws {
        let completion = try home.clean("--rule", "systemg.*")
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(try completion.report().findings.isEmpty)
    }

    @Test("T10 pid file and socket of a supervisor that crashed go, under both names")
    func crashed() throws {
        try home.makeDirectory(Self.state)
        var files: [String] = []
        var specimens: [Specimen] = []
        for name in ["control.sock", "supervisor.sock"] {
            let path = home.path("\(Self.state)/\(name)")
            specimens.append(try Specimen("socketfile", "--path", path, "--close"))
            try home.age(path)
            files.append(path)
        }
        for name in ["supervisor.pid", "sysg.pid"] {
            files.append(try write("\(RuleHome.nobody)", to: name))
        }
        let completion = try home.clean("--rule", "systemg.*")
        // Sockets last: whoever finds one must not find a pid file beside it any more.
        let order = files.filter { $0.hasSuffix(".pid") } + files.filter { $0.hasSuffix(".sock") }
        #expect(try completion.report().outcome?.removed.map(\.path) == order)
        #expect(try completion.isAllGone(), "\(completion.text)")
        for specimen in specimens { #expect(try specimen.finish().signals.isEmpty) }
    }

    @Test("T9 T16 a supervisor that is stopped lives: pid file and socket stay")
    func frozen() throws {
        try home.makeDirectory(Self.state)
        let socket = home.path("\(Self.state)/control.sock")
        let program = home.path("bin/sysg")
        let supervisor = try Specimen("socketfile", "--path", socket, "--exe", program)
        try writeLive("\(supervisor.root.pid)", to: "sysg.pid")
        try home.age(socket)
        try supervisor.root.send(SIGSTOP)
        let report = try home.clean("--rule", "systemg.*").report()
        #expect(report.findings.isEmpty)
        #expect(contains("sysg.pid") && contains("control.sock"))
        try supervisor.root.send(SIGCONT)
        #expect(try supervisor.finish().alive == ["root"])
    }

    @Test("T6 T14 a service that outlived its supervisor is confirmed by its start, and only told")
    func service() throws {
        let service = try Specimen("listen", "--orphan", "--setsid", "--exe", home.path("bin/wob"))
        let root = try service.root
        _ = try write(record(root.pid, start: root.startTime), to: "projects/__loose__/pid.xml")
        let words = ["--rule", "systemg.*", "--pid", root.identity]
        let finding = try home.run(["scan"] + words).report().finding(about: root)
        #expect(finding?.kind == "orphan" && finding?.rule == "systemg.service")
        #expect(["confirmed", "probable"].contains(finding?.verdict))
        #expect(finding?.remedy.command == "reaper clean --pid \(root.identity)")
        // To ask for orphans is no consent to stop what a rule only reports.
        let plan = try home.run(["clean", "--dry-run", "--orphans", "--include-probable"]).report()
        #expect(!plan.planned.contains(root.identity))
        // What the finding says to do about it, and what T14 wants of the port.
        let port = "\(try service.port)"
        #expect(try home.scan("--ports", port).finding(about: root) != nil)
        #expect(try home.clean("--pid", root.identity).report().target(root)?.result == "exited")
        let next = try Specimen("listen", "--port", port)
        #expect(try next.root.state == .running)
    }

    @Test("a service that outlived its supervisor is stopped by its name, and by nothing less")
    func abandonedByName() throws {
        let service = try Specimen("listen", "--orphan", "--setsid", "--exe", home.path("bin/wob"))
        let root = try service.root
        try writeLive(record(root.pid, start: root.startTime), to: "pid.xml")
        let name = try #require(
            home.run(["list", "--rule", "systemg.service"]).listing().instances.first
        ).id
        let all = try home.run(["stop", "--all", "--yes", "--rule", "systemg.service"])
        #expect(all.code == 1 && root.state == .running, "\(all.errorText)")
        let words = ["scan", "--rule", "systemg.service", "--pid", root.identity]
        let isSeen = try home.run(words).report().finding(about: root)?.verdict != "suspect"
        let completion = try home.run(["stop", "--service", name])
        guard isSeen else {
            // Among the ancestors there is one that an ordinary user cannot look at.
            #expect(completion.code == 1 && root.state == .running)
            #expect(completion.text.contains("whether its supervisor lives is unknown"))
            return
        }
        #expect(completion.code == 0, "\(completion.text)\(completion.errorText)")
        #expect(try completion.report().target(root)?.result == "exited")
    }

    @Test("T16 a supervisor that was started anew looks after what an earlier one has started")
    func adopted() throws {
        let service = try Specimen("sleep", "--orphan", "--setsid", "--exe", home.path("bin/wob"))
        let root = try service.root
        let supervisor = try Specimen("sleep", "--exe", home.path("bin/sysg"))
        try writeLive(record(root.pid, start: root.startTime), to: "projects/p/pid.xml")
        let words = ["scan", "--rule", "systemg.service", "--pid", root.identity]
        let alone = try home.run(words).report().finding(about: root)
        #expect(["confirmed", "probable"].contains(alone?.verdict))
        try writeLive("\(supervisor.root.pid)", to: "sysg.pid")
        let beside = try home.run(words).report().finding(about: root)
        #expect(beside?.verdict == "suspect" && beside?.severity == "info")
        let owner = "sysg (\(try supervisor.root.identity)) runs, is recorded beside it"
        let explanation = try home.run(["explain", root.identity]).explanations().explanations[0]
        let rule = explanation["rules"].first { $0.label == "systemg.service" }
        #expect(rule?.fact.contains("it is only suspect: \(owner)") == true, "\(rule?.fact ?? "")")
        #expect(explanation.texts("cleaning").first?.hasSuffix("(suspect)") == true)
        let test = try Binary.reaper.run(
            ["rules", "test", "systemg.service", "--pid", root.identity],
            environment: home.environment
        )
        #expect(test.text.contains("looked after: \(owner)"), "\(test.text)")
        #expect(test.text.contains("verdict: suspect"))
        let name = try #require(
            home.run(["list", "--rule", "systemg.service"]).listing().instances.first
        ).id
        let stop = try home.run(["stop", "--service", name])
        #expect(stop.code == 1 && root.state == .running)
        #expect(stop.text.contains("looks after it"), "\(stop.text)\(stop.errorText)")
        let own = "sysg stop --service \(name)"
        #expect(stop.text.contains("'\(own)' has that stop it"), "\(stop.text)")
        for target in [name, root.identity] {
            let one = try home.run(["explain", target]).explanations().explanations[0]
            #expect(one.advice?.commands == [own], "\(target): \(one)")
        }
        #expect(try supervisor.finish().signals.isEmpty && service.finish().signals.isEmpty)
    }

    /// What a supervisor's own record can be like so that it does not tell who that is.
    enum Unusable: String, CaseIterable, Sendable {
        case malformed, link, older, directory
    }

    @Test(
        "whether a supervisor lives whose record cannot be used is unknown",
        arguments: Unusable.allCases
    )
    func unusable(_ record: Unusable) throws {
        let service = try Specimen("sleep", "--orphan", "--setsid", "--exe", home.path("bin/wob"))
        let root = try service.root
        let supervisor = try Specimen("sleep", "--exe", home.path("bin/sysg"))
        try writeLive(self.record(root.pid, start: root.startTime), to: "projects/p/pid.xml")
        let file = home.path("\(Self.state)/sysg.pid")
        switch record {
        case .malformed: try writeLive("pid=\(supervisor.root.pid)", to: "sysg.pid")
        case .link:
            try writeLive("\(supervisor.root.pid)", to: "real")
            try FileManager.default.createSymbolicLink(
                atPath: file,
                withDestinationPath: home.path("\(Self.state)/real")
            )
        case .older:
            try writeLive("\(supervisor.root.pid)", to: "sysg.pid")
            let date = Date(timeIntervalSinceNow: -60)
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file)
        case .directory: try home.makeDirectory("\(Self.state)/sysg.pid")
        }
        for rules in ["systemg.*", "systemg.service"] {
            let words = ["scan", "--rule", rules, "--pid", root.identity]
            let report = try home.run(words).report()
            #expect(report.finding(about: root)?.verdict == "suspect", "\(rules)")
            #expect(!report.complete, "\(rules)")
        }
        for words in [[], ["--rule", "systemg.service"]] {
            let stop = try home.run(["stop", "--service", "wob"] + words)
            #expect(stop.code == 1 && root.state == .running, "\(stop.text)")
            #expect(stop.text.contains("whether its supervisor lives is unknown"), "\(stop.text)")
        }
        #expect(try supervisor.finish().signals.isEmpty && service.finish().signals.isEmpty)
    }

    @Test("a supervisor that holds a lock on its pid file looks after its services all the same")
    func locked() throws {
        let service = try Specimen("sleep", "--orphan", "--setsid", "--exe", home.path("bin/wob"))
        let root = try service.root
        try writeLive(record(root.pid, start: root.startTime), to: "projects/p/pid.xml")
        let file = home.path("\(Self.state)/sysg.pid")
        let words = ["--lock", "flock", "--path", file, "--exe", home.path("bin/sysg")]
        let supervisor = try Specimen(["pidfile"] + words)
        let report = try home.run(["scan", "--rule", "systemg.*", "--pid", root.identity]).report()
        #expect(report.finding(about: root)?.verdict == "suspect")
        #expect(report.complete || !Machine.isRoot)
        #expect(try supervisor.finish().signals.isEmpty)
    }

    @Test("a record that seems older than the boot, of a service that runs, is more than a note")
    func olderThanBoot() throws {
        let service = try Specimen("sleep", "--orphan", "--setsid", "--exe", home.path("bin/wob"))
        let root = try service.root
        try writeLive(record(root.pid, start: root.startTime), to: "pid.xml")
        let file = home.path("\(Self.state)/pid.xml")
        let date = Date(timeIntervalSince1970: 1_000_000_000)
        try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file)
        let completion = try home.run(["scan", "--rule", "systemg.service"])
        let finding = try completion.report().finding(about: file)
        #expect(finding?.severity == "warning" && finding?.verdict == "suspect")
        #expect(finding?.summary.contains("started when recorded") == true)
        #expect(completion.code != 0)
        #expect(try service.finish().signals.isEmpty)
    }

    @Test("a service named together with its supervisor goes with that")
    func together() throws {
        let specimen = try Specimen(
            ["sleep", "--setsid", "--exe", home.path("bin/wob"), "--owner", home.path("bin/sysg")]
        )
        let (root, owner) = (try specimen.root, try specimen["owner"])
        try writeLive(record(root.pid, start: root.startTime), to: "pid.xml")
        try writeLive("\(owner.pid)", to: "sysg.pid")
        let completion = try home.run(["stop", "wob", "sysg"])
        #expect(completion.code == 0, "\(completion.text)\(completion.errorText)")
        #expect(root.hasEnded && owner.hasEnded)
    }

    @Test("rules test and explain tell which file records a service, and whether its owner lives")
    func traced() throws {
        let orphan = try Specimen("sleep", "--orphan", "--setsid", "--exe", home.path("bin/wob"))
        let owned = try Specimen(
            ["sleep", "--setsid", "--exe", home.path("bin/api"), "--owner", home.path("bin/sysg")]
        )
        let roots = try [orphan.root, owned.root]
        let text = roots.map { record($0.pid, start: $0.startTime) }.joined()
        try writeLive(text, to: "pid.xml")
        let file = home.path("\(Self.state)/pid.xml")
        let rules = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "rules/systemg.json5").path
        let owner = try owned["owner"].identity
        for subject in ["systemg.service", rules] {
            let test = { (pid: String) in
                try Binary.reaper.run(
                    ["rules", "test", subject, "--pid", pid],
                    environment: home.environment
                ).text
            }
            let found = try test(roots[0].identity)
            let record = "recorded: \(file): keep: process \(roots[0].pid) runs"
            #expect(found.contains(record), "\(found)")
            #expect(found.contains("clean: shows it only: the rule has no 'stop'"), "\(found)")
            let kept = try test(roots[1].identity)
            #expect(kept.contains("clean: leaves it alone: its owner sysg (\(owner)) is alive"))
        }
        let explanation = try home.run(["explain", roots[0].identity]).explanations()
            .explanations[0]
        let rule = explanation["rules"].first { $0.label == "systemg.service" }
        #expect(rule?.fact == "it is reported only: the rule has no 'stop'")
        let isRecorded = explanation["rules"].contains { statement in
            statement.source == file && statement.fact == "process \(roots[0].pid) runs"
        }
        #expect(isRecorded, "\(explanation.texts("rules"))")
        let forecast = explanation.texts("cleaning").first ?? ""
        #expect(forecast.contains("rule systemg.service finds it"), "\(forecast)")
        let other = try home.run(["explain", roots[1].identity]).explanations().explanations[0]
        let reason = "a file of rule systemg.service records it, but its owner sysg (\(owner))"
        #expect(other.texts("cleaning").first?.contains(reason) == true)
    }

    @Test("stop --all ends the supervisor; its socket is no instance besides that")
    func stopAll() throws {
        try home.makeDirectory(Self.state)
        let socket = home.path("\(Self.state)/control.sock")
        let program = home.path("bin/sysg")
        let supervisor = try Specimen("socketfile", "--path", socket, "--exe", program)
        try writeLive("\(supervisor.root.pid)", to: "sysg.pid")
        let completion = try home.run(["stop", "--all", "--rule", "systemg.*", "--json"])
        #expect(try completion.isAllGone(), "\(completion.text)\(completion.errorText)")
        #expect(try supervisor.root.hasEnded && !contains("sysg.pid"))
    }

    @Test("stop --all names a service whose supervisor is dead, with what stops it")
    func orphanedService() throws {
        let service = try Specimen("sleep", "--orphan", "--setsid", "--exe", home.path("bin/wob"))
        let root = try service.root
        try writeLive(record(root.pid, start: root.startTime), to: "pid.xml")
        let completion = try home.run(["stop", "--all", "--rule", "systemg.*"])
        #expect(completion.code == 1)
        let advice = "'reaper clean --pid \(root.identity)' stops it"
        #expect(completion.errorText.contains(advice), "\(completion.errorText)")
        #expect(try service.finish().signals.isEmpty)
    }

    @Test("a service of which only the number is recorded is no more than probable")
    func numberOnly() throws {
        let service = try Specimen("sleep", "--orphan", "--setsid", "--exe", home.path("bin/wob"))
        let root = try service.root
        try writeLive(#"{"services": {"wob": \#(root.pid)}}"#, to: "pid.json")
        let words = ["scan", "--rule", "systemg.service-json", "--pid", root.identity]
        let finding = try home.run(words).report().finding(about: root)
        #expect(finding?.verdict == "probable")
    }

    @Test("a service whose supervisor lives is nobody's leftover")
    func owned() throws {
        let specimen = try Specimen(
            ["sleep", "--setsid", "--exe", home.path("bin/wob"), "--owner", home.path("bin/sysg")]
        )
        let root = try specimen.root
        try writeLive(record(root.pid, start: root.startTime), to: "pid.xml")
        try writeLive("\(try specimen["owner"].pid)", to: "sysg.pid")
        #expect(try home.scan("--rule", "systemg.*").findings.isEmpty)
    }

    @Test("T11 a recorded start that is not the process's own: recycled, told, never signalled")
    func recycled() throws {
        let stranger = try Specimen("sleep", "--orphan")
        let root = try stranger.root
        let file = try write(record(root.pid, start: 1), to: "pid.xml")
        let report = try home.scan("--rule", "systemg.*")
        #expect(report.finding(about: root) == nil)
        let finding = report.finding(about: file)
        #expect(finding?.summary.contains("did not start at the recorded 1") == true)
        #expect(finding?.remedy.action == "none")
        _ = try home.clean("--rule", "systemg.*")
        #expect(contains("pid.xml"))
        #expect(try stranger.finish().signals.isEmpty)
    }

    @Test("T2 T12 a service whose root died is still told as long as its session lives")
    func session() throws {
        let specimen = try Specimen("leaderless", "--exe", home.path("bin/wob"))
        let root = try specimen.root
        let leader = try #require(root.session)
        #expect(leader != root.pid)
        _ = try write(record(leader, start: root.startTime), to: "pid.xml")
        let report = try home.scan("--rule", "systemg.*")
        for name in ["root", "mate"] {
            let finding = report.finding(about: try specimen[name])
            #expect(finding?.rule == "systemg.service", "\(name)")
            // Among the ancestors there may be one that an ordinary user cannot look at.
            #expect(finding?.verdict == (report.complete ? "probable" : "suspect"), "\(name)")
        }
    }

    @Test("a service among hundreds is found; of too many the list is not believed to be read")
    func longList() throws {
        let service = try Specimen("sleep", "--orphan", "--setsid", "--exe", home.path("bin/wob"))
        let root = try service.root
        let gone = (0..<400).map { record(Int32(RuleHome.nobody), start: 7, service: "gone-\($0)") }
        let text = gone.joined() + record(root.pid, start: root.startTime)
        let words = ["scan", "--rule", "systemg.service", "--pid", root.identity]
        try writeLive(text, to: "pid.xml")
        #expect(try home.run(words).report().finding(about: root)?.rule == "systemg.service")
        let file = try write(text + String(repeating: " ", count: 262_144), to: "pid.xml")
        let report = try home.scan("--rule", "systemg.service")
        let finding = report.finding(about: file)
        #expect(finding?.summary.contains("too big to be read") == true)
        #expect(finding?.verdict == "suspect" && finding?.remedy.action == "none")
        #expect(!report.complete && report.finding(about: root) == nil)
        let list = try home.run(["list", "--rule", "systemg.service"])
        #expect(try list.code == 3 && list.listing().instances.map(\.state) == ["unknown"])
        #expect(try service.finish().signals.isEmpty)
    }

    @Test("one bad entry of a pid.json hides none of the others, and is told by its name")
    func badEntry() throws {
        let service = try Specimen("sleep", "--orphan", "--exe", home.path("bin/sh"))
        let root = try service.root
        let text = #"{"services":{"bad":"sshd","wob":\#(root.pid),"none":0,"all":-1}}"#
        try writeLive(text, to: "pid.json")
        let file = home.path("\(Self.state)/pid.json")
        let report = try home.scan("--rule", "systemg.service-json")
        #expect(report.finding(about: root)?.rule == "systemg.service-json")
        let finding = report.finding(about: file)
        #expect(finding?.summary.contains("entry 'bad': 1:20: expected") == true)
        #expect(finding?.summary.contains("entry 'none': 1:") == true)
        #expect(finding?.summary.contains("entry 'all': 1:") == true)
        #expect(finding?.severity == "warning" && finding?.remedy.action == "none")
        let instances = try home.run(["list", "--rule", "systemg.service-json"]).listing().instances
        let states = Dictionary(uniqueKeysWithValues: instances.map { ($0.id, $0.state) })
        #expect(
            states == ["bad": "unknown", "wob": "running", "none": "unknown", "all": "unknown"]
        )
        _ = try home.clean("--rule", "systemg.service-json")
        #expect(try home.directory.read("\(Self.state)/pid.json") == text)
        #expect(try service.finish().signals.isEmpty)
    }

    @Test("T13 a service that nobody waited for is dead, and its parent is named")
    func zombie() throws {
        let specimen = try Specimen("zombie", "--exe", home.path("bin/sysg"))
        let zombie = try specimen["zombie"]
        let file = try write(record(zombie.pid, start: zombie.startTime), to: "pid.xml")
        let finding = try home.scan("--rule", "systemg.*").finding(about: file)
        #expect(finding?.summary.contains("has not waited for it") == true)
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("T5 T15 a service stopped by its number goes with its whole tree")
    func tree() throws {
        let specimen = try Specimen(
            [
                "tree", "--depth", "2", "--width", "2", "--own-group-at", "1", "--orphan",
                "--setsid", "--exe", home.path("bin/sh"),
            ]
        )
        let completion = try home.clean("--pid", specimen.root.identity)
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(try specimen.finish().empty)
    }

    @Test("T2 who left the group of its service goes with the session")
    func payload() throws {
        let specimen = try Specimen("wrapper", "--setsid", "--exe", home.path("bin/sh"))
        let payload = try specimen["payload"]
        let completion = try home.clean("--pid", specimen.root.identity)
        #expect(try completion.isAllGone(), "\(completion.text)")
        #expect(payload.hasEnded)
    }

    @Test(
        "T25 what is malformed or hostile is told and stays",
        arguments: [
            ("pid.json", #"{"services": {"wob": 0}}"#), ("pid.json", #"{"services": {"wob": -1}}"#),
            ("pid.json", #"{"services": {"wob": 1}}"#), ("pid.json", #"{"services": {"w": "x"}}"#),
            ("pid.json", "[]x"), ("pid.xml", "wob 4127"), ("sysg.pid", "0"), ("sysg.pid", "-1"),
            ("sysg.pid", "4127 "), ("sysg.pid", ""), ("pid.xml", ""),
            ("pid.xml", "<PidFile><services><name>w</name><pid>1</pid></services></PidFile>"),
            ("pid.xml", "<PidFile><services><name>w</name><pid>-1</pid></services></PidFile>"),
            ("pid.xml", "<PidFile><services><name>w</name><pid>0</pid></services></PidFile>"),
            ("pid.xml", "<PidFile><services><name>w</name><pid> a b </pid></services></PidFile>"),
        ]
    )
    func malformed(_ name: String, _ text: String) throws {
        let file = try write(text, to: name)
        let finding = try home.scan("--rule", "systemg.*").finding(about: file)
        #expect(finding?.verdict == "suspect" && finding?.remedy.action == "none", "\(name)")
        _ = try home.clean("--rule", "systemg.*")
        #expect(try home.directory.read("\(Self.state)/\(name)") == text)
    }

    @Test(
        "T25 a record of the wrong shape is told with its place, and keeps a scan from being whole",
        arguments: [
            ("[1,2]", "1:1: expected an object with 'services', found an array"),
            (#"{"services":[2,3]}"#, "1:14: expected an object with 'pid', found a number"),
            (#"{"services":"wob"}"#, "1:13: expected an object or an array, found a string"),
            (#"{"services":{"wob":true}}"#, "1:20: expected a process number, found a boolean"),
            (#"{"wob":4127}"#, "1:1: expected a member 'services'"),
        ]
    )
    func shape(_ text: String, _ reason: String) throws {
        let file = try write(text, to: "pid.json")
        let words = ["scan", "--rule", "systemg.service-json", "--fail-on", "error"]
        let scan = try home.run(words)
        let finding = try scan.report().finding(about: file)
        #expect(finding?.verdict == "suspect" && finding?.severity == "warning")
        #expect(finding?.summary.contains(reason) == true, "\(finding?.summary ?? "")")
        #expect(try scan.code == 3 && !scan.report().complete)
        let explanation = try home.run(["explain", file]).explanations().explanations[0]
        #expect(explanation.summary.hasPrefix("\(file) cannot be understood: "))
        #expect(explanation.summary.contains(reason), "\(explanation.summary)")
        _ = try home.clean("--rule", "systemg.*")
        #expect(try home.directory.read("\(Self.state)/pid.json") == text)
    }

    @Test("a pid.json without services names nobody, and there is nothing to complain about")
    func noServices() throws {
        for text in ["{}", #"{"services":{}}"#, #"{"services":{"wob":null}}"#] {
            _ = try write(text, to: "pid.json")
            let scan = try home.run(["scan", "--rule", "systemg.service-json"])
            #expect(try scan.code == 0 && scan.report().findings.isEmpty, "\(text)")
        }
    }

    @Test("T25 a bad entry is told with its place, and hides nobody beside it")
    func besideMalformed() throws {
        let stranger = try Specimen("sleep")
        let pid = try stranger.root.pid
        let file = try write(
            """
            <PidFile>
              <services><name>wob</name><pid>-1</pid></services>
              <services><name>db</name><pid>x y</pid></services>
              <generations>
                <service>mail</service><pid>\(pid)</pid><start>7</start>
              </generations>
              <services><name>old</name><pid>\(RuleHome.nobody)</pid></services>
            </PidFile>
            """,
            to: "pid.xml"
        )
        let finding = try home.scan("--rule", "systemg.*").finding(about: file)
        #expect(finding?.verdict == "suspect" && finding?.severity == "warning")
        let summary = finding?.summary ?? ""
        #expect(summary.contains("entry 'wob': 2:34: expected one process number"), "\(summary)")
        #expect(summary.contains("entry 'db': 3:33: expected one process number"))
        #expect(summary.hasSuffix("of its 2 other processes 1 is gone and 1 is recycled"))
        let listing = try home.run(["list", "--rule", "systemg.*", "--json"]).listing()
        let states = ["wob", "db", "mail", "old"].map { listing[$0]?.state }
        #expect(states == ["unknown", "unknown", "recycled", "stale"], "\(listing)")
        #expect(try stranger.finish().signals.isEmpty)
    }
}
