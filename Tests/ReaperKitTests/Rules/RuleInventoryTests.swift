import Glibc
import TestSupport
import Testing

@testable import ReaperKit

@Suite("inventory of rules")
struct RuleInventoryTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func text(_ name: String, _ id: String = "r") -> String {
        "{name:'\(name)',title:'T',rules:[{id:'\(id)',title:'R',match:{name:'x'}}]}"
    }

    private func inventory(_ places: [RuleLayers.Place], as user: UInt32 = 1000) -> RuleInventory {
        RuleInventory(
            of: RuleLayers(places: places),
            reader: RuleFileTests.reader,
            effectiveUser: user
        )
    }

    /// `NAME STATE` of every file.
    private func states(_ inventory: RuleInventory) -> [String] {
        inventory.files.map { file in
            let name = ByteString(file.source).baseName.text
            switch file.state {
            case .loaded(let rules): return "\(name) loaded \(rules.name)"
            case .replaced(let other): return "\(name) replaced by \(other)"
            case .skipped(let reason): return "\(name) skipped: \(reason)"
            case .failed(let error): return "\(name) failed: \(error.description)"
            }
        }
    }

    @Test("says which file replaced which, and which are none")
    func layers() throws {
        let first = directory.path("first")
        let second = directory.path("second")
        try directory.write(text("a"), to: "first/a.json5")
        try directory.write(text("b"), to: "first/b.json5")
        try directory.write(text("b2"), to: "second/b.json5")
        try directory.write("", to: "second/b.json5~")
        try directory.write("", to: "second/.c.json5")
        let inventory = inventory([.directory(first), .named(second, by: "--rules")])
        #expect(
            states(inventory) == [
                ".c.json5 skipped: it is hidden", "a.json5 loaded a",
                "b.json5 replaced by \(second)/b.json5", "b.json5 loaded b2",
                "b.json5~ skipped: its name does not end in .json5",
            ]
        )
        #expect(
            inventory.files.map(\.place.origin) == [
                "--rules", "system", "system", "--rules", "--rules",
            ]
        )
        #expect(inventory.errors == [] && inventory.rules.map(\.id) == ["a.r", "b2.r"])
        #expect(inventory.places.map(\.state) == [.read, .read])
    }

    @Test("it has in force what the other commands load, in the same order")
    func agrees() throws {
        try directory.write(text("zinit"), to: "zinit.json5")
        try directory.write(text("mine"), to: "mine.json5")
        let layers = RuleLayers(
            places: [.embedded, .directory("/nonexistent"), .directory(directory.path)]
        )
        let loaded = try RuleSet.load(
            layers,
            reader: RuleFileTests.reader,
            effectiveUser: 1000
        )
        let inventory = inventory(layers.places)
        #expect(inventory.rules == loaded.rules && inventory.loaded == loaded.files)
        #expect(inventory.places.map(\.state) == [.read, .missing, .read])
    }

    @Test("what is wrong is told, and hides nothing else")
    func wrong() throws {
        try directory.write(text("a"), to: "a.json5")
        let bad = try directory.write("{", to: "b.json5")
        try directory.write(text("a"), to: "c.json5")
        let missing = directory.path("none")
        let inventory = inventory([.directory(directory.path), .named(missing, by: "--rules")])
        #expect(states(inventory)[0] == "a.json5 loaded a")
        #expect(states(inventory)[1].hasPrefix("b.json5 failed: \(bad):1:2: expected '}'"))
        let errors = inventory.errors.map(\.description)
        #expect(errors.count == 3 && errors[0].hasPrefix("\(missing): named by --rules"))
        #expect(errors[2].contains("expected each rule once, found 'a.r' again"))
        #expect(inventory.rules.map(\.id) == ["a.r", "a.r"])
    }

    @Test("for root, a file that others can write is in no force")
    func untrusted() throws {
        let path = try directory.write(text("a"), to: "a.json5")
        #expect(unsafe chmod(path, 0o666) == 0)
        #expect(
            states(inventory([.directory(directory.path)], as: 0))[0].contains("refused for root")
        )
    }

    @Test("a file that is named twice replaces itself")
    func twice() throws {
        let path = try directory.write(text("a"), to: "a.json5")
        let place = RuleLayers.Place.named(path, by: "--rules")
        let inventory = inventory([place, place])
        #expect(states(inventory) == ["a.json5 replaced by \(path)", "a.json5 loaded a"])
    }

    @Test(
        "a rule's roles are what it is there for",
        arguments: [
            ("match:{name:'x'}", [Rule.Role.report]), ("match:{exe:'/x'},stop:{}", [.stop]),
            ("match:{name:'x'},protect:true", [.protect]), ("instance:{files:'/a/b'}", [.files]),
            ("match:{name:'x'},stop:{},instance:{files:'/a/b'}", [.stop, .files]),
            ("match:{env:'X'},stop:{},instance:{env:'X'}", [.stop, .environment]),
            ("match:{name:'x'},owner:{name:'y'},instance:{files:'/a/b'}", [.report, .files]),
        ]
    )
    func roles(_ text: String, _ roles: [Rule.Role]) throws {
        #expect(try RuleFileTests.rule(text).rule.roles == roles)
    }
}
