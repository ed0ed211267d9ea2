import Testing

@testable import ReaperKit
@testable import Simulation

/// A kernel that counts births, and hands out one number after another.
private final class Nursery {
    var forks: UInt64? = 1000
    var last: Int32? = 5000
    var limit: Int32 = 32_768
    /// Numbers that name somebody now.
    var living: Set<Int32> = []
    /// What happens at each reading of a counter, and at each examination of a number.
    var meanwhile: () -> Void = {}

    @discardableResult
    func bear(isVisible: Bool = true) -> Int32 {
        var number = (last ?? 0) + 1
        while number >= limit || living.contains(number) {
            number = number >= limit ? 300 : number + 1
        }
        last = number
        forks = forks.map { $0 + 1 }
        if isVisible { living.insert(number) }
        return number
    }

    struct Counter: BirthCounter {
        let nursery: Nursery
        mutating func forks() -> UInt64? {
            nursery.meanwhile()
            return nursery.forks
        }
        mutating func lastPid() -> Int32? {
            nursery.meanwhile()
            return nursery.last
        }
        mutating func pidLimit() -> Int32 { nursery.limit }
    }

    /// Runs a scan; returns what it is worth and which numbers were examined, in order.
    func scan(list: () -> Void) -> (answer: ProofScan.Answer, examined: [Int32]) {
        var counter = Counter(nursery: self)
        var examined: [Int32] = []
        let answer = ProofScan.run(&counter, rounds: 200, list: list) { examined += $0 }
        return (answer, examined)
    }
}

@Suite("the proof scan")
struct ProofScanTests {
    @Test("a listing during which nobody was born proves by itself")
    func quiet() {
        let (answer, examined) = Nursery().scan {}
        #expect(answer == .quiet && answer.isProven)
        #expect(examined.isEmpty)
    }

    @Test("every number that was handed out during the listing is examined")
    func chase() {
        let nursery = Nursery()
        let (answer, examined) = nursery.scan { for _ in 0..<50 { nursery.bear() } }
        #expect(answer == .chased && answer.isProven)
        #expect(Set(5001...5050).isSubset(of: examined))
        // And a few around them, whose processes could not be seen yet when they were listed.
        #expect(Set(examined).count < 60)
    }

    @Test("numbers that wrapped during the listing are examined on both sides")
    func wrap() {
        let nursery = Nursery()
        nursery.last = 32_765
        let (answer, examined) = nursery.scan { for _ in 0..<5 { nursery.bear() } }
        #expect(answer == .chased)
        #expect(Set([32_766, 32_767, 300, 301, 302]).isSubset(of: examined))
        #expect(examined.allSatisfy { $0 < 32_768 && !(4..<299).contains($0) })
    }

    @Test("the numbers before a wrap are looked at again just after it")
    func afterWrap() {
        #expect(ProofScan.numbers(after: 298, through: 301, below: 1000).contains(999))
        #expect(!ProofScan.numbers(after: 305, through: 310, below: 1000).contains(999))
        #expect(ProofScan.numbers(after: 10, through: 13, below: 1000) == [11, 12, 13])
        #expect(ProofScan.numbers(after: 996, through: 300, below: 1000) == [997, 998, 999, 300])
        #expect(ProofScan.numbers(after: -3, through: 1, below: 1000) == [1])
    }

    @Test("a number whose process cannot be seen at once is looked at again")
    func late() {
        let nursery = Nursery()
        var slow: Int32 = 0
        var looks = 0
        var wasSeen = false
        var counter = Nursery.Counter(nursery: nursery)
        let answer = ProofScan.run(&counter) {
            slow = nursery.bear(isVisible: false)
            for _ in 0..<20 { nursery.bear() }
        } examine: { numbers in
            looks += 1
            if looks == 3 { nursery.living.insert(slow) }
            if numbers.contains(slow), nursery.living.contains(slow) { wasSeen = true }
        }
        #expect(answer == .chased)
        #expect(wasSeen)
    }

    @Test("counters that cannot be read prove nothing, and are named")
    func missingCounters() {
        let noForks = Nursery()
        noForks.forks = nil
        #expect(noForks.scan {}.answer == .unprovable("/proc/stat has no fork counter here"))
        let noNumber = Nursery()
        noNumber.last = nil
        #expect(noNumber.scan {}.answer == .unprovable("/proc/loadavg is not readable here"))
        let lost = Nursery()
        let answer = lost.scan {
            lost.bear()
            lost.last = nil
        }.answer
        #expect(!answer.isProven)
        let lostForks = Nursery()
        #expect(!lostForks.scan { lostForks.forks = nil }.answer.isProven)
    }

    @Test("nothing is proven while births go on")
    func storm() {
        let nursery = Nursery()
        nursery.meanwhile = { nursery.bear() }
        #expect(!nursery.scan {}.answer.isProven)
        // The same births prove nothing wrong once they end.
        var left = 20
        nursery.meanwhile = {
            left -= 1
            if left > 0 { nursery.bear() }
        }
        #expect(nursery.scan {}.answer == .chased)
    }

    @Test("more births than can be chased prove nothing")
    func flood() {
        let nursery = Nursery()
        nursery.limit = 4_194_304
        #expect(!nursery.scan { for _ in 0..<20_100 { nursery.bear() } }.answer.isProven)
    }

    @Test("numbers that go all the way round between two readings prove nothing")
    func fullCircle() {
        let nursery = Nursery()
        nursery.limit = 340
        nursery.last = 310
        let (answer, _) = nursery.scan {
            // Forty births end at the number where they began: it looks as if there were none.
            for _ in 0..<40 { nursery.living.remove(nursery.bear()) }
        }
        #expect(nursery.last == 310)
        #expect(!answer.isProven)
    }

    @Test("a process that forks and exits is never missed when the answer says that it is proven")
    func hopper() {
        var proven = 0
        for seed in UInt64(0)..<2_000 {
            var random = SplitMix(state: seed)
            let nursery = Nursery()
            nursery.limit = Int32(random.number(400...40_000))
            nursery.last = Int32(random.number(300...Int(nursery.limit) - 1))
            for _ in 0..<random.number(0...40) { nursery.bear() }
            var hopper = nursery.bear()
            var isKilled = false
            let hops = random.number(0...100)
            var crowd = random.number(0...60)
            nursery.meanwhile = {
                while crowd > 0, random.chance(30) {
                    crowd -= 1
                    nursery.bear()
                }
                guard !isKilled else { return }
                var count = 0
                while count < hops, random.chance(40) {
                    count += 1
                    let next = nursery.bear()
                    nursery.living.remove(hopper)
                    hopper = next
                }
            }
            var counter = Nursery.Counter(nursery: nursery)
            let answer = ProofScan.run(&counter, rounds: 300) {
                // Ascending, and time passes from one entry to the next.
                for number in nursery.living.sorted() {
                    if random.chance(20) { nursery.meanwhile() }
                    if number == hopper { isKilled = true }
                }
            } examine: { numbers in
                for number in numbers {
                    if random.chance(20) { nursery.meanwhile() }
                    if number == hopper { isKilled = true }
                }
            }
            if answer.isProven {
                proven += 1
                #expect(isKilled, "replay seed \(seed)")
                if !isKilled { return }
            }
        }
        #expect(proven > 500)
    }
}
