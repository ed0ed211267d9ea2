import Testing

@testable import ReaperKit
@testable import Simulation

@Suite("times at which something is to be done")
struct TimerQueueTests {
    @Test("come in their order, as from a sorted list", arguments: UInt64(0)..<40)
    func order(seed: UInt64) {
        var random = SplitMix(state: seed)
        var queue = TimerQueue<Int>()
        var list: [(time: Int, order: Int, item: Int)] = []
        var now = 0
        for order in 0..<120 {
            switch random.number(0...9) {
            case 0...5:
                let time = now + random.number(-5...30)
                let item = random.number(0...20)
                queue.add(item, at: .milliseconds(time))
                list.append((time, order, item))
            case 6:
                let item = random.number(0...20)
                queue.remove(item)
                list.removeAll { $0.item == item }
            default:
                now += random.number(0...15)
                list.sort { ($0.time, $0.order) < ($1.time, $1.order) }
                let due = list.prefix { $0.time <= now }.map(\.item)
                list.removeFirst(due.count)
                #expect(queue.take(until: .milliseconds(now)) == due)
            }
            let next = list.map(\.time).min().map { Duration.milliseconds($0) }
            #expect(queue.next == next)
        }
    }
}
