import Glibc

/// The control groups that a shutdown deals with: those that reaper made for what it stops, and
/// those it holds frozen.
struct ControlGroupSet {
    /// Where groups can be seen; empty where nothing is mounted, or not known.
    let mounts: [ControlGroupMount]
    /// Made by reaper, and there when the shutdown began.
    let made: [ControlGroup]
    /// Whether reaper made any, gone ones included.
    let hasMade: Bool
    /// Why it is not known who is in a group that reaper made; `nil` when all could be opened.
    let unopened: SystemError?
    /// Standing still, because of us or before.
    var held: [ControlGroup] = []
    /// Those that held nobody but members when they stood still.
    var whole: [ControlGroup] = []
    /// Directories that would not stand still in time, or may not be frozen: not tried again.
    var resisting: Set<ByteString> = []

    /// Opens the groups that reaper made.
    ///
    /// - Parameters:
    ///   - paths: The directory of each, or its path as `/proc/PID/cgroup` has it.
    ///   - mountinfo: Reaper's own mounts where they were just read; else they are read here.
    init(made paths: [ByteString], mountinfo: [UInt8] = []) {
        hasMade = !paths.isEmpty
        do throws(SystemError) {
            let mounts =
                mountinfo.isEmpty
                ? try ControlGroupMount.current() : ControlGroupMount.parse(mountinfo)
            var made: [ControlGroup] = []
            var failure: SystemError?
            for path in paths {
                do throws(SystemError) {
                    made.append(try ControlGroupSet.open(path, below: mounts))
                } catch {
                    if !error.isGroupGone { failure = error }
                }
            }
            self.mounts = mounts
            self.made = made
            unopened = failure
        } catch {
            mounts = []
            made = []
            unopened = paths.isEmpty ? nil : error
        }
    }

    private static func open(
        _ path: ByteString,
        below mounts: [ControlGroupMount]
    ) throws(SystemError) -> ControlGroup {
        let mounts = mounts.filter { $0.hierarchy == .unified }
        for mount in mounts {
            guard let way = mount.components(ofDirectory: path) else { continue }
            return try ControlGroup(below: mount, way)
        }
        for mount in mounts {
            guard let way = mount.components(of: path) else { continue }
            return try ControlGroup(below: mount, way)
        }
        // Without the hierarchy nothing tells whether the group is there.
        throw SystemError(call: "openat", subject: path.text, code: ENXIO)
    }

    /// Where the group of a line of `/proc/PID/cgroup` is; `nil` for one that cannot be seen, and
    /// for the root of a mount.
    func place(
        of line: ControlGroupLine
    ) -> (mount: ControlGroupMount, components: [ByteString])? {
        for mount in mounts where mount.hierarchy == line.hierarchy {
            guard let way = mount.components(of: line.path), !way.isEmpty else { continue }
            return (mount, way)
        }
        return nil
    }

    /// Whether it is one that reaper made, or lies below one.
    func isMade(_ group: ControlGroup) -> Bool { made.contains { $0.contains(group) } }

    /// Whether a group above it, or it, stands still already.
    func isHeld(_ mount: ControlGroupMount, _ components: [ByteString]) -> Bool {
        held.contains { $0.mount == mount && components.starts(with: $0.components) }
    }

    /// Lets a group run again that we froze, and forgets that it stood still.
    mutating func letGo(_ group: ControlGroup) {
        // What cannot be thawed now is tried once more when the group goes.
        try? group.thawOwn()
        held.removeAll { $0 === group }
    }
}
