import Glibc
import TestSupport
import Testing

@testable import ReaperKit

@Suite("rule sets")
struct RuleSetTests {
    static let reader = RuleFileReader(environment: ["HOME": "/home/u"])

    /// The package's own directory.
    static let package = ByteString(
        #filePath.split(separator: "/").dropLast(3).reduce(into: "") { $0 += "/\($1)" }
    )

    @Test("the embedded list holds what rules/ holds, byte for byte")
    func embedded() throws {
        let path = ByteString("\(Self.package.text)/rules")
        let directory = try DirectoryHandle(opening: path)
        let names = try directory.entries(limit: 1000).map(\.name.text).sorted()
        #expect(EmbeddedRules.files.map(\.baseName) == names.filter(RuleLayers.isRuleFile))
        #expect(names.allSatisfy(RuleLayers.isRuleFile))
        for (name, contents) in EmbeddedRules.files {
            let file = try FileDescriptor(opening: "\(path.text)/\(name)")
            #expect(try file.readAll(subject: name) == contents, "\(name)")
        }
    }

    @Test(
        "every shipped rule file reads without error or warning",
        arguments: EmbeddedRules.files.map(\.baseName)
    )
    func shipped(_ name: String) throws {
        let contents = try #require(EmbeddedRules.files.first { $0.baseName == name }?.contents)
        let file = try Self.reader.read(contents, source: name)
        #expect("\(file.name).json5" == name && file.warnings.isEmpty && !file.rules.isEmpty)
        for rule in file.rules { #expect(rule.hint != nil, "\(rule.id)") }
    }

    @Test("a shipped rule that stops what it finds names an owner, or a record of it")
    func shippedStops() throws {
        for (name, contents) in EmbeddedRules.files {
            for rule in try Self.reader.read(contents, source: name).rules where rule.stop != nil {
                #expect(rule.owner != nil || rule.instance?.files.isEmpty == false, "\(rule.id)")
            }
        }
    }

    @Test("files that can stop something come before those that only report, the generic last")
    func order() throws {
        func file(_ name: String, _ rule: String) throws -> RuleFile {
            let rules = "[{id:'r',title:'t',match:{name:'x'}\(rule)}]"
            let text = "{name:'\(name)',title:'t',rules:\(rules)}"
            return try Self.reader.read(Array(text.utf8), source: name)
        }
        let stop = ",owner:{name:'y'},stop:{}"
        let files = try [
            file("a", ""), file("b", stop), file("c", ",protect:true"), file("d", stop),
            file("generic", ""), file("myapp", ""),
        ]
        let rules = try RuleSet(files: files)
        #expect(rules.rules.map(\.id) == ["b.r", "d.r", "a.r", "c.r", "myapp.r", "generic.r"])
        #expect(rules.files.map(\.name) == ["a", "b", "c", "d", "generic", "myapp"])
    }

    @Test("shipped rules know their own systems, and not their neighbors")
    func shippedMatches() throws {
        let files = try EmbeddedRules.files.map { try Self.reader.read($1, source: $0) }
        let rules = try RuleSet(files: files).rules
        func rule(_ id: String) throws -> Rule { try #require(rules.first { $0.id == id }) }
        let provider = try rule("wasmcloud.provider")
        #expect(
            provider.match.executables[0].matches(
                "/tmp/wasmcloudcache/V1/16/wasmcloud_httpserver_default"
            )
        )
        #expect(!provider.match.executables[0].matches("/tmp/wasmcloudcachex/V1/a"))
        #expect(provider.owner?.names.contains { $0.matches("wasmcloud_https") } == false)
        let node = try #require(try rule("manta.node").instance)
        let own: ByteString = "/home/u/.manta/nodes/instances/prod-a3f2c891.json"
        let supervisor: ByteString = "/home/u/.manta/nodes/instances/prod.supervisor.json"
        #expect(node.files[0].matches(own) && !node.exclude[0].matches(own))
        #expect(node.files[0].matches(supervisor) && node.exclude[0].matches(supervisor))
        let tests = try rule("swiftpm.tests").match.executables[0]
        #expect(tests.matches("/w/.build/x86_64-unknown-linux-gnu/debug/pPackageTests.xctest"))
    }

    @Test("shipped expressions take records apart")
    func shippedExpressions() throws {
        let files = try EmbeddedRules.files.map { try Self.reader.read($1, source: $0) }
        func rule(_ id: String) throws -> Rule {
            try #require(files.flatMap(\.rules).first { $0.id == id })
        }
        let xml = """
            <PidFile><services><name>web</name><pid>41</pid></services>
            <service_groups><name>web</name><pgid>41</pgid></service_groups>
            <generations><service>web</service><pid>41</pid><start>88213</start><sid>41</sid>
            </generations><generations>
              <service>db</service>
              <pid>42</pid>
              <start>88300</start>
            </generations></PidFile>
            """
        let entries = try InstanceText.matches(
            of: try rule("systemg.service").instance?.pattern,
            in: Array(xml.utf8)
        )
        #expect(entries.map(\.pid) == [41, 42] && entries.map(\.id) == ["web", "db"])
        #expect(entries.map(\.startTicks) == [88213, 88300])
        let id = "0195c0a1-7b3e-7c4d-9e1f-3f2b1a0c9d8e"
        for (name, variable) in [("node", "DORA_NODE_CONFIG"), ("operator", "DORA_RUNTIME_CONFIG")]
        {
            let dora = try #require(InstanceMarkReader(try rule("dora.\(name)")))
            for text in ["dataflow_id: \(id)\nnode_id: a", "node_id: a\ndataflow_id: '\(id)'"] {
                let mark = dora.mark(in: [ByteString("\(variable)=\(text)")])
                #expect(mark == InstanceMark(id: id, node: "a"))
            }
        }
    }

    // MARK: Layers

    @Test("places are listed in rising importance")
    func places() {
        let layers = RuleLayers(
            environment: ["HOME": "/home/u", "REAPER_RULES": "/a::b/c.json5"],
            named: ["x.json5"]
        )
        #expect(
            layers.places == [
                .embedded, .directory("/etc/reaper/rules.d"),
                .home("/home/u/.config/reaper/rules.d"), .named("/a", by: "REAPER_RULES"),
                .named("b/c.json5", by: "REAPER_RULES"), .named("x.json5", by: "--rules"),
            ]
        )
        let named = RuleLayers(
            environment: ["HOME": "/home/u", "REAPER_RULES": "/a"],
            named: ["/b"],
            includesDefaults: false
        )
        #expect(named.places == [.named("/a", by: "REAPER_RULES"), .named("/b", by: "--rules")])
    }

    @Test(
        "only an absolute configuration home counts",
        arguments: [
            ("/x", "/x/reaper/rules.d"), ("x", "/h/.config/reaper/rules.d"),
            ("", "/h/.config/reaper/rules.d"),
        ]
    )
    func configurationHome(_ value: ByteString, _ want: String) {
        let layers = RuleLayers(environment: ["HOME": "/h", "XDG_CONFIG_HOME": value])
        #expect(layers.places.last == .home(want))
        #expect(RuleLayers(environment: [:]).places.count == 2)
    }

    @Test("what editors and package managers leave is no rule file")
    func names() {
        #expect(RuleLayers.isRuleFile(named: "a.json5"))
        for name in [
            "a.json5~", "a.json5.bak", "a.json5.rpmsave", "a.json5.dpkg-old", ".a.json5", ".json5",
            "a.json", "README", ".#a.json5",
        ] {
            #expect(!RuleLayers.isRuleFile(named: name), "\(name)")
        }
    }

    @Test("later files replace earlier ones of the same base name")
    func merging() {
        let merged = RuleLayers.merge([
            [("b.json5", 1), ("c.json5", 2)], [("a.json5", 3), ("b.json5", 4)], [("a.json5", 5)],
        ])
        #expect(merged == [5, 4, 2])
    }

    // MARK: Files

    private func text(_ name: String, _ id: String = "r") -> String {
        "{name:'\(name)',title:'T',rules:[{id:'\(id)',title:'R',match:{name:'x'}}]}"
    }

    private func load(
        named paths: [String],
        as user: UInt32 = 1000
    ) throws(RuleError) -> RuleSet {
        let layers = RuleLayers(environment: [:], named: paths, includesDefaults: false)
        return try RuleSet.load(layers, reader: Self.reader, effectiveUser: user)
    }

    @Test("loads named files and directories, links among them")
    func loads() throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        try directory.write(text("b"), to: "b.json5")
        try directory.write(text("a"), to: "a.json5")
        try directory.write("broken", to: "c.json5.bak")
        try directory.write(text("other"), to: "any-name")
        #expect(unsafe symlink("any-name", "\(path)/d.json5") == 0)
        let set = try load(named: [path])
        #expect(set.files.map(\.name) == ["a", "b", "other"])
        #expect(set.files[0].source == "\(path)/a.json5")
        #expect(try load(named: ["\(path)/any-name"]).rules.map(\.id) == ["other.r"])
        #expect(throws: RuleError.self) { try load(named: [path, "\(path)/any-name"]) }
    }

    @Test("what was named and cannot be read is an error; what is not regular too")
    func missing() throws {
        let directory = try TemporaryDirectory()
        let missing = "\(directory.path)/none.json5"
        let error = #expect(throws: RuleError.self) { try load(named: [missing]) }
        #expect(
            error?.description
                == "\(missing): named by --rules, but cannot be read: No such file or directory"
        )
        #expect(unsafe mkfifo("\(directory.path)/f.json5", 0o600) == 0)
        let fifo = #expect(throws: RuleError.self) { try load(named: [directory.path]) }
        #expect(fifo?.message.contains("found a named pipe") == true)
        let layers = RuleLayers(environment: ["HOME": "/nonexistent"])
        let set = try RuleSet.load(layers, reader: Self.reader, effectiveUser: 1000)
        #expect(set.files.count >= EmbeddedRules.files.count)
    }

    @Test(
        "for root, only root decides what a file says",
        arguments: [
            (UInt32(0), UInt32(0o644), nil, nil), (0, 0o600, nil, nil),
            (1000, 0o600, nil, "user 1000 owns it"), (0, 0o646, nil, "every user can write it"),
            (0, 0o664, nil, "its group can write it"), (0, 0o644, "of its path", "of its path"),
        ]
    )
    func trust(_ owner: UInt32, _ mode: UInt32, _ exposure: String?, _ want: String?) throws {
        let file = try FileDescriptor(opening: "/proc/self/stat")
        var facts = try FileFacts(of: file, subject: "stat")
        facts.owner = owner
        facts.permissions = mode
        #expect(RuleStore.objection(to: facts, exposure) == want)
    }

    @Test("for root, a file that everybody can write is refused by name")
    func writable() throws {
        let directory = try TemporaryDirectory()
        let path = "\(directory.path)/a.json5"
        try directory.write(text("a"), to: "a.json5")
        #expect(unsafe chmod(path, 0o666) == 0)
        let error = #expect(throws: RuleError.self) { try load(named: [path], as: 0) }
        #expect(error?.file == path && error?.message.hasPrefix("refused for root: ") == true)
        #expect(try load(named: [path], as: 1000).files.count == 1)
    }
}
