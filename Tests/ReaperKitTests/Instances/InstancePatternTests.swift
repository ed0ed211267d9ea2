import Testing

@testable import ReaperKit

@Suite("naming an instance")
struct InstancePatternTests {
    /// What is typed among the instances below, and whom that means.
    struct Case: Sendable, CustomTestStringConvertible {
        var typed: String
        var answer: String
        var testDescription: String

        init(_ testDescription: String, _ typed: String, _ answer: String) {
            self.testDescription = testDescription
            self.typed = typed
            self.answer = answer
        }
    }

    static func instance(
        _ id: String,
        _ alias: String? = nil,
        _ state: InstanceState = .running,
        pid: Int32? = nil
    ) -> Instance {
        var instance = Instance(rule: "manta.node", id: id, state: state, reason: "")
        instance.alias = alias
        instance.file = ByteString("/run/\(id).json")
        instance.process = pid.map { ProcessIdentity(pid: $0, startTime: 7) }
        return instance
    }

    static let instances = [
        instance("production-a3f2c891", "production", pid: 4127),
        instance("staging-00c0ffee", "staging"),
        instance("staging-11c0ffee", "staging-eu"),
        instance("web", "front"),
        instance("webhook"),
        instance("gpu-0badcafe", "gpu", .stale),
        instance("gpu-1badcafe", "gpu"),
        instance("old-1", "old", .stale),
        instance("old-2", "old", .recycled),
        instance("db-1", "db"),
        instance("db-2", "db"),
        instance("tunnel-a", nil, .foreign),
        instance("tunnel-b", nil, .zombie),
        instance("cache-1", nil, .unknown),
        instance("cache-2", pid: 4128),
        instance("queue", nil, .unknown),
        instance("queue-7", "queue", pid: 4129),
        instance("kiosk-1", "kiosk", pid: 4130),
        distrusted("kiosk-9", "kiosk", pid: 4131),
        distrusted("kiosk", pid: 4132),
        instance("till-front"),
        distrusted("till", pid: 4133),
        instance("depot", nil, .stale),
        distrusted("depot", pid: 4134),
    ]

    /// One whose record somebody else may have written.
    static func distrusted(_ id: String, _ alias: String? = nil, pid: Int32) -> Instance {
        var instance = instance(id, alias, pid: pid)
        instance.distrust = "anybody may have written it"
        return instance
    }

    static let cases = [
        Case("the whole name", "production-a3f2c891", "production-a3f2c891"),
        Case("the alias", "production", "production-a3f2c891"),
        Case("a name that others only claim", "kiosk", "kiosk-1"),
        Case("a prefix that others only claim", "kio", "kiosk-1"),
        Case("a name of nobody else's", "kiosk-9", "kiosk-9"),
        Case(
            "a name that is not believed, a prefix of one that is",
            "till",
            "ambiguous till-front till"
        ),
        Case("a name that is not believed, and one that is over", "depot", "ambiguous depot depot"),
        Case("a prefix", "prod", "production-a3f2c891"),
        Case("a prefix of the name", "production-a", "production-a3f2c891"),
        Case("a prefix of each part", "prod-a3f2", "production-a3f2c891"),
        Case("the last part left open", "prod-", "production-a3f2c891"),
        Case("its process", "4127@7", "production-a3f2c891"),
        Case("its file", "/run/production-a3f2c891.json", "production-a3f2c891"),
        Case("another start time", "4127@8", "none"),
        Case("a bare number", "4127", "none"),
        Case("more parts than there are", "prod-a3f2-c", "none"),
        Case("an empty part", "prod--a3f2", "none"),
        Case("parts in another order", "a3f2-prod", "none"),
        Case("a later part alone", "a3f2", "none"),
        Case("a suffix", "duction", "none"),
        Case("another case", "PROD", "none"),
        Case("a prefix of two", "stag", "ambiguous staging-00c0ffee staging-11c0ffee"),
        Case("an alias beats a prefix of it", "staging", "staging-00c0ffee"),
        Case("parts that fit two", "s-", "ambiguous staging-00c0ffee staging-11c0ffee"),
        Case("parts that fit one", "s-1", "staging-11c0ffee"),
        Case("a name beats a prefix", "web", "web"),
        Case("a prefix of a name and another", "we", "ambiguous web webhook"),
        Case("who runs before who is over", "gpu", "gpu-1badcafe"),
        Case("the same by a prefix", "gp", "gpu-1badcafe"),
        Case("one that is over, in full", "gpu-0badcafe", "over gpu-0badcafe"),
        Case("one that is over, by a prefix", "gpu-0", "over gpu-0badcafe"),
        Case("several that are over, in full", "old", "over old-1 old-2"),
        Case("several that are over, by a prefix", "ol", "ambiguous old-1 old-2"),
        Case("an alias of two that run", "db", "ambiguous db-1 db-2"),
        Case("who is not ours is there all the same", "tunnel", "tunnel-a"),
        Case("a broken record does not rival an intact one by a prefix", "cach", "cache-2"),
        Case("a broken record by its file's name", "cache-1", "cache-1"),
        Case("a broken record that is called so in full", "queue", "ambiguous queue queue-7"),
        Case("nobody", "nosuch", "none"),
        Case("a glob is none", "web*", "none"),
    ]

    @Test("a socket is meant only where nothing else of that name is there")
    func socket() {
        var socket = Self.instance("hub", nil)
        socket.isSocket = true
        let hub = Self.instance("hub", nil, pid: 5)
        #expect(InstancePattern("hub").find(in: [socket, hub]) == .one(hub))
        let stale = Self.instance("hub", nil, .stale)
        #expect(InstancePattern("hub").find(in: [socket, stale]) == .one(socket))
    }

    @Test("finds the one that is meant, or says why not", arguments: cases)
    func find(testCase: Case) {
        let answer =
            switch InstancePattern(testCase.typed).find(in: Self.instances) {
            case .none: "none"
            case .one(let instance): instance.id
            case .over(let instances): "over " + instances.map(\.id).joined(separator: " ")
            case .ambiguous(let instances):
                "ambiguous " + instances.map(\.id).joined(separator: " ")
            }
        #expect(answer == testCase.answer)
    }

    @Test(
        "a list shows all that fit, and knows globs",
        arguments: [
            ("db", ["db-1", "db-2"]), ("web", ["web", "webhook"]), ("old*", ["old-1", "old-2"]),
            ("*1badcafe", ["gpu-1badcafe"]), ("front", ["web"]), ("[", []), ("x", []),
        ]
    )
    func shows(typed: String, ids: [String]) {
        let pattern = InstancePattern(typed)
        let shown = Self.instances.filter { pattern.shows($0) }.map(\.id)
        #expect(shown == ids)
    }
}
