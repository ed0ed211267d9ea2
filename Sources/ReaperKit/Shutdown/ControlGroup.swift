import CLinux
import Glibc

/// One control group, held by its open directory: it stays the one that was opened.
///
/// A freeze that was done through it is undone at the latest when it goes. If reaper itself is sent
/// SIGKILL, the group stays frozen: SIGKILL reaches everybody in it all the same, and the next
/// `clean` thaws it where it stops everybody in it; cgroup-v2.rst, "cgroup.freeze".
public final class ControlGroup {
    /// Where it lies.
    public let mount: ControlGroupMount
    /// The way there from the mount's root; never empty.
    public let components: [ByteString]
    /// Whether it was frozen through this value, and not thawed again.
    public private(set) var isFrozenByUs = false
    private let directory: DirectoryHandle

    /// Opens the group, one component at a time, without following links.
    ///
    /// - Throws: `EINVAL` for the mount's root, which holds what nobody can tell, and for what is
    ///   no control group.
    public init(
        below mount: ControlGroupMount,
        _ components: [ByteString]
    ) throws(SystemError) {
        let path = mount.directory(components)
        guard !components.isEmpty else {
            throw SystemError(call: "openat", subject: path.text, code: EINVAL)
        }
        var directory = try DirectoryHandle(opening: mount.point)
        try ControlGroup.check(directory, mount.hierarchy)
        for name in components {
            do throws(SystemError) {
                directory = try DirectoryHandle(opening: name, in: directory)
            } catch {
                throw SystemError(call: error.call, subject: path.text, code: error.code)
            }
        }
        // Something else can be mounted on a group.
        try ControlGroup.check(directory, mount.hierarchy)
        self.mount = mount
        self.components = components
        self.directory = directory
    }

    deinit { try? thawOwn() }

    private static func check(
        _ directory: borrowing DirectoryHandle,
        _ hierarchy: ControlGroupMount.Hierarchy
    ) throws(SystemError) {
        let magic: Int64 =
            switch hierarchy {  // include/uapi/linux/magic.h
            case .unified: 0x6367_7270
            case .freezer: 0x27_E0EB
            }
        guard clinux_filesystem_type(directory.descriptor.raw) == magic else {
            throw SystemError(call: "fstatfs", subject: directory.path.text, code: EINVAL)
        }
    }

    /// Its directory, as people find it.
    public var path: String { directory.path.text }

    /// Whether it is this group or lies below it.
    func contains(_ other: ControlGroup) -> Bool {
        mount == other.mount && other.components.starts(with: components)
    }

    /// Whether it is the same directory, opened twice.
    func isSame(as other: ControlGroup) -> Bool {
        mount == other.mount && components == other.components
    }

    // MARK: - Who is in it

    /// Who is in a group and in those below it.
    public struct Population: Sendable, Equatable {
        /// Process numbers; 0 for whoever is in a pid namespace that reaper does not see.
        public var pids: Set<Int32> = []
        /// Whether it, or a group below it, has nobody: somebody else may be about to use that.
        public var hasEmptyGroup = false
        fileprivate var groups = 0
    }

    /// How many groups are looked at below one.
    private static let groupLimit = 4096
    /// The kernel's own default for `cgroup.max.depth` is no limit at all.
    private static let depthLimit = 64

    /// Reads `cgroup.procs` of the group and of all groups below it.
    ///
    /// - Throws: `E2BIG` for more than `limit` processes, `ENOENT` or `ENODEV` when it is gone.
    public func population(limit: Int = 1 << 16) throws(SystemError) -> Population {
        var population = Population()
        _ = try collect(directory, depth: 0, limit, &population)
        return population
    }

    /// Returns whether anybody is in `directory` or below it.
    private func collect(
        _ directory: borrowing DirectoryHandle,
        depth: Int,
        _ limit: Int,
        _ population: inout Population
    ) throws(SystemError) -> Bool {
        population.groups += 1
        guard depth <= Self.depthLimit, population.groups <= Self.groupLimit else {
            throw SystemError(call: "getdents64", subject: directory.path.text, code: E2BIG)
        }
        var isUsed = false
        do throws(SystemError) {
            let bytes = try contents(of: "cgroup.procs", in: directory, limit: limit * 8 + 64)
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                guard let pid = Int32(String(decoding: line, as: UTF8.self)) else { continue }
                isUsed = true
                population.pids.insert(pid)
            }
        } catch {
            // The processes of a threaded group are listed by the domain above it, which is this
            // group or lies below it; cgroup-v2.rst, "Threads".
            guard depth > 0, error.code == EOPNOTSUPP else { throw error }
            isUsed = true
        }
        guard population.pids.count <= limit else {
            throw SystemError(call: "read", subject: directory.path.text, code: E2BIG)
        }
        for entry in try directory.entries(limit: Self.groupLimit) where entry.mayBeDirectory {
            do throws(SystemError) {
                let child = try DirectoryHandle(opening: entry.name, in: directory)
                if try collect(child, depth: depth + 1, limit, &population) { isUsed = true }
            } catch {
                // Gone meanwhile, or a file.
                if !error.isGroupGone, error.code != ENOTDIR { throw error }
            }
        }
        if !isUsed { population.hasEmptyGroup = true }
        return isUsed
    }

    /// Whether anybody lives in it or below it; one that is gone has nobody.
    public func isPopulated() throws(SystemError) -> Bool {
        do throws(SystemError) {
            guard mount.hierarchy == .unified else { return try !population().pids.isEmpty }
            return ControlGroupEvents(
                parsing: try contents(of: "cgroup.events", in: directory)
            ).isPopulated ?? true
        } catch {
            guard error.isGroupGone else { throw error }
            return false
        }
    }

    // MARK: - Standing still

    /// Whether it was told to freeze itself; it stands still too when a group above it was told.
    public func isToldToFreeze() throws(SystemError) -> Bool {
        let file: StaticString =
            switch mount.hierarchy {
            case .unified: "cgroup.freeze"
            case .freezer: "freezer.self_freezing"
            }
        return try contents(of: file, in: directory).first == UInt8(ascii: "1")
    }

    /// Whether it stands still, or is about to, whoever told it to.
    public func isFrozen() throws(SystemError) -> Bool {
        switch mount.hierarchy {
        case .unified:
            let bytes = try contents(of: "cgroup.events", in: directory)
            return ControlGroupEvents(parsing: bytes).isFrozen ?? false
        case .freezer:
            return try !contents(of: "freezer.state", in: directory).starts(with: "THAWED".utf8)
        }
    }

    /// Tells everybody in it and below it to stand still; nobody in there can fork from the moment
    /// at which ``waitUntilFrozen(_:)`` says so.
    public func freeze() throws(SystemError) {
        try write("1", to: "cgroup.freeze")
        isFrozenByUs = true
    }

    /// Waits by poll(2) on `cgroup.events`, which reports what changes.
    ///
    /// - Parameter deadline: On the clock of ``Clock/monotonic()``.
    /// - Returns: Whether all of it stands still; somebody who waits in the kernel may not.
    /// - Throws: `ENOENT` or `ENODEV` when the group is gone.
    public func waitUntilFrozen(_ deadline: Duration) throws(SystemError) -> Bool {
        let name: StaticString = "cgroup.events"
        let file = try open(name, in: directory, O_RDONLY)
        while true {
            guard lseek(file.raw, 0, SEEK_SET) == 0 else { throw failure("lseek", name, errno) }
            let events = ControlGroupEvents(
                parsing: try file.readAll(limit: 4096, subject: subject(name, in: directory))
            )
            if events.isFrozen ?? false { return true }
            let left = (deadline - Clock.monotonic()).milliseconds
            guard left > 0 else { return false }
            // What changes after the read above makes it return at once.
            var entry = pollfd(fd: file.raw, events: Int16(POLLPRI), revents: 0)
            guard unsafe poll(&entry, 1, Int32(clamping: left)) >= 0 || errno == EINTR else {
                throw failure("poll", name, errno)
            }
        }
    }

    /// Lets everybody in it run again, unless a group above it is frozen.
    public func thaw() throws(SystemError) {
        switch mount.hierarchy {
        case .unified: try write("0", to: "cgroup.freeze")
        case .freezer: try write("THAWED", to: "freezer.state")
        }
        isFrozenByUs = false
    }

    /// Undoes what was done through this value; a group that is gone needs nothing.
    func thawOwn() throws(SystemError) {
        guard isFrozenByUs else { return }
        do throws(SystemError) {
            try thaw()
        } catch {
            guard error.isGroupGone else { throw error }
            isFrozenByUs = false
        }
    }

    /// Sends SIGKILL to everybody in it and below it, at one stroke; since Linux 5.14.
    public func kill() throws(SystemError) { try write("1", to: "cgroup.kill") }

    // MARK: - Files

    private func open(
        _ name: StaticString,
        in directory: borrowing DirectoryHandle,
        _ flags: Int32
    ) throws(SystemError) -> FileDescriptor {
        do throws(SystemError) {
            return try FileDescriptor(
                opening: "\(name)",
                in: directory.descriptor.raw,
                flags: flags | O_NOFOLLOW
            )
        } catch {
            let subject = subject(name, in: directory)
            throw SystemError(call: error.call, subject: subject, code: error.code)
        }
    }

    private func contents(
        of name: StaticString,
        in directory: borrowing DirectoryHandle,
        limit: Int = 4096
    ) throws(SystemError) -> [UInt8] {
        let file = try open(name, in: directory, O_RDONLY)
        return try file.readAll(limit: limit, subject: subject(name, in: directory))
    }

    private func write(_ text: String, to name: StaticString) throws(SystemError) {
        let file = try open(name, in: directory, O_WRONLY)
        let bytes = Array(text.utf8)
        guard unsafe Glibc.write(file.raw, bytes, bytes.count) == bytes.count else {
            throw failure("write", name, errno)
        }
    }

    private func subject(
        _ name: StaticString,
        in directory: borrowing DirectoryHandle
    ) -> String {
        "\(directory.path.text)/\(name)"
    }

    private func failure(_ call: String, _ name: StaticString, _ code: Int32) -> SystemError {
        SystemError(call: call, subject: subject(name, in: directory), code: code)
    }
}

extension SystemError {
    /// Whether a control group is gone: `ENODEV` from a file of it that was open before.
    var isGroupGone: Bool { code == ENOENT || code == ENODEV }
}
