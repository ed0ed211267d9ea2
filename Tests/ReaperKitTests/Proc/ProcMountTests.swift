import Testing

@testable import ReaperKit

@Suite("what a procfs mount hides")
struct ProcMountTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var root = "/proc"
        let lines: [String]
        var user: UInt32 = 1000
        let notes: [String]
    }

    static func mount(_ options: String, at place: String = "/proc", type: String = "proc")
        -> String
    {
        "22 28 0:20 / \(place) rw,nosuid shared:5 master:1 - \(type) none rw,\(options)"
    }

    static let cases = [
        Case(testDescription: "an ordinary mount", lines: [mount("gid=5")], notes: []),
        Case(
            testDescription: "hidepid=1",
            lines: [mount("hidepid=noaccess")],
            notes: ["/proc is mounted with hidepid=1: other users' facts are hidden"]
        ),
        Case(
            testDescription: "hidepid=2",
            lines: [mount("hidepid=2")],
            notes: ["/proc is mounted with hidepid=2: other users' processes are hidden"]
        ),
        Case(
            testDescription: "hidepid by its new name, and a subset",
            lines: [mount("hidepid=invisible,subset=pid")],
            notes: [
                "/proc is mounted with hidepid=invisible: other users' processes are hidden",
                "/proc is mounted with subset=pid: nothing can be proven gone",
            ]
        ),
        Case(
            testDescription: "root sees everything but what is left out",
            lines: [mount("hidepid=4,subset=pid")],
            user: 0,
            notes: ["/proc is mounted with subset=pid: nothing can be proven gone"]
        ),
        Case(
            testDescription: "the last mount on a place counts",
            lines: [mount("hidepid=2"), mount("gid=5")],
            notes: []
        ),
        Case(
            testDescription: "a mount elsewhere does not count",
            lines: [mount("hidepid=2", at: "/host/proc"), mount("gid=5")],
            notes: []
        ),
        Case(
            testDescription: "a trailing slash is no other place",
            root: "/host/proc/",
            lines: [mount("hidepid=1", at: "/host/proc")],
            notes: ["/host/proc/ is mounted with hidepid=1: other users' facts are hidden"]
        ),
        Case(
            testDescription: "a blank in the place",
            root: "/my proc",
            lines: [mount("hidepid=1", at: "/my\\040proc")],
            notes: ["/my proc is mounted with hidepid=1: other users' facts are hidden"]
        ),
        Case(
            testDescription: "another file system on top",
            lines: [mount("hidepid=2"), mount("hidepid=2", type: "tmpfs")],
            notes: []
        ),
        Case(testDescription: "nothing mounted", lines: [], notes: []),
        Case(testDescription: "a cut line", lines: ["22 28 0:20 / /proc rw -"], notes: []),
    ]

    @Test("is told one sentence each", arguments: cases)
    func notes(testCase: Case) {
        let text = testCase.lines.joined(separator: "\n")
        let notes = ProcMount.limits(
            of: testCase.root,
            in: Array(text.utf8),
            effectiveUser: testCase.user
        )
        #expect(notes == testCase.notes)
    }

    @Test("every prefix is read without harm")
    func prefixes() {
        let bytes = Array(Self.mount("hidepid=2", at: "/a\\040b").utf8)
        for end in 0...bytes.count {
            let notes = ProcMount.limits(
                of: "/a b",
                in: Array(bytes[..<end]),
                effectiveUser: 1
            )
            #expect(notes.isEmpty == (end < bytes.count))
        }
    }
}

@Suite("user names")
struct UserNamesTests {
    @Test("the first name of a number and the first number of a name count")
    func names() {
        let text = """
            root:x:0:0:root:/root:/bin/sh
            toor:x:0:0::/root:/bin/sh
            alice:x:1000:1000
            alice:x:1001:1001

            broken
            :x:5:5
            minus:x:-1:0
            huge:x:4294967296:0
            last:x:4294967295
            """
        let users = UserNames(parsing: Array(text.utf8))
        #expect(users.names == [0: "root", 1000: "alice", 1001: "alice", .max: "last"])
        #expect(users.numbers == ["root": 0, "toor": 0, "alice": 1000, "last": .max])
    }
}
