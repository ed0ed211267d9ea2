/// The name that a mistyped one was most likely meant to be; `nil` when none is near.
///
/// Near is a third of the length at most, counted in insertions, deletions, replacements and swaps
/// of neighbors (Damerau and Levenshtein, "optimal string alignment"); letter case costs nothing.
public func nearestName(to name: String, in candidates: some Sequence<String>) -> String? {
    let typed = Array(name.lowercased().utf8)
    // Long text is no typing error, and the distance costs time quadratic in it.
    guard (1...64).contains(typed.count) else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates where candidate.utf8.count <= 64 {
        let distance = editDistance(typed, Array(candidate.lowercased().utf8))
        let limit = max(1, max(typed.count, candidate.utf8.count) / 3)
        if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
}

private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (row, leftByte) in left.enumerated() {
        var current = [row + 1]
        for (column, rightByte) in right.enumerated() {
            let replaced = last[column] + (leftByte == rightByte ? 0 : 1)
            var cost = min(replaced, last[column + 1] + 1, current[column] + 1)
            if row > 0, column > 0, leftByte == right[column - 1], left[row - 1] == rightByte {
                cost = min(cost, beforeLast[column - 1] + 1)
            }
            current.append(cost)
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}
