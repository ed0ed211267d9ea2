import Glibc
import ReaperKit

/// Where the rules of this run come from, and what they may refer to.
enum RuleSources {
    /// The places, the least important first.
    static func layers(_ options: RuleOptions) -> RuleLayers {
        RuleLayers(
            environment: environment,
            named: options.paths,
            includesDefaults: options.usesDefaults
        )
    }

    /// Reads rule files against this machine: its users, its services, reaper's own variables.
    static func reader() -> RuleFileReader {
        RuleFileReader(
            environment: environment,
            users: UserNames.read().numbers,
            services: ParsingContext.system.services(),
            directories: TrustedDirectory.resolved
        )
    }

    /// Reads service files against this machine.
    static func serviceReader() -> ServiceFileReader {
        ServiceFileReader(
            environment: environment,
            users: UserNames.read().numbers,
            services: ParsingContext.system.services()
        )
    }

    private static let environment: [String: ByteString] = {
        var environment: [String: ByteString] = Dictionary(minimumCapacity: 64)
        for index in 0... {
            guard let entry = unsafe environ[index] else { break }
            let text = unsafe String(cString: entry)
            guard let equals = text.utf8.firstIndex(of: UInt8(ascii: "=")) else { continue }
            environment[String(text[..<equals])] =
                ByteString(text.utf8[text.utf8.index(after: equals)...])
        }
        return environment
    }()
}
