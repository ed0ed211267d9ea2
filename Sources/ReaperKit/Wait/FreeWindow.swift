/// How long a port must be seen free until it counts as free for good.
///
/// A service manager starts a successor some 100 ms after its predecessor died, and an io_uring
/// lets go of a socket tens of milliseconds after its process is gone. Only time that was watched
/// counts: what happened between two looks that lie far apart, because the machine was busy, is
/// not known.
public struct FreeWindow: Sendable, Equatable {
    /// How long it must be free: four times what `clean` waits after it stopped the holder itself.
    public static let length = Duration.seconds(1)
    /// How long after one look the next one follows.
    public static let pause = Duration.milliseconds(50)
    /// How much of the time between two looks counts as watched, at most.
    static let longestGap = pause * 2

    private var watched = Duration.zero
    private var latest: Duration?

    /// Creates a window in which nothing was seen yet.
    public init() {}

    /// Notes that it was free at `now`.
    ///
    /// - Returns: When to look again; `nil` when it was free for the whole window.
    public mutating func noteFree(at now: Duration) -> Duration? {
        if let latest { watched += min(now - latest, Self.longestGap) }
        latest = now
        return watched < Self.length ? now + Self.pause : nil
    }

    /// Notes that somebody held it: the window begins anew.
    public mutating func noteHeld() { self = FreeWindow() }
}
