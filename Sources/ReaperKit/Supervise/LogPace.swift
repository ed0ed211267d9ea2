/// How soon logs are looked at again whether they have grown too long: soon where one grows fast,
/// and else later and later.
///
/// The kernel does not hold a file to a size that many may append to, so its size is looked at: often
/// enough for whoever prints much, and seldom enough for a thousand services that print nothing.
struct LogPace: Sendable, Equatable {
    /// The pause before the next look.
    private(set) var pause = longest

    /// The pause after a look at which one had grown fast.
    static let shortest = Duration.milliseconds(200)
    /// The longest pause.
    static let longest = Duration.seconds(10)

    /// Takes in whether one had grown fast since the last look.
    mutating func note(isUrgent: Bool) {
        pause = isUrgent ? Self.shortest : min(pause * 2, Self.longest)
    }
}
