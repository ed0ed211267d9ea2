import Foundation
import TestSupport
import Testing

@Suite("explain: ports", .timeLimit(.minutes(60)))
struct ExplainPortTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test("a holder is named, with why it runs", arguments: [["--v4"], ["--v6"], ["--udp"]])
    func holder(options: [String]) throws {
        let specimen = try Specimen(["listen"] + options)
        let port = try specimen.port
        let transport = options == ["--udp"] ? "udp" : "tcp"
        for text in [":\(port)", ":\(port)/\(transport)"] {
            let completion = try Binary.reaper.explain(text)
            #expect(completion.code == 0)
            let one = try completion.explanation()
            let root = try specimen.root
            #expect(one.kind == "port")
            #expect(one["holders"].first?.process == root.identity)
            #expect(one["holders"].contains { $0.source == "/proc/\(root.pid)/fd" })
            let command = "reaper clean --ports \(text.dropFirst())"
            #expect(one.advice?.commands == [command])
        }
        let other = transport == "tcp" ? "udp" : "tcp"
        #expect(try Binary.reaper.explain(":\(port)/\(other)").code == 1)
    }

    @Test("two children that share a socket by fork are named with their parent")
    func shared() throws {
        let specimen = try Specimen("listen", "--shared-by-children", "2")
        let one = try Binary.reaper.explain(":\(try specimen.port)").explanation()
        let named = one["holders"].compactMap(\.process)
        #expect(Set(named) == Set(specimen.processes.values.map(\.identity)))
        #expect(one.texts("holders").contains { $0.hasPrefix("3 processes share one socket") })
    }

    @Test("so is everybody with a socket of its own on the same port")
    func reused() throws {
        let specimen = try Specimen("listen", "--reuseport")
        let one = try Binary.reaper.explain(":\(try specimen.port)").explanation()
        #expect(one.texts("holders").contains { $0.contains("(SO_REUSEPORT)") })
    }

    @Test("a connection that is over is explained, and that nobody holds it")
    func timeWait() throws {
        let specimen = try Specimen("listen", "--time-wait")
        let completion = try Binary.reaper.explain(":\(try specimen.port)")
        let one = try completion.explanation()
        #expect(completion.code == 0)
        #expect(one.summary.contains("is held by no process"), "\(one.summary)")
        let text = try #require(one.texts("lingering").first)
        #expect(text.contains("TIME_WAIT") && text.contains("SO_REUSEADDR lets a server bind now"))
        #expect(one["holders"].isEmpty && one.advice == nil)
    }

    @Test("a socket that is bound and does not listen is told, and freed by the process's number")
    func bound() throws {
        let specimen = try Specimen("listen", "--bound-only")
        let one = try Binary.reaper.explain(":\(try specimen.port)").explanation()
        let identity = try specimen.root.identity
        #expect(one.texts("holders").contains { $0.contains("does not listen") })
        #expect(one.advice?.commands == ["reaper clean --pid \(identity)"])
    }

    @Test("a socket on its way to somebody leaves the question open")
    func inFlight() throws {
        let specimen = try Specimen("listen", "--in-flight")
        let completion = try Binary.reaper.explain(":\(try specimen.port)")
        #expect(completion.code == 3)
        let one = try completion.explanation()
        #expect(one.answer == "incomplete" && !one.unknown.isEmpty)
        let identity = try specimen.root.identity
        #expect(one.summary.contains("on its way to"), "\(one.summary)")
        #expect(one["holders"].contains { $0.process == identity && $0.mark == "unknown" })
    }

    @Test("a port that nobody holds is not found")
    func free() throws {
        let specimen = try Specimen("listen")
        let port = try specimen.port
        _ = try specimen.finish()
        let completion = try Binary.reaper.explain(":\(port)")
        #expect(completion.code == 1)
        let one = try completion.explanation()
        #expect(one.summary.hasSuffix("is held by nobody in this network namespace"))
        #expect(one.texts("namespaces").contains { $0.contains("was looked at") })
    }

    @Test(
        "a port of another network namespace is told with whoever holds it there",
        .enabled(if: Machine.canMoveNetworks, "needs the right to a network namespace")
    )
    func elsewhere() throws {
        let specimen = try Specimen("listen", "--own-network")
        let completion = try Binary.reaper.explain(":\(try specimen.port)")
        #expect(completion.code == 0)
        let one = try completion.explanation()
        #expect(one.summary.contains("is held in another network namespace"), "\(one.summary)")
        let root = try specimen.root
        let found = try #require(one["namespaces"].first { $0.process == root.identity })
        #expect(found.source == "/proc/\(root.pid)/net/tcp")
        let process = try Binary.reaper.explain(root.identity).explanation()
        #expect(process.texts("identity").contains { $0.hasPrefix("another net namespace") })
    }

    @Test("a proxy of Docker is explained by its container")
    func proxy() throws {
        let words = [
            "listen", "--exe", directory.path("docker-proxy"), "--args", "-proto", "tcp",
            "-container-ip", "172.17.0.9", "-container-port", "80",
        ]
        let specimen = try Specimen(words)
        let port = try specimen.port
        let one = try Binary.reaper.explain(":\(port)").explanation()
        #expect(one.texts("holders").contains { $0.contains("container at 172.17.0.9:80") })
        #expect(one.advice?.commands == ["docker ps --filter publish=\(port)"])
        #expect(one.advice?.action == "none")
    }

    @Test(
        "another user's holder is said to be unknown, and whose it is",
        .enabled(if: Machine.isRoot, "needs root to have another user")
    )
    func unknown() throws {
        let specimen = try Specimen("listen")
        let completion = try Binary.reaper.run(
            ["explain", "--json", ":\(try specimen.port)"],
            rules: nil,
            asUser: 65534
        )
        #expect(completion.code == 3)
        let one = try completion.explanation()
        let text = try #require(one["holders"].first { $0.mark == "unknown" }).fact
        #expect(text.contains("for user root") && text.contains("run as root"), "\(text)")
        // Some of them are named.
        #expect(text.contains(/[0-9]+ process(es)? \([0-9]+/), "\(text)")
        #expect(try specimen.finish().signals.isEmpty)
    }
}
