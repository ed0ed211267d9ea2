import TestSupport
import Testing

@Suite("the example of ReaperKit as a library", .timeLimit(.minutes(60)))
struct LibraryExampleTests {
    @Test("it says who holds a port, and why that is known")
    func holders() throws {
        let specimen = try Specimen("listen")
        let completion = try Binary.holders.run(["\(specimen.port)/tcp"])
        let name = try specimen.root.identity
        #expect(completion.text.hasPrefix("\(name): "), "\(completion.text)")
        #expect(completion.code == 0 || completion.code == 3)
        #expect(try specimen.root.state == .running)
    }

    @Test("what is no port is said")
    func usage() throws {
        let completion = try Binary.holders.run(["no-port"])
        #expect(completion.code == 2 && completion.text.hasPrefix("holders: "))
    }
}
