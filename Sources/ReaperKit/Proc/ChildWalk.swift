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
        var records: [ProcessRecord] = []
        var seen: Set<Int32> = []
        var next = roots
        while let pid = next.popLast() {
            guard seen.insert(pid).inserted,
                case .value = procfs.appendRecord(of: ProcessPlace(pid: pid), to: &records)
            else { continue }
            let record = records[records.count - 1]
            // A zombie's children have been given away.
            guard !record.isZombie, !record.isKernelThread else { continue }
            guard let children = children(of: record, in: &procfs) else { return nil }
            next += children
        }
        return records.sorted { $0.pid < $1.pid }
    }

    private mutating func children(
        of record: ProcessRecord,
        in procfs: inout Procfs
    ) -> [Int32]? {
        guard record.threads > 1 else {
            return children(of: record.pid, thread: record.pid, in: &procfs)
        }
        path.clear()
        path.append(record.pid)
        path.append("/task")
        guard let listed = threads.numbers(in: procfs.directory.raw, path.bytes).known else {
            return []
        }
        var all: [Int32] = []
        // Each thread has the children that it forked itself.
        for thread in listed {
            guard let some = children(of: record.pid, thread: thread, in: &procfs) else {
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
        var listed: [Int32]?
        for _ in 0..<Self.attempts {
            switch procfs.numbers(at: path.bytes) {
            // Nobody was listed, so nobody can have hidden anybody.
            case .value(let numbers) where numbers.isEmpty || numbers == listed: return numbers
            case .value(let numbers): listed = numbers
            case .denied: return nil
            case .gone:
                // Gone is the thread, or the file: only the one says that somebody has to list.
                path.truncate(to: length)
                return procfs.exists(path.bytes) ? nil : []
            }
        }
        return nil
    }
}
