import Foundation
import TestSupport
import Testing

@testable import ReaperKit

@Suite("where directories really are")
struct TrustedDirectoryTests {
    private let scratch: TemporaryDirectory
    private let real: ByteString

    init() throws {
        scratch = try TemporaryDirectory()
        try scratch.write("", to: "real/x")
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path("link"),
            withDestinationPath: "real"
        )
        real = try #require(PathPlace.resolved(ByteString(scratch.path("real"))))
    }

    private func resolved(_ name: String) -> ByteString? {
        TrustedDirectory.resolved(ByteString(scratch.path(name)))
    }

    @Test("links are followed; what is not there keeps its name")
    func links() {
        #expect(resolved("real") == real)
        #expect(resolved("link") == real)
        #expect(resolved("link/no/where") == real.appending(component: "no/where"))
    }

    @Test("nothing is known of a file, of a circle and of a relative path")
    func unknown() throws {
        try FileManager.default.createSymbolicLink(
            atPath: scratch.path("circle"),
            withDestinationPath: "circle"
        )
        #expect(resolved("real/x") == nil)
        #expect(resolved("circle") == nil)
        #expect(TrustedDirectory.resolved("real") == nil)
    }

    @Test("a stranger's link decides nothing", .enabled(if: Machine.isRoot, "needs root"))
    func stranger() {
        #expect(unsafe lchown(scratch.path("link"), 65_534, 65_534) == 0)
        #expect(resolved("link") == nil)
    }
}
