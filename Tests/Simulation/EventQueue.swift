/// What is going to happen: soonest first, and what is due together in the order it came.
struct EventQueue {
    enum Action {
        case exit(SimulatedProcess)
        /// Exits once it runs.
        case exitWhenRunning(SimulatedProcess)
        case bury(SimulatedProcess)
        case replace(SimulatedProcess, under: SimulatedProcess)
        case hop(SimulatedProcess)
        case freeze(SimulatedProcess)
        case call(() -> Void)
    }

    private struct Event {
        var time: Duration
        var order: Int
        var action: Action

        func isBefore(_ other: Event) -> Bool {
            time < other.time || (time == other.time && order < other.order)
        }
    }

    // A binary heap: the children of `i` are `2i + 1` and `2i + 2`.
    private var heap: [Event] = []
    private var count = 0

    /// When the next thing happens.
    var next: Duration? { heap.first?.time }

    mutating func add(_ action: Action, at time: Duration) {
        count += 1
        heap.append(Event(time: time, order: count, action: action))
        var place = heap.count - 1
        while place > 0 {
            let above = (place - 1) / 2
            guard heap[place].isBefore(heap[above]) else { return }
            heap.swapAt(place, above)
            place = above
        }
    }

    /// Takes out the next, if it is due at `end`.
    mutating func take(until end: Duration) -> (time: Duration, action: Action)? {
        guard let first = heap.first, first.time <= end else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.time, first.action)
    }

    private mutating func sink() {
        var place = 0
        while true {
            let left = 2 * place + 1
            guard left < heap.count else { return }
            let right = left + 1
            let least = right < heap.count && heap[right].isBefore(heap[left]) ? right : left
            guard heap[least].isBefore(heap[place]) else { return }
            heap.swapAt(place, least)
            place = least
        }
    }

    mutating func removeAll() { heap = [] }
}
