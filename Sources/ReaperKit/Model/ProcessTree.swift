/// Who is whose child in one snapshot; positions are indices into its processes.
public struct ProcessTree: Sendable {
    private var firstChild: [Int]
    private var nextSibling: [Int]
    private let processes: [ProcessRecord]

    /// Links the processes, which must be sorted by pid.
    public init(_ processes: [ProcessRecord]) {
        self.processes = processes
        firstChild = Array(repeating: -1, count: processes.count)
        nextSibling = Array(repeating: -1, count: processes.count)
        // Backward, so that children end up in ascending order.
        for index in processes.indices.reversed() {
            guard let parent = position(of: processes[index].parent), parent != index else {
                continue
            }
            nextSibling[index] = firstChild[parent]
            firstChild[parent] = index
        }
    }

    /// The position of a process number.
    public func position(of pid: Int32) -> Int? {
        var low = 0
        var high = processes.count
        while low < high {
            let middle = (low + high) / 2
            if processes[middle].identity.pid < pid { low = middle + 1 } else { high = middle }
        }
        return low < processes.count && processes[low].identity.pid == pid ? low : nil
    }

    /// The children of the process at `index`, in ascending order of number.
    public func children(of index: Int) -> [Int] {
        var list: [Int] = []
        var child = firstChild[index]
        while child >= 0 {
            list.append(child)
            child = nextSibling[child]
        }
        return list
    }

    /// Everything below the process at `index`, parents before children, with its depth from 1.
    ///
    /// Records read at different instants can form a cycle; each process is visited once. And they
    /// can name a number as parent that was reused before it was read itself: who is older than
    /// such a parent is somebody else's child.
    public func descendants(of index: Int) -> [(index: Int, depth: Int)] {
        var list: [(index: Int, depth: Int)] = []
        var seen: Set<Int> = [index]
        var queue = [(index: index, depth: 0)]
        var next = 0
        while next < queue.count {
            let (current, depth) = queue[next]
            next += 1
            let start = processes[current].identity.startTime
            for child in children(of: current)
            where processes[child].identity.startTime >= start && seen.insert(child).inserted {
                list.append((child, depth + 1))
                queue.append((child, depth + 1))
            }
        }
        return list
    }

    /// The parent, its parent, and so on, as far as the snapshot knows them.
    public func ancestors(of process: ProcessRecord) -> [ProcessRecord] {
        var list: [ProcessRecord] = []
        var seen: Set<Int32> = [process.pid]
        var pid = process.parent
        while let index = position(of: pid), seen.insert(pid).inserted {
            list.append(processes[index])
            pid = processes[index].parent
        }
        return list
    }
}
