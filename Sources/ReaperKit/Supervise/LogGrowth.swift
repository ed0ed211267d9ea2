/// What is known of a log that is looked after, from one look to the next.
struct LogGrowth: Equatable {
    /// How long it was when it was looked at last.
    private var size: Int64 = 0
    /// Why it could not be begun anew, if that was so.
    private var failure: SystemError?

    /// Begins the log anew if it has grown too long.
    ///
    /// - Returns: Whether it is to be looked at again soon; and why it could not be begun anew, once,
    ///   however often it is tried again.
    mutating func look(at log: ServiceLog) -> (isUrgent: Bool, failure: SystemError?) {
        do throws(SystemError) {
            let now = try log.rotate()
            let isUrgent = log.isUrgent(from: size, to: now)
            size = log.isTooLong(now) ? 0 : now
            failure = nil
            return (isUrgent, nil)
        } catch {
            if error == failure { return (false, nil) }
            failure = error
            return (false, error)
        }
    }
}
