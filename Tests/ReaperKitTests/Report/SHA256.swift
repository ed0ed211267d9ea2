/// FIPS 180-4, as a policy in a page names what it allows.
enum SHA256 {
    /// Fractions of the cube roots of the first 64 primes.
    private static let constants: [UInt32] = roots(64, by: 3)

    /// The digest.
    static func digest(_ message: [UInt8]) -> [UInt8] {
        var state = roots(8, by: 2)
        var padded = message + [0x80]
        while padded.count % 64 != 56 { padded.append(0) }
        padded += bigEndian(UInt64(message.count) * 8)
        for start in stride(from: 0, to: padded.count, by: 64) {
            add(Array(padded[start..<start + 64]), to: &state)
        }
        return state.flatMap { bigEndian($0) }
    }

    private static func add(_ block: [UInt8], to state: inout [UInt32]) {
        var words = (0..<16).map { index in
            block[index * 4..<index * 4 + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        for index in 16..<64 {
            let (one, other) = (words[index - 15], words[index - 2])
            let first = turned(one, 7) ^ turned(one, 18) ^ one >> 3
            let second = turned(other, 17) ^ turned(other, 19) ^ other >> 10
            words.append(words[index - 16] &+ first &+ words[index - 7] &+ second)
        }
        var turn = state
        for index in 0..<64 {
            let (one, five) = (turn[0], turn[4])
            let upper = turned(five, 6) ^ turned(five, 11) ^ turned(five, 25)
            let choice = (five & turn[5]) ^ (~five & turn[6])
            let sum = turn[7] &+ upper &+ choice &+ constants[index] &+ words[index]
            let lower = turned(one, 2) ^ turned(one, 13) ^ turned(one, 22)
            let majority = (one & turn[1]) ^ (one & turn[2]) ^ (turn[1] & turn[2])
            turn = [sum &+ lower &+ majority] + turn.dropLast()
            turn[4] = turn[4] &+ sum
        }
        for index in 0..<8 { state[index] = state[index] &+ turn[index] }
    }

    private static func turned(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word >> count | word << (32 - count)
    }

    private static func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        (0..<Number.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    /// The first 32 bits behind the point of square or cube roots of primes, without rounding.
    private static func roots(_ count: Int, by power: Int) -> [UInt32] {
        let primes = (2...311).filter { number in (2..<number).allSatisfy { number % $0 != 0 } }
        return primes.prefix(count).map { prime in
            // root(prime * 2^(32 * power)), bit by bit.
            var root: UInt64 = 0
            for bit in (0..<36).reversed() {
                let candidate = UInt128(root | 1 << bit)
                let product = (0..<power).reduce(UInt128(1)) { product, _ in product * candidate }
                if product <= UInt128(prime) << (32 * power) { root |= 1 << bit }
            }
            return UInt32(truncatingIfNeeded: root)
        }
    }
}
