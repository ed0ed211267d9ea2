/// Who has which number now, in ascending order, and which numbers sessions and groups hold.
struct ProcessTable {
    private var slots: [SimulatedProcess?]
    /// One bit per slot, so that the next one in use is found at once.
    private var used: [UInt64]
    private var sessions: [Int32]
    private var groups: [Int32]
    private(set) var count = 0

    init(limit: Int32) {
        slots = []
        used = []
        sessions = []
        groups = []
        raiseLimit(to: limit)
    }

    mutating func raiseLimit(to limit: Int32) {
        let missing = Int(limit) - slots.count
        guard missing > 0 else { return }
        let (more, none) = ([SimulatedProcess?](repeating: nil, count: missing), slots.isEmpty)
        slots = none ? more : slots + more
        let zeros = [Int32](repeating: 0, count: missing)
        sessions = none ? zeros : sessions + zeros
        groups = none ? zeros : groups + zeros
        used += [UInt64](repeating: 0, count: slots.count / 64 + 1 - used.count)
    }

    subscript(pid: Int32) -> SimulatedProcess? {
        pid >= 0 && Int(pid) < slots.count ? slots[Int(pid)] : nil
    }

    /// Everybody, ascending.
    var values: [SimulatedProcess] {
        var values: [SimulatedProcess] = []
        values.reserveCapacity(count)
        var last: Int32 = 0
        while let process = first(after: last) {
            values.append(process)
            last = process.pid
        }
        return values
    }

    /// Whoever has the next higher number.
    func first(after pid: Int32) -> SimulatedProcess? {
        var word = (Int(pid) + 1) / 64
        guard word < used.count else { return nil }
        var bits = used[word] & (~0 << UInt64((Int(pid) + 1) % 64))
        while bits == 0 {
            word += 1
            guard word < used.count else { return nil }
            bits = used[word]
        }
        return slots[word * 64 + bits.trailingZeroBitCount]
    }

    mutating func insert(_ process: SimulatedProcess) {
        let index = Int(process.pid)
        slots[index] = process
        used[index / 64] |= 1 << UInt64(index % 64)
        sessions[Int(process.session)] += 1
        groups[Int(process.group)] += 1
        count += 1
    }

    mutating func remove(_ process: SimulatedProcess) {
        let index = Int(process.pid)
        guard slots[index] === process else { return }
        slots[index] = nil
        used[index / 64] &= ~(1 << UInt64(index % 64))
        sessions[Int(process.session)] -= 1
        groups[Int(process.group)] -= 1
        count -= 1
    }

    /// Moves it to another process group of its session.
    mutating func move(_ process: SimulatedProcess, toGroup group: Int32) {
        groups[Int(process.group)] -= 1
        groups[Int(group)] += 1
        process.group = group
    }

    /// Whether the number names a process, a session or a group.
    func isTaken(_ pid: Int32) -> Bool {
        slots[Int(pid)] != nil || sessions[Int(pid)] > 0 || groups[Int(pid)] > 0
    }

    /// Whether anybody but this process is in the session or group of its number.
    func isNumberShared(of process: SimulatedProcess) -> Bool {
        let pid = process.pid
        return sessions[Int(pid)] > (process.session == pid ? 1 : 0)
            || groups[Int(pid)] > (process.group == pid ? 1 : 0)
    }
}
