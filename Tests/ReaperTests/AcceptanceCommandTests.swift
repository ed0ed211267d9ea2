import Testing

@testable import reaper

/// What docs/acceptance.md tells people to type.
@Suite("docs/acceptance.md: commands")
struct AcceptanceCommandTests {
    @Test("each command that it quotes is there, with each of its flags")
    func commands() throws {
        let commands = try AcceptanceTable().commands { Subcommand.named($0) != nil }
        #expect(commands.count > 100)
        for command in commands {
            // A flag alone is that of any command.
            var words = command.words.dropFirst()
            var flags = Flag.all
            if let name = words.first, !name.hasPrefix("-") {
                guard let known = Subcommand.named(name) else {
                    Issue.record("\(command)")
                    continue
                }
                flags = known.flags
                words = words.dropFirst()
            }
            for word in words.prefix(while: { $0 != "--" }) where word.hasPrefix("-") {
                let isLong = word.hasPrefix("--")
                let text = word.drop { $0 == "-" }.prefix { $0 != "=" }
                let isKnown = flags.contains { flag in
                    isLong
                        ? flag.long == text || flag.aliases.contains(String(text))
                        : flag.short.map { String($0) == text } ?? false
                }
                #expect(isKnown, "\(command): \(word)")
            }
        }
    }
}
