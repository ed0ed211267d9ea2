import TestSupport
import Testing

/// Ports that several hold, that nobody seems to hold, or that somebody takes again.
@Suite("clean: shared ports", .timeLimit(.minutes(60)))
struct PortHandoverTests {
    @Test(
        "everybody who has the port is stopped, and that it is free is proven",
        arguments: [
            ["--shared-by-children", "3"], ["--reuseport"],
            ["--shared-by-children", "2", "--reuseport"], ["--udp", "--shared-by-children", "2"],
        ]
    )
    func holders(options: [String]) throws {
        let bystander = try Specimen("listen", "--shared-by-children", "1")
        let specimen = try Specimen(["listen"] + options)
        let port = try specimen.port
        let transport = options.contains("--udp") ? "udp" : "tcp"
        let completion = try Binary.reaper.clean("--ports", "\(port)/\(transport)")
        let report = try completion.report()
        #expect(completion.code == 0, "\(completion.text)")
        for probe in specimen.processes.values {
            #expect(report.target(probe)?.result == "exited")
        }
        #expect(report.outcome?.proof == "port")
        #expect(report.outcome?.ports.map(\.state) == ["free"])
        #expect(try specimen.finish().empty)
        let end = try bystander.finish()
        #expect(end.signals.isEmpty && end.alive == ["root", "sharer.0"])
    }

    @Test("holders that are nobody's children of one another are found one by one")
    func strangers() throws {
        let first = try Specimen("listen", "--reuseport")
        let port = "\(try first.port)"
        let second = try Specimen("listen", "--reuseport", "--port", port)
        let completion = try Binary.reaper.clean("--ports", port)
        #expect(completion.code == 0, "\(completion.text)")
        #expect(try completion.report().outcome?.ports.map(\.state).contains("held") == false)
        #expect(try first.finish().empty && second.finish().empty)
    }

    @Test("a listener on its way between sockets is found with those, or said to be hidden")
    func inFlight() throws {
        let specimen = try Specimen("listen", "--in-flight")
        let port = "\(try specimen.port)/tcp"
        let completion = try Binary.reaper.clean("--ports", port)
        let report = try completion.report()
        let root = try specimen.root
        let outcome = try #require(report.outcome?.ports.first)
        if root.hasEnded {
            #expect(outcome.state == "free", "\(completion.text)")
            #expect(report.target(root)?.result == "exited")
            #expect(completion.code == 0)
        } else {
            // No descriptor proves that the message holds this socket: named, and not stopped.
            #expect(outcome.state == "held", "\(completion.text)")
            #expect(outcome.holder?.contains("(\(root.identity))") == true, "\(outcome)")
            #expect(completion.code == 1)
            #expect(report.findings.count == 1)
        }
        // Stopped by name it frees the port, and that is seen.
        if !root.hasEnded {
            let named = try Binary.reaper.clean("--pid", root.identity)
            #expect(try named.isAllGone(), "\(named.text)")
            #expect(try Binary.reaper.clean("--ports", port).code == 0)
        }
        #expect(try specimen.finish().empty)
    }

    @Test("and the finding names who it may be, as the outcome does")
    func inFlightFinding() throws {
        let specimen = try Specimen("listen", "--in-flight")
        let report = try Binary.reaper.scan("--ports", "\(try specimen.port)/tcp").report()
        let finding = try #require(report.findings.first)
        #expect(finding.summary.contains("on its way to"), "\(finding.summary)")
        // Others have descriptors on their way to them, too: the kernel does not tell of what.
        let source = "/proc/\(try specimen.root.pid)/fdinfo"
        #expect(finding.evidence.contains { $0.source == source }, "\(finding.evidence)")
    }

    @Test("a port that a supervisor has taken again is held; the holder and its maker are named")
    func respawned() throws {
        let specimen = try Specimen("respawner", "--listening")
        let (root, child) = try (specimen.root, specimen["child.0"])
        let port = "\(try specimen.port)/tcp"
        let completion = try Binary.reaper.clean("--deadline", "10", "--ports", port)
        let report = try completion.report()
        #expect(report.target(child)?.result == "exited")
        let held = try #require(report.outcome?.ports.first)
        #expect(held.state == "held")
        let born = try specimen.wait(for: "born")
        let holder = try #require(held.holder)
        #expect(holder.contains("\(try #require(born.pid))"), "\(holder)")
        #expect(holder.contains("started by"), "\(holder)")
        #expect(holder.contains("\(root.pid)"), "\(holder)")
        #expect(completion.code == 1)
        #expect(report.outcome?.proof != "port")
        #expect(root.state == .running)
        #expect(!(try specimen.finish().signals.contains { $0.hasPrefix("root ") }))
    }
}
