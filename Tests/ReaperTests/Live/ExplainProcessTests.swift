import Foundation
import TestSupport
import Testing

@Suite("explain: processes", .timeLimit(.minutes(60)))
struct ExplainProcessTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func explain(
        _ specimen: Specimen,
        _ name: String = "root",
        rules: String? = nil
    ) throws -> LiveExplanations.Explanation {
        let completion = try Binary.reaper.explain(specimen[name].identity, rules: rules)
        #expect(completion.code == 0, "\(completion.text)")
        return try completion.explanation()
    }

    @Test("a process is told with its facts and where each is read")
    func facts() throws {
        let words = [
            "sleep", "--exe", directory.path("bin/job"), "--cwd", directory.path, "--args", "one",
            "--token", "hunter2",
        ]
        let specimen = try Specimen(words)
        let root = try specimen.root
        let one = try explain(specimen)
        #expect(one.kind == "process" && one.process?.identity == root.identity)
        #expect(one.value("executable") == directory.path("bin/job"))
        #expect(one.value("directory") == directory.path)
        #expect(one.value("arguments")?.hasSuffix("one --token ***") == true)
        #expect(
            one["identity"].first { $0.label == "executable" }?.source == "/proc/\(root.pid)/exe"
        )
        #expect(one["parents"].first?.process?.hasPrefix("\(specimen.keeper)@") == true)
        // Every fact names its source.
        for section in one.sections {
            #expect(section.statements.allSatisfy { $0.source != nil }, "\(section.topic)")
        }
        #expect(one.advice?.commands == ["reaper clean --pid \(root.identity)"])
    }

    @Test("a number alone does, and one of another time does not")
    func numbers() throws {
        let specimen = try Specimen("sleep")
        let root = try specimen.root
        #expect(try Binary.reaper.explain("\(root.pid)").code == 0)
        let other = try Binary.reaper.explain("\(root.pid)@1")
        #expect(other.code == 1)
        let one = try other.explanation()
        #expect(one.answer == "not_found")
        #expect(one.summary.contains("names specimen (\(root.identity)) now"), "\(one.summary)")
        #expect(try specimen.finish().signals.isEmpty)
    }

    @Test("one that is gone is not found")
    func gone() throws {
        let specimen = try Specimen("sleep")
        let identity = try specimen.root.identity
        _ = try specimen.finish()
        let completion = try Binary.reaper.explain(identity)
        #expect(completion.code == 1)
        #expect(try completion.explanation().answer == "not_found")
    }

    @Test("a number that no process has may have been meant as a port")
    func port() throws {
        // The kernel hands numbers out upwards: the highest that is free is not taken at once.
        let number = (2...65_535).reversed().first { kill($0, 0) != 0 && errno == ESRCH }
        let pid = try #require(number)
        let completion = try Binary.reaper.explain("\(pid)")
        #expect(completion.code == 1)
        #expect(try completion.explanation().advice?.commands == ["reaper explain :\(pid)"])
        let exact = try Binary.reaper.explain("\(pid)@1")
        #expect(try exact.explanation().advice == nil)
    }

    @Test("a parent that has not waited for its child is told so")
    func neglect() throws {
        let specimen = try Specimen("zombie")
        let zombie = try specimen["zombie"]
        let statements = try explain(specimen, "root")["odd"]
        let fact = try #require(statements.first { $0.source == "/proc/\(zombie.pid)/stat" })
        #expect(fact.fact.contains("(\(zombie.identity)) has exited, and it has not waited"))
    }

    @Test("an orphan under a subreaper is said to have been adopted, and by whom")
    func adopted() throws {
        let specimen = try Specimen("orphan", "--adopted", "--dead-session")
        let one = try explain(specimen)
        let odd = try #require(one["odd"].first)
        #expect(odd.fact.hasPrefix("it was adopted by specimen (\(specimen.keeper)@"), "\(odd)")
        #expect(odd.fact.contains("whoever started it is gone"))
        #expect(one["parents"].first?.mark == "odd")
        #expect(one.value("session")?.hasSuffix("whose leader is gone") == true)
    }

    @Test("a zombie is told with its parent, and whether that can wait")
    func zombies() throws {
        for (words, text) in [
            (["zombie"], "has not waited for it"),
            (["zombie", "--stopped-parent"], "and cannot: it is stopped"),
        ] {
            let specimen = try Specimen(words)
            let one = try explain(specimen, "zombie")
            let odd = try #require(one["odd"].first)
            #expect(odd.fact.contains(text), "\(odd.fact)")
            #expect(odd.process == (try specimen.root.identity))
            #expect(one.advice?.action == "signal_parent")
        }
    }

    @Test("a leader whose threads live on is none, and its executable is found through them")
    func leader() throws {
        let specimen = try Specimen("zombie-leader", "--exe", directory.path("bin/job"))
        let one = try explain(specimen)
        #expect(one["odd"].first?.fact.contains("looks like a zombie and is none") == true)
        #expect(one.value("executable") == directory.path("bin/job"))
        #expect(one.advice?.action == "stop")
    }

    @Test("a stopped, a traced, and a TERM-ignoring process are said to be")
    func resisting() throws {
        let stopped = try Specimen("stopped")
        #expect(try explain(stopped).texts("odd").contains { $0.hasPrefix("it is stopped") })
        let traced = try Specimen("traced", "--plain")
        let tracer = try traced["tracer"].identity
        #expect(
            try explain(traced)["odd"].contains {
                $0.fact.hasPrefix("it is traced by") && $0.process == tracer
            }
        )
        let deaf = try Specimen("term-ignorer")
        let one = try explain(deaf)
        #expect(one.texts("odd").contains { $0.hasPrefix("it ignores SIGTERM") })
        #expect(one.texts("cleaning").contains { $0.contains("ignores SIGTERM: SIGKILL") })
        #expect(try deaf.finish().signals.isEmpty)
    }

    @Test("a deleted executable and a deleted directory are said to be")
    func deleted() throws {
        let place = directory.path("work")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let path = directory.path("bin/job")
        let specimen = try Specimen("sleep", "--exe", path, "--deleted", "--cwd", place)
        try FileManager.default.removeItem(atPath: place)
        let one = try explain(specimen)
        let odd = one["odd"]
        #expect(odd.contains { $0.fact == "its executable was deleted" && $0.value == path })
        #expect(odd.contains { $0.fact == "the directory it stands in was deleted" })
        #expect(one.value("executable") == "\(path) (deleted)")
        let file = try Binary.reaper.explain(path)
        #expect(file.code == 0)
        #expect(try file.explanation()["users"].first?.process == (try specimen.root.identity))
    }

    @Test("a directory that is really called so is not")
    func literallyDeleted() throws {
        let place = directory.path("x (deleted)")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        let specimen = try Specimen("sleep", "--cwd", place)
        let one = try explain(specimen)
        #expect(one.value("directory") == place)
        #expect(!one.texts("odd").contains { $0.contains("deleted") })
    }

    @Test(
        "a frozen control group is named",
        .enabled(if: Machine.canFreeze("v2"), "needs root and a cgroup hierarchy")
    )
    func frozen() throws {
        let specimen = try Specimen("sleep", "--frozen", "v2")
        let one = try explain(specimen)
        let odd = one["odd"].first { $0.fact.contains("frozen") }
        #expect(odd?.source == specimen.facts["cgroup"])
    }

    @Test("a supervisor that would start it again is named, with what stops it for good")
    func supervisor() throws {
        let specimen = try Specimen("sleep", "--owner", directory.path("bin/runsv"))
        let one = try explain(specimen)
        let origin = try #require(one["origin"].first { $0.label == "supervisor" })
        #expect(origin.process == (try specimen["owner"].identity))
        #expect(origin.fact.contains("it may start again"))
        // Argument 1 of the staged owner is the mode's name.
        #expect(one.advice?.commands == ["sv down sleep"])
    }

    @Test("a CI job is told by the environment, and no other variable is")
    func job() throws {
        let specimen = try Specimen(
            "sleep",
            "--env",
            "GITHUB_RUN_ID=42",
            "--env",
            "API_TOKEN=hunter2",
            "--args",
            "serve"
        )
        let completion = try Binary.reaper.explain(try specimen.root.identity)
        let origin = try #require(
            try completion.explanation()["origin"].first { $0.label == "CI job" }
        )
        #expect(origin.fact == "a GitHub Actions job")
        #expect(completion.text.contains("GITHUB_RUN_ID=42"))
        #expect(!completion.text.contains("hunter2") && !completion.text.contains("API_TOKEN"))
    }

    @Test("the tree that clean --pid stops is told, in its order")
    func tree() throws {
        let specimen = try Specimen("tree", "--depth", "2")
        let one = try explain(specimen)
        let targets = one["cleaning"].filter { $0.depth == 1 }.compactMap(\.process)
        let names = ["root.0.0", "root.0", "root"]
        #expect(targets == (try names.map { try specimen[$0].identity }))
    }

    @Test("a rule says which condition holds and which fails, and what clean does")
    func rule() throws {
        let cache = directory.path("cache")
        let rules = LiveRules.job(cache)
        let orphan = try Specimen("orphan", "--dead-session", "--exe", "\(cache)/job")
        let found = try explain(orphan, rules: rules)
        let head = try #require(found["rules"].first)
        #expect(head.label == "live.job" && head.mark == "decisive")
        #expect(found.texts("cleaning").first?.hasPrefix("stops it and its tree") == true)
        let stranger = try Specimen("sleep", "--exe", directory.path("other/job"))
        let other = try explain(stranger, rules: rules)
        #expect(other.texts("rules").contains { $0.hasPrefix("'exe' fails: it asks for") })
        #expect(other.texts("cleaning").first == "leaves it alone: no rule describes it")
        let owned = try Specimen(
            "sleep",
            "--exe",
            "\(cache)/other",
            "--owner",
            directory.path("bin/host")
        )
        let third = try explain(owned, rules: rules)
        let last = try #require(third["rules"].first)
        let owner = try owned["owner"].identity
        #expect(last.fact.contains("its owner host") && last.process == owner)
        #expect(third.texts("cleaning").first?.contains("is alive") == true)
    }

    @Test("reaper's own callers are refused, and it is said")
    func caller() throws {
        let completion = try Binary.reaper.explain("\(getpid())")
        let one = try completion.explanation()
        #expect(one.texts("cleaning").contains { $0.contains("is an ancestor of reaper") })
        #expect(one.advice?.commands.isEmpty == true)
    }

    @Test("every process of a name is explained, and a name of nobody is not found")
    func names() throws {
        let first = try Specimen("sleep", "--exe", directory.path("live-explain-a"))
        let second = try Specimen("sleep", "--exe", directory.path("live-explain-b"))
        let completion = try Binary.reaper.explain("live-explain-[ab]")
        #expect(completion.code == 0)
        let found = try completion.explanations().explanations.compactMap { $0.process?.identity }
        #expect(Set(found) == [try first.root.identity, try second.root.identity])
        let none = try Binary.reaper.explain("live-explain-nobody")
        let one = try none.explanation()
        #expect(one.kind == "name")
        // An ordinary user does not see what other users run.
        #expect(none.code == 1 || (none.code == 3 && !Machine.isRoot && !one.unknown.isEmpty))
    }

    @Test("more of one name than can be read are counted")
    func crowd() throws {
        let words = [
            "tree", "--depth", "1", "--width", "11", "--exe", directory.path("live-crowd"),
        ]
        let specimen = try Specimen(words)
        let all = try Binary.reaper.explain("live-crowd").explanations()
        #expect(all.explanations.count == 10)
        #expect(all.notes?.first?.hasPrefix("12 processes are called 'live-crowd'") == true)
        #expect(try specimen.finish().signals.isEmpty)
    }
}
