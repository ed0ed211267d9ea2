import CSpecimen
import Foundation
import TestSupport
import Testing

/// The sockets of the specimen do what they promise to those who try them.
///
/// Not by `/proc/net/tcp`, which takes several reads between which other tests change its rows.
@Suite("the specimen's sockets", .timeLimit(.minutes(60)))
struct SpecimenSocketTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let mode: String
        let version: Int32
        let isStream: Bool
        /// What connect(2) answers, as shims do; nil for what cannot be connected to.
        let answer: Int32?
        var testDescription: String { mode }

        init(_ mode: String, _ version: Int32 = 4, stream: Bool = true, answer: Int32? = 0) {
            self.mode = mode
            self.version = version
            isStream = stream
            self.answer = answer
        }
    }

    static let cases = [
        Case("listen"), Case("listen --v6", 6), Case("listen --reuseport"),
        Case("listen --shared-by-children 1"), Case("zombie-leader"),
        Case("listen --bound-only", answer: -ECONNREFUSED),
        Case("listen --udp", stream: false, answer: nil),
        Case("listen --udp --v6", 6, stream: false, answer: nil),
    ]

    @Test("a port is held in the way it was asked for", arguments: cases)
    func ports(example: Case) throws {
        let specimen = try Specimen(example.mode.split(separator: " ").map(String.init))
        let port = try specimen.port
        let second = cspecimen_bind(example.version, example.isStream ? 1 : 0, port, 0)
        #expect(second == -EADDRINUSE)
        guard let answer = example.answer else { return }
        let connection = cspecimen_connect(example.version, port)
        #expect(min(connection, 0) == answer)
        if connection >= 0 { _ = close(connection) }
    }

    @Test("an established connection has a client, and the listener its end")
    func established() throws {
        let specimen = try Specimen("listen", "--established")
        #expect(try sockets(of: specimen["client"]) == 1)
        #expect(try sockets(of: specimen.root) == 2)
    }

    @Test("sharers hold the very socket of the listener, a sibling one of its own")
    func shared() throws {
        let specimen = try Specimen("listen", "--shared-by-children", "1", "--reuseport")
        let held = try specimen.processes.mapValues { try Set(links(of: $0)) }
        #expect(held["root"] == held["sharer.0"])
        #expect(held["root"] != held["sibling"])
        #expect(held["sibling"]?.count == 1)
    }

    private func sockets(of probe: ProcessProbe) throws -> Int { try links(of: probe).count }

    private func links(of probe: ProcessProbe) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(probe.pid)/fd")
            .compactMap { probe.link("fd/\($0)") }
            .filter { $0.hasPrefix("socket:") }
    }
}
