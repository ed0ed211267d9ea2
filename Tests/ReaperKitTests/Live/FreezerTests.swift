import TestSupport
import Testing

@testable import ReaperKit

/// The freezer of version 1, which holds back even SIGKILL.
@Suite(
    "the version 1 freezer",
    .enabled(if: ScratchGroup.canMake(.freezer), "needs root and a writable freezer hierarchy"),
    .timeLimit(.minutes(60))
)
struct FreezerTests {
    @Test("a frozen group of members is thawed, before they are asked and when they do not die")
    func thawed() throws {
        try ScratchGroup.with(.freezer) { scratch in
            let specimen = try Specimen("sleep")
            try scratch.add(specimen.root)
            try scratch.write("FROZEN", to: "freezer.state")
            let kernel = try ControlGroupTests.kernel()
            let root = try ControlGroupTests.pin(specimen.root.pid, in: kernel)
            #expect(kernel.wakeGroups(holding: [root])[root]?.contains(scratch.path) == true)
            #expect(try !scratch.group.isFrozen())
            try scratch.write("FROZEN", to: "freezer.state")
            #expect(kernel.send(.kill, to: root) == .sent)
            #expect(kernel.diagnose(root, within: [root]) == nil)
            #expect(try specimen.root.endsInTime())
        }
    }

    @Test("a group is thawed from the frozen one above it, and not where others are in that")
    func nested() throws {
        try ScratchGroup.with(.freezer) { outer in
            let (specimen, stranger) = (try Specimen("sleep"), try Specimen("sleep"))
            try ScratchGroup.with(.freezer, below: outer) { inner in
                try inner.add(specimen.root)
                try outer.add(stranger.root)
                try outer.write("FROZEN", to: "freezer.state")
                try inner.write("FROZEN", to: "freezer.state")
                let kernel = try ControlGroupTests.kernel()
                let root = try ControlGroupTests.pin(specimen.root.pid, in: kernel)
                #expect(kernel.send(.kill, to: root) == .sent)
                let reason = kernel.diagnose(root, within: [root]) ?? ""
                #expect(reason.contains("\(outer.path), above its own, is frozen"))
                #expect(try outer.group.isFrozen() && inner.group.isToldToFreeze())
                let other = try ControlGroupTests.pin(stranger.root.pid, in: kernel)
                #expect(kernel.diagnose(root, within: [root, other]) == nil)
                #expect(try !outer.group.isFrozen() && !inner.group.isFrozen())
                #expect(try specimen.root.endsInTime())
            }
            _ = try stranger.finish()
        }
    }
}
