/// Where moments of a shutdown lie on its axis.
struct HTMLTimelineScale {
    /// The last moment that is shown.
    let end: Duration
    /// Where the axis begins, and how long it is, in units of the picture.
    let left: Int
    let width: Int

    /// Creates an axis on which all of these have room.
    ///
    /// - Returns: `nil` where no moment is known.
    init?(_ targets: [TargetOutcome], left: Int, width: Int) {
        let moments = targets.flatMap { [$0.asked, $0.killed, $0.after] }.compactMap(\.self)
        guard let last = moments.max() else { return nil }
        end = max(last, .milliseconds(1))
        self.left = left
        self.width = width
    }

    /// The place of a moment; what is beyond the axis is at its end.
    func place(_ moment: Duration) -> Int {
        // In microseconds there is room for the product up to a month.
        let whole = max(end.wholeMicroseconds, 1)
        let part = min(max(moment.wholeMicroseconds, 0), whole)
        return left + Int(Double(part) / Double(whole) * Double(width))
    }

    /// Round moments for the marks of the axis, from zero; at most nine.
    var marks: [Duration] {
        let end = self.end.wholeMicroseconds
        var step: Int64 = 1
        for factor: Int64 in [1, 2, 5] {
            var candidate = factor
            while end / candidate > 8 { candidate *= 10 }
            if step == 1 || candidate < step { step = candidate }
        }
        return (0...max(end / step, 0)).map { .microseconds($0 * step) }
    }
}

extension Duration {
    /// Microseconds, at most a century of them.
    fileprivate var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = clampedComponents
        return min(max(seconds, 0), 3_000_000_000) * 1_000_000
            + max(attoseconds, 0) / 1_000_000_000_000
    }
}
