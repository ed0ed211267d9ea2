import Glibc
import Testing

@testable import ReaperKit

@Suite("marks of services")
struct ServiceMarksTests {
    /// A process of the caller's whose environment the kernel keeps from it.
    private static func silent(_ pid: Int32, parent: Int32) -> ProcessRecord {
        Cast.process(pid, parent: parent) { $0.environment = .denied(EACCES) }
    }

    private static func hidden(_ marks: ServiceMarks, _ processes: [ProcessRecord]) -> [Int32] {
        ServiceProcessDetector(marks: marks).detection(in: Cast.snapshot(processes))
            .hidden.map(\.pid)
    }

    @Test("who is older than every mark carries none")
    func older() {
        var marks = ServiceMarks()
        let processes = [Self.silent(600, parent: 1), Self.silent(700, parent: 1)]
        #expect(Self.hidden(marks, processes) == [600, 700])
        marks.since = Cast.start(of: 600)
        #expect(Self.hidden(marks, processes) == [600, 700])
        marks.since = Cast.start(of: 600) + 1
        #expect(Self.hidden(marks, processes) == [700])
    }

    @Test("who does not descend from the subreaper of all carries none, if that is known")
    func descendants() {
        var marks = ServiceMarks()
        marks.areDescendants = true
        let processes = [
            Self.silent(700, parent: 1), Self.silent(801, parent: 800),
            Cast.process(802, parent: 800), Self.silent(803, parent: 802),
            Self.silent(810, parent: 0),
            // Whose parents are not known may be anybody's.
            Self.silent(820, parent: 819), Self.silent(821, parent: 820),
        ]
        #expect(Self.hidden(marks, processes) == [801, 803, 820, 821])
    }
}
