/// Where a hierarchy of control groups is mounted, and which part of it; cgroups(7).
///
/// Paths in `/proc/PID/cgroup` count from the root of the hierarchy, or of reaper's cgroup
/// namespace. A bind mount, or a container's mount, shows a part only: its root is not theirs.
public struct ControlGroupMount: Sendable, Hashable {
    /// The hierarchies that can freeze.
    public enum Hierarchy: Sendable, Hashable {
        /// Version 2; Documentation/admin-guide/cgroup-v2.rst.
        case unified
        /// The freezer of version 1; Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst.
        case freezer
    }

    /// Which hierarchy.
    public var hierarchy: Hierarchy
    /// The directory it is mounted on.
    public var point: ByteString
    /// The group that this directory shows, `/` where it shows all.
    public var root: ByteString

    /// Creates a mount, mostly for tests.
    public init(_ hierarchy: Hierarchy, on point: ByteString, root: ByteString = "/") {
        self.hierarchy = hierarchy
        self.point = point
        self.root = root
    }

    /// The way from the mount down to a group as `/proc/PID/cgroup` names it; empty for the mount's
    /// own root.
    ///
    /// - Returns: `nil` when the mount does not show it, and for a path that leads upward.
    public func components(of path: ByteString) -> [ByteString]? {
        guard path.bytes.first == UInt8(ascii: "/"), !path.bytes.contains(0),
            path.isBelow(root)
        else { return nil }
        let prefix = root == "/" ? 0 : root.bytes.count
        let rest = ByteString(path.bytes.dropFirst(prefix)).components
        // A group outside reaper's cgroup namespace is written with `..`; cgroup_namespaces(7).
        return rest.contains("..") || rest.contains(".") ? nil : rest
    }

    /// The same for the path of a directory; `nil` when it is not below the mount.
    public func components(ofDirectory path: ByteString) -> [ByteString]? {
        ControlGroupMount(hierarchy, on: point, root: point).components(of: path)
    }

    /// The path of the directory that these components lead to.
    public func directory(_ components: some Sequence<ByteString>) -> ByteString {
        components.reduce(point) { $0.appending(component: $1) }
    }
}

extension ControlGroupMount {
    /// Reads reaper's own mounts.
    static func current() throws(SystemError) -> [ControlGroupMount] {
        let path = "/proc/self/mountinfo"
        let file = try FileDescriptor(opening: path)
        return parse(try file.readAll(limit: 1 << 24, subject: path))
    }

    /// Parses `/proc/self/mountinfo`; proc_pid_mountinfo(5).
    ///
    /// - Returns: Those that show most first. What another mount covers is left out.
    public static func parse(_ mountinfo: [UInt8]) -> [ControlGroupMount] {
        var mounts: [ControlGroupMount] = []
        let lines = mountinfo.split(separator: UInt8(ascii: "\n"))
        // Most lines of most machines are about something else.
        for (index, line) in lines.enumerated().reversed()
        where line.firstIndex(of: " cgroup") != nil {
            let fields = line.split(separator: UInt8(ascii: " "))
            guard fields.count > 6 else { continue }
            let point = ProcMount.unescaped(fields[4])
            // Optional fields end at a single hyphen; type, source and options follow.
            guard let hyphen = fields[6...].firstIndex(where: { $0.elementsEqual("-".utf8) }),
                fields.count > hyphen + 2,
                !lines[(index + 1)...].contains(where: { ProcMount.mountPoint(of: $0) == point })
            else { continue }
            let type = fields[hyphen + 1]
            let options = fields[fields.count - 1].split(separator: UInt8(ascii: ","))
            let hierarchy: Hierarchy
            if type.elementsEqual("cgroup2".utf8) {
                hierarchy = .unified
            } else if type.elementsEqual("cgroup".utf8),
                options.contains(where: { $0.elementsEqual("freezer".utf8) })
            {
                hierarchy = .freezer
            } else {
                continue
            }
            mounts.append(
                ControlGroupMount(
                    hierarchy,
                    on: ByteString(point),
                    root: ByteString(ProcMount.unescaped(fields[3]))
                )
            )
        }
        return mounts.sorted { $0.root.components.count < $1.root.components.count }
    }
}

/// One line of `/proc/PID/cgroup` that names a group which can be frozen; cgroups(7).
public struct ControlGroupLine: Sendable, Hashable {
    /// Which hierarchy it is in.
    public var hierarchy: ControlGroupMount.Hierarchy
    /// Its path there.
    public var path: ByteString

    /// Parses `hierarchy:controllers:path`; `nil` for hierarchies that cannot freeze.
    public init?(parsing line: ByteString) {
        let fields = line.bytes.split(
            separator: UInt8(ascii: ":"),
            maxSplits: 2,
            omittingEmptySubsequences: false
        )
        guard fields.count == 3, fields[2].first == UInt8(ascii: "/") else { return nil }
        if fields[0].elementsEqual("0".utf8), fields[1].isEmpty {
            hierarchy = .unified
        } else if fields[1].split(separator: UInt8(ascii: ",")).contains(where: {
            $0.elementsEqual("freezer".utf8)
        }) {
            hierarchy = .freezer
        } else {
            return nil
        }
        path = ByteString(fields[2])
    }
}

/// What `cgroup.events` says; Documentation/admin-guide/cgroup-v2.rst.
public struct ControlGroupEvents: Sendable, Equatable {
    /// Whether a live process is in the group or below it; a zombie is not one.
    public var isPopulated: Bool?
    /// Whether everything in it stands still; `nil` before Linux 5.2.
    public var isFrozen: Bool?

    /// Parses lines of a key and a number; others are left out.
    public init(parsing bytes: [UInt8]) {
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "))
            guard fields.count == 2, fields[1].count == 1, let digit = fields[1].first,
                digit == UInt8(ascii: "0") || digit == UInt8(ascii: "1")
            else { continue }
            let value = digit == UInt8(ascii: "1")
            if fields[0].elementsEqual("populated".utf8) { isPopulated = value }
            if fields[0].elementsEqual("frozen".utf8) { isFrozen = value }
        }
    }
}
