import TestSupport
import Testing

@Suite("scan and clean: ports", .timeLimit(.minutes(60)))
struct PortTests {
    @Test(
        "the holder of a port is found, whatever the socket",
        arguments: [
            (["--v4"], "tcp"), (["--v6"], "tcp"), (["--udp"], "udp"), (["--udp", "--v6"], "udp"),
        ]
    )
    func holder(options: [String], transport: String) throws {
        let specimen = try Specimen(["listen"] + options)
        let port = try specimen.port
        for text in ["\(port)", ":\(port)", "\(port)/\(transport)", "\(port)-\(port)"] {
            let completion = try Binary.reaper.scan("--ports", text)
            #expect(completion.code == 1, "\(text)")
            let finding = try completion.report().finding(about: specimen.root)
            #expect(finding?.kind == "port_holder", "\(text)")
            #expect(finding?.summary == "holds port \(port)/\(transport)")
        }
        let other = transport == "tcp" ? "udp" : "tcp"
        let completion = try Binary.reaper.scan("--ports", "\(port)/\(other)")
        #expect(try completion.report().finding(about: specimen.root) == nil)
    }

    @Test("a TCP socket that does not listen holds nothing", arguments: ["--v4", "--v6"])
    func boundOnly(family: String) throws {
        let specimen = try Specimen("listen", family, "--bound-only")
        let completion = try Binary.reaper.scan("--ports", "\(try specimen.port)", "--peers")
        #expect(completion.code == 0)
        #expect(try completion.report().found.isEmpty)
    }

    @Test("every process that shares the socket is listed")
    func shared() throws {
        let specimen = try Specimen("listen", "--shared-by-children", "2")
        let report = try Binary.reaper.scan("--ports", "\(try specimen.port)").report()
        #expect(Set(report.found) == Set(specimen.processes.values.map(\.identity)))
        #expect(specimen.processes.count == 3)
    }

    @Test("so is everybody with a socket of its own on the same port")
    func reused() throws {
        let specimen = try Specimen("listen", "--reuseport")
        let report = try Binary.reaper.scan("--ports", "\(try specimen.port)").report()
        #expect(Set(report.found) == Set(specimen.processes.values.map(\.identity)))
        #expect(specimen.processes.count == 2)
    }

    @Test("a connected client holds nothing, unless peers are asked for")
    func client() throws {
        let specimen = try Specimen("listen", "--established")
        let port = "\(try specimen.port)"
        let holders = try Binary.reaper.scan("--ports", port).report()
        #expect(holders.found == [try specimen.root.identity])
        let peers = try Binary.reaper.scan("--ports", port, "--peers").report()
        #expect(Set(peers.found) == Set(specimen.processes.values.map(\.identity)))
        let client = try #require(peers.finding(about: try specimen["client"]))
        #expect(client.summary.hasPrefix("is connected to"), "\(client.summary)")
    }

    @Test("a port that nobody holds selects nobody")
    func free() throws {
        let specimen = try Specimen("listen")
        let port = "\(try specimen.port)"
        try #require(try specimen.finish().alive == ["root"])
        let completion = try Binary.reaper.scan("--ports", port)
        #expect(try completion.report().findings.isEmpty)
        #expect(completion.code == 0)
        #expect(try Binary.reaper.scan("--ports", port, "--require-match").code == 1)
    }

    @Test("a port that somebody else still holds is not free, and the holder is named")
    func heldOn() throws {
        let specimen = try Specimen("listen", "--shared-by-children", "1")
        let (root, sharer) = try (specimen.root, specimen["sharer.0"])
        let port = "\(try specimen.port)/tcp"
        let completion = try Binary.reaper.clean("--ports", port, "--pid", sharer.identity)
        let outcome = try #require(try completion.report().outcome)
        #expect(sharer.hasEnded && root.state == .running)
        #expect(outcome.ports.map(\.state) == ["held"])
        #expect(outcome.ports.first?.holder?.contains("\(root.pid)") == true)
        #expect(completion.code == 1)
        let words = ["clean", "--ports", port, "--pid", "4194304"]
        let text = try Binary.reaper.run(words, rules: nil).text
        #expect(text.contains("still held by"), "\(text)")
        #expect(text.contains("not proven: a port is held"), "\(text)")
    }
}
