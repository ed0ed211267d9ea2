import Testing

@testable import ReaperKit

/// A file, and the question that decides whether it is stale.
struct StalenessStep: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var contents: InstanceContents = .entries([Scene.entry()])
    var format = InstanceFormat.pid
    var change: @Sendable (inout InstanceFile) -> Void = { _ in }
    var processes: [ProcessRecord] = []
    var answer = RecordedAnswer.holds
    /// The question that decides.
    var decides: StalenessQuestion
    var status: Explanation.Answer = .explained
}

extension StalenessStep {
    static let all: [StalenessStep] = [
        StalenessStep(
            testDescription: "malformed",
            contents: .malformed("nonsense"),
            decides: .contents
        ),
        StalenessStep(testDescription: "unsafe", contents: .unsafe("a link"), decides: .contents),
        StalenessStep(
            testDescription: "too big",
            contents: .oversized(bytes: 9000, limit: 8192),
            decides: .contents,
            status: .incomplete
        ),
        StalenessStep(
            testDescription: "unreadable",
            contents: .denied(13),
            decides: .contents,
            status: .incomplete
        ),
        StalenessStep(
            testDescription: "another host",
            contents: .entries([Scene.entry { $0.host = "other" }]),
            decides: .host
        ),
        StalenessStep(
            testDescription: "a network file system",
            change: { $0.isOnNetworkFileSystem = true },
            decides: .host
        ),
        StalenessStep(
            testDescription: "another boot",
            contents: .entries([Scene.entry { $0.bootID = "ffff" }]),
            decides: .boot
        ),
        StalenessStep(
            testDescription: "locked",
            change: { $0.lock = .held("flock") },
            decides: .lock
        ),
        StalenessStep(
            testDescription: "another pid namespace",
            contents: .entries([Scene.entry { $0.pidNamespace = 9 }]),
            decides: .namespace
        ),
        StalenessStep(
            testDescription: "gone",
            contents: .entries([Scene.entry(4127, .gone)]),
            decides: .existence
        ),
        StalenessStep(
            testDescription: "hidden",
            contents: .entries([Scene.entry(4127, .unknown)]),
            decides: .existence,
            status: .incomplete
        ),
        StalenessStep(
            testDescription: "a zombie",
            processes: [
                ProcessRecord(
                    identity: ProcessIdentity(pid: 4127, startTime: 100),
                    name: "svc",
                    state: UInt8(ascii: "Z"),
                    parent: 1
                )
            ],
            decides: .unreaped
        ),
        StalenessStep(
            testDescription: "recycled",
            processes: [Scene.process(4127)],
            answer: .fails,
            decides: .identity
        ),
        StalenessStep(
            testDescription: "alive",
            processes: [Scene.process(4127)],
            decides: .identity
        ),
        StalenessStep(
            testDescription: "a socket",
            contents: .socket(.unbound),
            format: .socket,
            decides: .listener
        ),
        StalenessStep(
            testDescription: "a lock file",
            contents: .entries([InstanceEntry(pid: nil)]),
            format: .lock,
            decides: .lock
        ),
    ]
}
