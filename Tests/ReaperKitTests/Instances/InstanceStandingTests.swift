import Testing

@testable import ReaperKit

@Suite("what a process has to do with an instance")
struct InstanceStandingTests {
    private static func standings(
        of pid: Int32,
        in listing: InstanceListing,
        flags: String = ""
    ) throws -> [InstanceStanding] {
        let process = try #require(listing.snapshot.process(pid))
        return InstanceStanding.all(
            of: process.identity,
            in: listing,
            rules: try InstanceScene.rules(),
            flags: flags
        )
    }

    @Test("a recorded process is its instance, which stop ends by its id")
    func recorded() throws {
        let listing = try InstanceScene.listing(
            [InstanceScene.process(4127)],
            [InstanceScene.file("web", 4127)]
        )
        let standing = try #require(
            Self.standings(of: 4127, in: listing, flags: " --rules x.json5").first
        )
        #expect(standing.relation == .member && standing.isStoppable)
        #expect(standing.command == "reaper stop web --rules x.json5")
        #expect(standing.label == "test instance web (alias-web)")
        #expect(standing.source == "/run/web.json")
    }

    @Test("each marked process belongs to the one instance")
    func marked() throws {
        let listing = try InstanceScene.listing([
            InstanceScene.marked(500, "id=f7 node=a"), InstanceScene.marked(501, "id=f7 node=b"),
            InstanceScene.process(502),
        ])
        for pid: Int32 in [500, 501] {
            let standing = try #require(Self.standings(of: pid, in: listing).first)
            #expect(standing.command == "reaper stop f7")
        }
        #expect(try Self.standings(of: 502, in: listing).isEmpty)
    }

    @Test("who is in the session it leads belongs to it, who is only below it does not")
    func company() throws {
        let leader = InstanceScene.process(4127) { ($0.session, $0.processGroup) = (4127, 4127) }
        let worker = InstanceScene.process(4200, "worker", below: 4127) {
            ($0.session, $0.processGroup) = (4127, 4127)
        }
        let login = InstanceScene.process(4300, "bash", below: 4127) {
            ($0.session, $0.processGroup) = (4300, 4300)
        }
        let listing = try InstanceScene.listing(
            [leader, worker, login],
            [InstanceScene.file("web", 4127)]
        )
        let standing = try #require(Self.standings(of: 4200, in: listing).first)
        #expect(standing.relation == .company && standing.isStoppable)
        #expect(standing.sentence.hasPrefix("in the session or group of test instance web"))
        #expect(try Self.standings(of: 4300, in: listing).isEmpty)
    }

    @Test("whoever remains of a session is told so, and is nothing that stop ends")
    func remnant() throws {
        let left = InstanceScene.process(5000) { ($0.session, $0.processGroup) = (4127, 4127) }
        let listing = try InstanceScene.listing([left], [InstanceScene.file("web", 4127, .gone)])
        let standing = try #require(Self.standings(of: 5000, in: listing).first)
        #expect(standing.relation == .remnant && !standing.isStoppable)
        #expect(standing.objection?.contains("reaper clean --pid 5000@") == true)
    }

    @Test("an instance that stop leaves alone has no command, but a reason")
    func refused() throws {
        let listing = try InstanceScene.listing(
            [InstanceScene.process(4127)],
            [InstanceScene.file("web", 4127, rule: "test.silent")]
        )
        let standing = try #require(Self.standings(of: 4127, in: listing).first)
        #expect(standing.command == nil && !standing.isStoppable)
        #expect(standing.objection?.contains("does not say how to stop it") == true)
    }

    @Test("of two with one id each is named by what it alone has")
    func twofold() throws {
        let files = [("a", Int32(4127)), ("b", 4128)].map { name, pid in
            InstanceScene.file(name, pid) { file in
                let entry = Scene.entry(pid) {
                    ($0.id, $0.alias) = ("web", name == "a" ? "x" : nil)
                }
                file.contents = .entries([entry])
            }
        }
        let listing = try InstanceScene.listing(
            [InstanceScene.process(4127), InstanceScene.process(4128)],
            files
        )
        let commands = try [Int32(4127), 4128].map {
            try Self.standings(of: $0, in: listing).first?.command
        }
        #expect(commands == ["reaper stop x", "reaper stop 4128@49900"])
    }

    @Test("a name that cannot be typed is not offered")
    func untypable() throws {
        let file = InstanceScene.file("a", 4127) { file in
            let entry = Scene.entry(4127) { ($0.id, $0.alias) = ("\u{1b}[2J", "-f") }
            file.contents = .entries([entry])
        }
        let listing = try InstanceScene.listing([InstanceScene.process(4127)], [file])
        let standing = try #require(Self.standings(of: 4127, in: listing).first)
        #expect(standing.command == "reaper stop 4127@49900")
    }
}

@Suite("instances explained")
struct InstanceExplanationTests {
    private static func explanation(
        of id: String,
        in listing: InstanceListing
    ) throws -> Explanation {
        let rules = try InstanceScene.rules()
        let instance = try #require(listing.instances.first { $0.id == id })
        let standing = InstanceStanding(instance, in: listing, rules: rules)
        return Explanation(standing, in: listing, rules: rules, target: id)
    }

    @Test("one that runs is told with its process, and stopped by its id")
    func running() throws {
        let listing = try InstanceScene.listing(
            [InstanceScene.process(4127) { $0.environment = .value(["REAPER_KEEP=1"]) }],
            [InstanceScene.file("web", 4127)]
        )
        let one = try Self.explanation(of: "web", in: listing)
        #expect(one.kind == .instance && one.answer == .explained)
        #expect(one.summary.hasPrefix("test instance web (alias-web) runs as svc (4127@49900)"))
        #expect(one[.processes]?.statements.map { $0.process?.pid } == [4127])
        #expect(one[.cleaning]?.statements.first?.text == "stops test instance web (alias-web)")
        #expect(one.advice?.commands == ["reaper stop web"])
        #expect(one.advice?.reason?.contains("(REAPER_KEEP=1)") == true)
    }

    @Test("a supervisor that would start it again is said to go first")
    func supervised() throws {
        let listing = try InstanceScene.listing(
            [
                InstanceScene.process(300, "boss", startedAt: 450),
                InstanceScene.process(301, below: 300, startedAt: 460),
            ],
            [
                InstanceScene.file("boss", 300, rule: "test.supervisor"),
                InstanceScene.file("web", 301),
            ]
        )
        let text = try Self.explanation(of: "web", in: listing)[.cleaning]?.statements.first?.text
        #expect(text?.contains("before it alias-boss (PID 300), which would start it") == true)
    }

    @Test("one whose session has survivors leads to them")
    func survivors() throws {
        let left = InstanceScene.process(5000) { ($0.session, $0.processGroup) = (4127, 4127) }
        let listing = try InstanceScene.listing([left], [InstanceScene.file("web", 4127, .gone)])
        let one = try Self.explanation(of: "web", in: listing)
        #expect(one[.processes]?.statements.map { $0.process?.pid } == [5000])
        #expect(one.advice == Advice(.stop, ["reaper clean --pid 5000@49900"]))
    }

    @Test("several are listed, each with how it is")
    func several() throws {
        let listing = try InstanceScene.listing(
            [InstanceScene.process(4127), InstanceScene.process(4128)],
            [InstanceScene.file("web-a", 4127), InstanceScene.file("web-b", 4128)]
        )
        let rules = try InstanceScene.rules()
        let standings = listing.instances.map {
            InstanceStanding($0, in: listing, rules: rules)
        }
        let one = Explanation(standings, of: listing, target: "web")
        #expect(one.summary == "'web' fits 2 instances")
        #expect(one[.candidates]?.statements.map { $0.process?.pid } == [4127, 4128])
        #expect(one.advice?.commands.isEmpty == true)
    }
}
