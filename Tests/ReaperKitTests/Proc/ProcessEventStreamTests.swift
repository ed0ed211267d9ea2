import Testing

@testable import ReaperKit
@testable import Simulation

/// The bytes that the process events connector sends, as captured on Linux 6.18 and as they could be.
@Suite("process events")
struct ProcessEventStreamTests {
    /// One datagram of the kernel's own layout.
    private static func datagram(
        what: UInt32,
        cpu: UInt32 = 0,
        sequence: UInt32 = 0,
        acknowledged: UInt32 = 0,
        data: [UInt32] = [],
        index: UInt32 = 1
    ) -> [UInt8] {
        var words: [UInt32] = [76, 3, sequence, 0]
        words += [index, 1, sequence, acknowledged, 40]
        words += [what, cpu, 0x7D21_E4D5, 0xBF9]
        words += data + [UInt32](repeating: 0, count: 6 - data.count)
        return words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
    }

    private static func fork(
        _ parent: UInt32,
        _ child: UInt32,
        thread: UInt32? = nil,
        cpu: UInt32 = 0,
        sequence: UInt32 = 0
    ) -> [UInt8] {
        let data = [parent, parent, thread ?? child, child]
        return datagram(what: 1, cpu: cpu, sequence: sequence, data: data)
    }

    private static func take(
        _ datagrams: [[UInt8]],
        isComplete: Bool = true
    ) throws -> [ForkEvent] {
        var stream = ProcessEventStream(isComplete: isComplete)
        var events: [ProcessEvent] = []
        for datagram in datagrams { try stream.take(datagram.span, into: &events) }
        return events.compactMap { event in
            guard case .fork(var fork) = event else { return nil }
            fork.time = 0
            return fork
        }
    }

    /// A fork and an exit that a real kernel sent.
    private static let captured: [[UInt8]] = [
        [
            76, 0, 0, 0, 3, 0, 0, 0, 26, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 26, 0, 0, 0,
            0, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0x72, 0x8B, 0x4C, 0x32, 0xF9, 0x0B, 0,
            0, 0xDA, 0x45, 0, 0, 0xDA, 0x45, 0, 0, 0xFC, 0x49, 0, 0, 0xFC, 0x49, 0, 0, 0, 0, 0, 0,
            0, 0, 0, 0,
        ],
        [
            76, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0,
            0, 0, 0, 0, 40, 0, 0, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0x72, 0x8B, 0x8C, 0x32, 0xF9, 0x0B,
            0, 0, 0xFC, 0x49, 0, 0, 0xFC, 0x49, 0, 0, 0, 0, 0, 0, 17, 0, 0, 0, 0xDA, 0x45, 0, 0,
            0xDA, 0x45, 0, 0,
        ],
    ]

    @Test("what a kernel sent is understood")
    func real() throws {
        let forks = try Self.take(Self.captured)
        #expect(forks == [ForkEvent(parent: 17_882, child: 18_940, childProcess: 18_940)])
        #expect(forks.first?.isProcess == true)
    }

    @Test("ends are told with the parent, and other programs by the process")
    func endsAndPrograms() throws {
        var stream = ProcessEventStream(isComplete: false)
        var events: [ProcessEvent] = []
        for datagram in Self.captured { try stream.take(datagram.span, into: &events) }
        let exec = Self.datagram(what: 2, sequence: 3, data: [71, 70])
        try stream.take(exec.span, into: &events)
        guard case .fork(let fork) = events.first, case .exit(let exit) = events.dropFirst().first
        else { return #expect(Bool(false), "\(events)") }
        #expect(exit.process == 18_940)
        #expect(exit.parent == 17_882)
        #expect(exit.time > fork.time && fork.time > 0)
        #expect(events.last == .exec(70))
    }

    @Test("threads are told from processes, and parents by their process number")
    func threads() throws {
        let forks = try Self.take([Self.fork(10, 12, thread: 11)])
        #expect(forks == [ForkEvent(parent: 10, child: 11, childProcess: 12)])
        #expect(forks.first?.isProcess == false)
        let data: [UInt32] = [99, 10, 12, 12]
        #expect(try Self.take([Self.datagram(what: 1, data: data)]).first?.parent == 10)
    }

    @Test("several messages of one datagram are all taken, in order")
    func several() throws {
        let both = Self.fork(1, 2) + Self.fork(2, 3, sequence: 1)
        #expect(try Self.take([both]).map(\.child) == [2, 3])
    }

    @Test("other kinds, other senders of the connector and idle threads are nobody's birth")
    func others() throws {
        var sequence: UInt32 = 0
        for what: UInt32 in [2, 4, 0x40, 0x80, 0x100, 0x200, 0x4000_0000, 0x8000_0000, 0x400] {
            let datagram = Self.datagram(what: what, sequence: sequence, data: [1, 2, 3, 4])
            #expect(try Self.take([datagram]).isEmpty)
            sequence += 1
        }
        #expect(try Self.take([Self.datagram(what: 1, data: [1, 1, 2, 2], index: 4)]).isEmpty)
        #expect(try Self.take([Self.fork(1, 0)]).isEmpty)
    }

    @Test("an acknowledgement is known by its number, with its error")
    func acknowledgement() throws {
        var stream = ProcessEventStream(isComplete: true)
        var events: [ProcessEvent] = []
        let yes = Self.datagram(what: 0, acknowledged: 8)
        let no = Self.datagram(what: 0, sequence: 1, acknowledged: 9, data: [22])
        try stream.take(yes.span, into: &events)
        try stream.take(no.span, into: &events)
        #expect(stream.acknowledgements == [8: 0, 9: 22])
        #expect(events.isEmpty)
    }

    @Test("a gap in the numbers of one CPU is a loss, where every kind of event comes")
    func gaps() throws {
        let steady = [
            Self.fork(1, 2, cpu: 0, sequence: .max), Self.fork(1, 3, cpu: 1, sequence: 7),
            Self.fork(1, 4, cpu: 0, sequence: 0), Self.datagram(what: 2, cpu: 1, sequence: 8),
            Self.fork(1, 5, cpu: 1, sequence: 9),
        ]
        #expect(try Self.take(steady).map(\.child) == [2, 3, 4, 5])
        let gap = steady + [Self.fork(1, 6, cpu: 0, sequence: 2)]
        #expect(throws: EventLoss.gap(cpu: 0)) { try Self.take(gap) }
        #expect(try Self.take(gap, isComplete: false).count == 5)
    }

    @Test("every prefix of a datagram is a loss, never a birth and never a trap")
    func prefixes() {
        for whole in [Self.captured[0], Self.fork(1, 2), Self.datagram(what: 0)] {
            for length in 0..<whole.count {
                #expect(throws: EventLoss.malformed, "\(length) bytes") {
                    try Self.take([Array(whole[..<length])])
                }
            }
        }
        // Inner lengths that promise more, or less, than there is.
        for length: UInt8 in [0, 7, 15, 27, 41, 255] {
            var short = Self.fork(1, 2)
            short[32] = length
            #expect(throws: EventLoss.malformed) { try Self.take([short]) }
        }
    }

    @Test("no change of bytes makes the reader trap or run on")
    func noise() {
        var random = SplitMix(state: 7)
        for _ in 0..<20_000 {
            var bytes = Self.fork(1, 2) + Self.datagram(what: 0)
            for _ in 0..<random.number(1...6) {
                bytes[random.number(0...bytes.count - 1)] = UInt8(random.number(0...255))
            }
            let forks = (try? Self.take([bytes])) ?? []
            #expect(forks.count <= 2)
        }
    }

    @Test("the kernel's own word that something was lost is a loss")
    func overrun() {
        var bytes = Self.fork(1, 2)
        bytes[4] = 4
        #expect(throws: EventLoss.overrun) { try Self.take([bytes]) }
        bytes[4] = 1
        #expect(throws: Never.self) { try Self.take([bytes]) }
        bytes[4] = 2
        #expect(throws: EventLoss.malformed) { try Self.take([bytes]) }
    }

    @Test("requests have the layout of struct cn_msg, with and without a filter")
    func requests() {
        let plain = ProcessEventRequest.listen.message(number: 258)
        let header: [UInt8] = [40, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let connector: [UInt8] = [1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 4, 0, 0, 0]
        #expect(plain == header + connector + [1, 0, 0, 0])
        let filtered = ProcessEventRequest.ignore.message(number: 0, filter: 1)
        #expect(filtered.count == 44 && filtered[0] == 44 && filtered[32] == 8)
        #expect(filtered.suffix(8) == [2, 0, 0, 0, 1, 0, 0, 0])
    }

    @Test(
        "whether a process has run shows in its state, its page faults and its time",
        arguments: [
            ("1 (a) R) S 1 1 1 0 -1 64 0 0 0 0 0 0 0 0 20 0 1 0 5 0", true),
            ("1 (a) R 1 1 1 0 -1 64 0 0 0 0 0 0 0 0 20 0 1 0 5 0", false),
            ("1 (a) R 1 1 1 0 -1 64 3 0 0 0 0 0 0 0 20 0 1 0 5 0", true),
            ("1 (a) R 1 1 1 0 -1 64 0 0 0 0 1 0 0 0 20 0 1 0 5 0", true),
            ("1 (a) R 1 1 1 0 -1 64 0 0 0 0 0 2 0 0 20 0 1 0 5 0", true),
            // What its children did, and its priority, say nothing of it.
            ("1 (a) R 1 1 1 0 -1 64 0 0 0 0 0 0 9 9 20 0 1 0 5 0", false),
            ("1 (a) Z 1 1 1 0 -1 64 0 0 0 0 0 0 0 0 20 0 1 0 5 0", true),
            ("1 (a) ", false), ("1 (a", false), ("", false), ("1 (a) R 1 1", false),
        ]
    )
    func running(stat: String, hasRun: Bool) {
        #expect(ProcessRecord.hasRun(stat: Array(stat.utf8).span) == hasRun)
    }
}
