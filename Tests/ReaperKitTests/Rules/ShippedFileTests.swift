import Testing

@testable import ReaperKit

@Suite("shipped rules: files")
struct ShippedFileTests {
    static let cases = ShippedFileCase.systems + ShippedFileCase.developer

    @Test("each names its files and no others, before any rule about any program", arguments: cases)
    func paths(_ testCase: ShippedFileCase) throws {
        let rules = try ShippedRules.naming()
        for path in testCase.paths {
            let first = rules.first { $0.names(path) }
            #expect(first?.id == testCase.rule, "\(path.text)")
        }
        let rule = try #require(rules.first { $0.id == testCase.rule })
        #expect(!rule.names(testCase.other))
    }

    @Test("each reads what such a file holds", arguments: cases)
    func grammar(_ testCase: ShippedFileCase) throws {
        let rules = try ShippedRules.naming()
        let instance = try #require(rules.first { $0.id == testCase.rule }?.instance)
        #expect(try testCase.read(as: instance) == testCase.entries)
    }

    @Test("each knows the program that a number was written about", arguments: cases)
    func programs(_ testCase: ShippedFileCase) throws {
        let rule = try #require(try ShippedRules.naming().first { $0.id == testCase.rule })
        let context = MatchContext(host: Cast.host)
        #expect(rule.match.isEmpty == testCase.own.isEmpty)
        for line in testCase.own {
            #expect(rule.match.evaluate(process(running: line), in: context) == .holds, "\(line)")
        }
        guard !rule.match.isEmpty else { return }
        for line in [testCase.stranger] + testCase.others {
            #expect(rule.match.evaluate(process(running: line), in: context) == .fails, "\(line)")
        }
    }

    @Test("every one has a case")
    func complete() throws {
        #expect(Set(Self.cases.map(\.rule)) == Set(try ShippedRules.naming().map(\.id)))
    }

    /// A walk through a whole home would cost more than the rest of a scan.
    @Test("none searches below more than a few directories")
    func bounded() throws {
        for rule in try ShippedRules.naming() {
            for glob in rule.instance?.files ?? [] {
                let text = glob.pattern.text
                #expect(!text.contains("**"), "\(rule.id): \(text)")
                let start = glob.literalPrefix
                #expect(start != "/" && (glob.literal != nil || start != "/home/u"), "\(rule.id)")
            }
        }
    }

    /// Removing it may let a second server at the data while a backend of the first still writes.
    @Test("the files of PostgreSQL are never removed")
    func kept() throws {
        for rule in try ShippedRules.naming() where rule.id.hasPrefix("databases.postgres") {
            #expect(rule.keep)
        }
    }

    @Test("the files that protect somebody are the ones that every command loads")
    func protecting() throws {
        let reader = ShippedRules.reader
        for name in EmbeddedRules.baseNames {
            let file = try reader.read(EmbeddedRules.contents(of: name), source: name)
            let protects = file.rules.contains(where: \.protect)
            #expect(protects == EmbeddedRules.protecting.contains(name), "\(name)")
        }
    }

    static let helpers: [(line: String, rule: String?)] = [
        ("/usr/bin/docker-proxy -proto tcp -host-port 8080", "containers.docker-proxy"),
        ("docker-proxy -proto tcp -host-ip 0.0.0.0", "containers.docker-proxy"),
        ("/usr/bin/containerd-shim-runc-v2 -namespace moby -id 1", "containers.monitor"),
        ("/usr/bin/conmon --api-version 1 -c 2d", "containers.monitor"),
        ("/usr/bin/slirp4netns --disable-host-loopback", "containers.rootless-network"),
        ("/usr/bin/pasta.avx2 --config-net --dns-forward", "containers.rootless-network"),
        ("/usr/bin/rootlesskit --net=slirp4netns", "containers.rootless-network"),
        ("containers-rootlessport", nil), ("/usr/bin/dockerd", nil),
        ("/usr/bin/vi docker-proxy -x", nil), ("/usr/bin/node conmon.js", nil),
    ]

    @Test("containers' helpers are never stopped", arguments: helpers)
    func protects(_ line: String, _ want: String?) throws {
        let rules = try ShippedRules.load().filter(\.protect)
        // What others may not read of root's processes must not decide.
        var helper = process(running: line)
        // What exec leaves as the kernel's name: 15 bytes of the file's.
        let file = ByteString(String(line.prefix { $0 != " " })).baseName
        helper.name = ByteString(Array(file.bytes.prefix(15)))
        helper.executable = .denied(13)
        helper.environment = .denied(13)
        let context = MatchContext(host: Cast.host)
        let answers = rules.map { ($0.id, $0.match.evaluate(helper, in: context)) }
        #expect(answers.first { $0.1 == .holds }?.0 == want)
        #expect(answers.allSatisfy { $0.1 == .holds || $0.1 == .fails })
    }
}

extension Rule {
    /// Whether its globs name this path.
    fileprivate func names(_ path: ByteString) -> Bool {
        guard let instance else { return false }
        return instance.files.contains { $0.matches(path) }
            && !instance.exclude.contains { $0.matches(path) }
    }
}
