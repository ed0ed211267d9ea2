import CSpecimen
import Glibc

/// What the environment tells a staged process to be, so that its command line can be anything.
struct Part {
    enum Role: String {
        /// Does what the mode says.
        case subject
        /// Stays alive as the parent of the subject, which it starts.
        case owner
    }

    let role: Role
    let options: Options

    private static let roleVariable = "SPECIMEN_ROLE"
    private static let wordsVariable = "SPECIMEN_WORDS"

    /// The part this process was started in; nil for the keeper.
    static var inherited: Part? {
        guard let role = unsafe getenv(roleVariable), let words = unsafe getenv(wordsVariable),
            let role = Role(rawValue: unsafe String(cString: role))
        else { return nil }
        let separated = unsafe String(cString: words).split(separator: "\u{1f}").map(String.init)
        // The keeper parsed the same words before it passed them on.
        guard let options = try? Options(parsing: separated) else { return nil }
        return Part(role: role, options: options)
    }

    /// The environment entries that ``inherited`` reads back.
    var environment: [String] {
        [
            "\(Part.roleVariable)=\(role.rawValue)",
            "\(Part.wordsVariable)=\(options.words.joined(separator: "\u{1f}"))",
        ]
    }
}

/// Descriptors every staged process inherits, at numbers that nothing else comes near.
enum Inherited {
    /// Read end of a pipe that only the keeper can write; its end of file is death.
    static let leash: Int32 = 190
    /// Write end of the pipe the keeper reads; its end of file proves that all are gone.
    static let ledger: Int32 = 191
    /// Read end of the pipe that lets slow processes finish.
    static let release: Int32 = 192
}
