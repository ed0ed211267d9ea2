@testable import ReaperKit

extension StalenessJudgeTests {
    /// Another host, another boot, locks, and other pid namespaces.
    static let places: [Case] = [
        Case(
            "another host, and the number is free here",
            Scene.entry(4127, .gone) { $0.host = "db1" },
            is: .keep,
            because: "it was written on another host"
        ),
        Case(
            "this host by its short name",
            Scene.entry(4127, .gone) { $0.host = "BOX" },
            is: .stale,
            because: "process 4127 does not exist"
        ),
        Case(
            "a host with our first label in another domain",
            Scene.entry(4127, .gone) { $0.host = "box.other" },
            is: .keep,
            because: "it was written on another host"
        ),
        Case(
            "another host and another boot",
            Scene.entry { ($0.host, $0.bootID) = ("db1", "ffff") },
            is: .keep,
            because: "it was written on another host"
        ),
        Case(
            "a network file system",
            Scene.entry(4127, .gone),
            file: { $0.isOnNetworkFileSystem = true },
            is: .keep,
            because: "its file system is shared with other hosts"
        ),
        Case(
            "another boot, although the number is in use",
            Scene.entry { $0.bootID = "ffff" },
            [Scene.process(4127)],
            is: .stale,
            because: "it was written in another boot"
        ),
        Case(
            "another boot, although it is locked",
            Scene.entry { $0.bootID = "ffff" },
            file: { $0.lock = .held("flock") },
            is: .stale,
            because: "it was written in another boot"
        ),
        Case(
            "this boot without hyphens",
            Scene.entry(4127, .gone) { $0.bootID = "3F2CAA" },
            is: .stale,
            because: "process 4127 does not exist"
        ),
        Case(
            "a lock that a child of the dead process inherited",
            Scene.entry(4127, .gone),
            file: { $0.lock = .held("flock") },
            is: .keep,
            because: "somebody holds a lock on it"
        ),
        Case(
            "a lock file that nobody locks",
            Scene.entry(nil, .unknown),
            format: .lock,
            is: .stale,
            because: "nobody holds a lock on it"
        ),
        Case(
            "a lock file that cannot be asked",
            Scene.entry(nil, .unknown),
            format: .lock,
            file: { $0.lock = .unknown(37) },
            is: .report,
            .suspect,
            because: "it names no process and its lock cannot be asked"
        ),
        Case(
            "a number of a nested namespace that is free here",
            Scene.entry(7, .gone),
            [nested(5000, as: 7)],
            is: .keep,
            because: "number 7 belongs to process 5000 in a nested pid namespace"
        ),
        Case(
            "a number of a nested namespace that a stranger has here",
            Scene.entry(4127),
            [Scene.process(4127), nested(5000, as: 4127)],
            is: .keep,
            because: "number 4127 belongs to process 5000 in a nested pid namespace"
        ),
        Case(
            "a number of a nested process that is not the rule's",
            Scene.entry(7, .gone),
            [nested(5000, as: 7)],
            match: .fails,
            is: .stale,
            because: "process 7 does not exist"
        ),
        Case(
            "a number of a nested process, but a record of ours",
            Scene.entry(7, .gone) { $0.pidNamespace = 100 },
            [nested(5000, as: 7)],
            is: .stale,
            because: "process 7 does not exist"
        ),
        Case(
            "a recorded namespace that we can see into",
            Scene.entry(7, .gone) { $0.pidNamespace = 777 },
            [nested(5000, as: 7)],
            is: .keep,
            because: "its process is alive in pid namespace 777"
        ),
        Case(
            "a recorded namespace that we cannot see into",
            Scene.entry(7, .gone) { $0.pidNamespace = 778 },
            [nested(5000, as: 7)],
            is: .keep,
            because: "its pid namespace is not ours"
        ),
    ]

    /// Files too young to judge.
    static let ages: [Case] = [
        Case(
            "dead, but written a moment ago",
            Scene.entry(4127, .gone),
            file: { $0.modified = Scene.now - .milliseconds(500) },
            is: .settling(.milliseconds(1500)),
            because: "process 4127 does not exist"
        ),
        Case(
            "dead, but renamed into place a moment ago",
            Scene.entry(4127, .gone),
            file: { $0.file.changed = Scene.now - .milliseconds(500) },
            is: .settling(.milliseconds(1500)),
            because: "process 4127 does not exist"
        ),
        Case(
            "dead and just old enough",
            Scene.entry(4127, .gone),
            file: { $0.modified = Scene.now - .seconds(2) },
            is: .stale,
            because: "process 4127 does not exist"
        ),
        Case(
            "dead, and dated in the future",
            Scene.entry(4127, .gone),
            file: { $0.modified = Scene.now + .seconds(86_400) },
            is: .stale,
            because: "process 4127 does not exist"
        ),
        Case(
            "alive, written a moment ago",
            Scene.entry(),
            [Scene.process(4127)],
            file: { $0.modified = Scene.now },
            is: .keep,
            because: "process 4127 runs"
        ),
    ]
}
