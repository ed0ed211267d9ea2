import ReaperKit
import Testing

@Suite("placeholder")
struct PlaceholderTests {
    @Test("a path is below a directory only by whole components")
    func below() {
        #expect(ByteString("/tmp/cache/x").isBelow("/tmp/cache"))
        #expect(ByteString("/tmp/cache").isBelow("/tmp/cache/"))
        #expect(!ByteString("/tmp/cachex").isBelow("/tmp/cache"))
        #expect(ByteString("/x").isBelow("/"))
        #expect(!ByteString("/x").isBelow(""))
    }
}
