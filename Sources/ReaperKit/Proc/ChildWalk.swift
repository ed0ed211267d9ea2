import CLinux
import Glibc

/// Finds whoever descends from a process by reading `children` of each of its threads.
///
/// It costs nothing for the rest of the machine, where a listing reads everybody. A child that
/// exits during the read can hide another one from it, proc_pid_task_children(5); so each list is
/// read until it is the same twice: a child that hid another one is not in the second any more.
struct ChildWalk {
    private var path = PathBuffer()
    private var threads = NumberedEntries()
    /// Lists that change this often in a row are no use: everybody has to be listed instead.
    private static let attempts = 20

    /// Reads `stat` of these processes and of everybody below them, sorted by number.
    ///
    /// - Returns: `nil` where the kernel has no such files (CONFIG_PROC_CHILDREN), or does not let
    ///   them be read.
    mutating func records(below roots: [Int32], in procfs: inout Procfs) -> [ProcessRecord]? {
        records(below: roots, in: &procfs) { pid, procfs in
            procfs.record(of: ProcessPlace(pid: pid))
        }
    }

    /// Finds them by a `read` of the caller's; who is gone is not followed.
    ///
    /// - Returns: `nil` also where somebody may not be read: whoever lists everybody says so.
    mutating func records(
        below roots: [Int32],
        in procfs: inout Procfs,
        read: (Int32, inout Procfs) -> Reading<ProcessRecord>
    ) -> [ProcessRecord]? {
        var records: [ProcessRecord] = []
        var seen: Set<Int32> = []
        var next = roots
        while let pid = next.popLast() {
            guard seen.insert(pid).inserted else { continue }
            let record: ProcessRecord
            switch read(pid, &procfs) {
            case .value(let value): record = value
            case .gone: continue
            case .denied: return nil
            }
            records.append(record)
            // A zombie's children have been given away.
            guard !record.isZombie, !record.isKernelThread else { continue }
            guard let children = children(of: record, in: &procfs) else { return nil }
            next += children
        }
        return records.sorted { $0.pid < $1.pid }
    }

    /// The children of kthreadd, which is number 2 outside of pid namespaces; nobody elsewhere.
    ///
    /// They are the kernel's threads, and the programs that the kernel starts by itself.
    mutating func kernelChildren(in procfs: inout Procfs) -> [Int32] {
        guard case .value(let record) = procfs.record(of: ProcessPlace(pid: 2)),
            record.isKernelThread, record.parent == 0
        else { return [] }
        return children(of: record, in: &procfs) ?? []
    }

    /// The children of a process as of now, whatever became of them; `nil` where nobody can tell.
    mutating func directChildren(of pid: Int32, in procfs: inout Procfs) -> [Int32]? {
        children(of: pid, threads: nil, in: &procfs)
    }

    /// Reads `stat` of whoever is below these, and not among `known`, sorted by number.
    ///
    /// - Returns: `nil` as ``records(below:in:)`` does.
    mutating func newcomers(
        below members: [Int32],
        besides known: Set<Int32>,
        in procfs: inout Procfs
    ) -> [ProcessRecord]? {
        var found: [Int32] = []
        for member in members {
            path.clear()
            path.append(member)
            path.append("/task")
            // Cheaper than `stat`, which says it too: a directory has two links besides.
            let threads = procfs.linkCount(of: path.bytes).map { Int32(clamping: $0) - 2 }
            guard let children = children(of: member, threads: threads, in: &procfs) else {
                return nil
            }
            found += children.filter { !known.contains($0) }
        }
        return found.isEmpty ? [] : records(below: found, in: &procfs)
    }

    private mutating func children(
        of record: ProcessRecord,
        in procfs: inout Procfs
    ) -> [Int32]? {
        children(of: record.pid, threads: record.threads, in: &procfs)
    }

    private mutating func children(
        of pid: Int32,
        threads count: Int32?,
        in procfs: inout Procfs
    ) -> [Int32]? {
        guard count != 1 else { return children(of: pid, thread: pid, in: &procfs) }
        // What a thread has borne passes to another when it exits, which may be read already.
        var previous: Set<Int32>?
        for _ in 0..<Self.attempts {
            guard let all = childrenOfThreads(of: pid, in: &procfs) else { return nil }
            if previous == Set(all) { return all }
            previous = Set(all)
        }
        return nil
    }

    private mutating func childrenOfThreads(
        of pid: Int32,
        in procfs: inout Procfs
    ) -> [Int32]? {
        path.clear()
        path.append(pid)
        path.append("/task")
        guard let listed = threads.numbers(in: procfs.directory.raw, path.bytes).known else {
            return []
        }
        var all: [Int32] = []
        // Each thread has the children that it forked itself.
        for thread in listed {
            guard let some = children(of: pid, thread: thread, in: &procfs) else {
                return nil
            }
            all += some
        }
        return all
    }

    /// The children that one thread forked; `nil` where the kernel cannot tell.
    private mutating func children(
        of pid: Int32,
        thread: Int32,
        in procfs: inout Procfs
    ) -> [Int32]? {
        path.clear()
        path.append(pid)
        path.append("/task/")
        path.append(thread)
        let length = path.count
        path.append("/children")
        // Where nobody was listed, nobody can have hidden anybody.
        switch procfs.settledNumbers(at: path.bytes, attempts: Self.attempts) {
        case .value(let numbers): return numbers
        case .denied: return nil
        case .gone:
            // Gone is the thread, or the file: only the one says that somebody has to list.
            path.truncate(to: length)
            return procfs.exists(path.bytes) ? nil : []
        }
    }
}
