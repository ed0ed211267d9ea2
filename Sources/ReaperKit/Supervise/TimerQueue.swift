/// Things to do, each at its time.
struct TimerQueue<Item: Equatable> {
    private var items: [(time: Duration, item: Item)] = []

    /// When the first is.
    var next: Duration? { items.last?.time }

    /// Adds one; the same thing at another time is another.
    mutating func add(_ item: Item, at time: Duration) {
        // The latest come first, so that the next is at the end.
        var low = 0
        var high = items.count
        while low < high {
            let middle = (low + high) / 2
            if items[middle].time > time { low = middle + 1 } else { high = middle }
        }
        items.insert((time, item), at: low)
    }

    /// Takes out what is due.
    mutating func take(until now: Duration) -> [Item] {
        var due: [Item] = []
        while let last = items.last, last.time <= now {
            due.append(last.item)
            items.removeLast()
        }
        return due
    }

    /// Takes out every one of these.
    mutating func remove(_ item: Item) { items.removeAll { $0.item == item } }
}
