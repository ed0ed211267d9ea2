import ReaperKit
import Testing

@testable import reaper

@Suite("progress on a terminal: a line for each tree that is waited for")
struct TreeProgressTests {
    private static func target(
        _ pid: Int32,
        _ name: ByteString,
        of root: Int32? = nil,
        grace: Duration = .seconds(10)
    ) -> ShutdownTarget {
        ShutdownTarget(
            identity: ProcessIdentity(pid: pid, startTime: 7),
            depth: root == nil ? 0 : 1,
            root: root.map { ProcessIdentity(pid: $0, startTime: 7) },
            timeout: grace,
            reason: "",
            name: name
        )
    }

    private static func progress(_ waves: [[ShutdownTarget]]) -> TreeProgress {
        var plan = ShutdownPlan()
        plan.waves = waves
        return TreeProgress(plan, until: .seconds(30))
    }

    @Test("who is waited for, and the seconds left")
    func waiting() {
        let (root, child) = (Self.target(10, "node"), Self.target(11, "sh", of: 10))
        var progress = Self.progress([[root, child]])
        #expect(progress.lines(at: .zero, limit: 9) == ["and 1 whose turn comes later"])
        _ = progress.take(.sent(.terminate, child), at: .zero)
        #expect(
            progress.lines(at: .milliseconds(2500), limit: 9)
                == ["node 10@7: waiting for sh 11@7 and 1 more, 7.5 s left"]
        )
        _ = progress.take(.exited(child, after: .seconds(3)), at: .seconds(3))
        _ = progress.take(.sent(.terminate, root), at: .seconds(3))
        #expect(
            progress.lines(at: .seconds(4), limit: 9)
                == ["node 10@7: waiting for it to exit, 9.0 s left"]
        )
        _ = progress.take(.sent(.kill, root), at: .seconds(13))
        #expect(
            progress.lines(at: .seconds(13), limit: 9)
                == ["node 10@7: SIGKILL, waiting for it to exit"]
        )
        let line = progress.take(.exited(root, after: .seconds(14)), at: .seconds(14))
        #expect(line == "gone: node 10@7 and 1 below it after 14.0 s")
        #expect(progress.lines(at: .seconds(14), limit: 9).isEmpty)
    }

    @Test("no more seconds than the deadline leaves, and never less than none")
    func deadline() {
        let root = Self.target(10, "node", grace: .seconds(100))
        var progress = Self.progress([[root]])
        _ = progress.take(.sent(.terminate, root), at: .zero)
        #expect(progress.lines(at: .seconds(28), limit: 9)[0].hasSuffix(" 2.0 s left"))
        #expect(progress.lines(at: .seconds(31), limit: 9)[0].hasSuffix(" 0.0 s left"))
    }

    @Test("of very many trees as many as there is room for, the others are counted")
    func crowd() {
        let roots = (10..<30).map { Self.target($0, "node") }
        var progress = Self.progress([roots, [Self.target(99, "base")]])
        for root in roots { _ = progress.take(.sent(.terminate, root), at: .zero) }
        let lines = progress.lines(at: .zero, limit: 5)
        #expect(lines.count == 5)
        #expect(lines.last == "and 16 more waited for, 1 whose turn comes later")
    }

    @Test("who comes meanwhile is told, and belongs to the tree")
    func newcomer() {
        let root = Self.target(10, "node")
        var progress = Self.progress([[root]])
        _ = progress.take(.sent(.terminate, root), at: .zero)
        let child = Self.target(12, "\u{1b}[2J", of: 10)
        let line = progress.take(.appeared(child), at: .zero)
        #expect(line?.unicodeScalars.contains("\u{1b}") == false)
        _ = progress.take(.exited(root, after: .zero), at: .zero)
        let left = progress.lines(at: .zero, limit: 9)
        #expect(left.count == 1 && !left[0].unicodeScalars.contains("\u{1b}"))
    }

    @Test("a frame goes back over the one before, keeps what is to stay, and wraps no line")
    func frames() {
        var lines = LiveLines()
        #expect(lines.frame(keeping: [], showing: ["a", "b"], width: 80) == "a\nb\n")
        #expect(
            lines.frame(keeping: ["gone"], showing: ["b"], width: 80)
                == "\r\u{1b}[2A\u{1b}[Jgone\nb\n"
        )
        let wide = lines.frame(keeping: [], showing: [String(repeating: "x", count: 99)], width: 40)
        #expect(wide.split(separator: "\n").last.map { $0.drop { $0 != "x" }.count } ?? 0 < 40)
        #expect(lines.frame(keeping: [], showing: [], width: 40) == "\r\u{1b}[1A\u{1b}[J")
        #expect(lines.frame(keeping: [], showing: [], width: 40).isEmpty)
    }
}
