import CLinux
import Glibc

extension SocketLiveness {
    /// Asks whether any socket is bound to the file `name`, whose facts were read before.
    ///
    /// Two witnesses, because each has a blind spot. sock_diag(7) lists only reaper's own network
    /// namespace. connect(2) finds the socket in any, but `ECONNREFUSED` can also mean that it is
    /// bound and does not listen; a datagram socket, which may connect to nothing but its kind,
    /// gets `EPROTOTYPE` then, and whoever is there is not told.
    init(
        probing name: ByteString,
        in directory: borrowing DirectoryHandle,
        facts: FileFacts,
        mount: MountTable.Mount?,
        table: Result<UnixSocketTable, SystemError>
    ) {
        let rows: UnixSocketTable
        switch table {
        case .success(let known): rows = known
        case .failure(let error):
            self = .unknown("sock_diag: \(error.reason)")
            return
        }
        // The file system's device, not the file's: they differ on btrfs and overlayfs.
        let device =
            mount.map { DeviceNumber(major: $0.major, minor: $0.minor) }
            ?? DeviceNumber(facts.identity.device)
        if rows.contains(device: device, inode: facts.identity.inode) {
            self = .bound
            return
        }
        do throws(SystemError) {
            // Through the descriptor: no limit of 108 bytes, and no other file meanwhile.
            let node = try FileDescriptor(
                opening: name,
                in: directory.descriptor.raw,
                flags: CLINUX_O_PATH | O_NOFOLLOW
            )
            let path = directory.path.appending(component: name)
            let now = try FileFacts(of: node, subject: path)
            guard now.kind == .socket, now.identity == facts.identity else {
                self = .unknown("it changed while it was looked at")
                return
            }
            self.init(probing: node)
        } catch {
            self = .unknown("\(error.call): \(error.reason)")
        }
    }

    /// The same of a file that is to be removed; `nil` where it is no socket, or not there.
    init?(probing removal: FileRemoval) {
        guard let (parent, name) = removal.path.splitAtLastComponent else { return nil }
        do throws(SystemError) {
            let directory = try DirectoryHandle(opening: parent)
            let facts = try FileFacts(of: name, in: directory.descriptor.raw)
            guard facts.kind == .socket else { return nil }
            self.init(
                probing: name,
                in: directory,
                facts: facts,
                mount: try MountTable.current().mount(of: facts),
                table: .success(try UnixSocketTable.current())
            )
        } catch {
            if error.code == ENOENT { return nil }
            self = .unknown("\(error.call): \(error.reason)")
        }
    }

    /// Asks by connecting alone, through an `O_PATH` descriptor of the socket's file.
    init(probing node: borrowing FileDescriptor) {
        self.init(connectResult: unsafe clinux_unix_probe("/proc/self/fd/\(node.raw)"))
    }

    /// What the answer to a datagram connect means; connect(2), unix(7).
    init(connectResult: Int32) {
        switch -connectResult {
        case 0, EPROTOTYPE, EPERM, EAGAIN: self = .bound
        case ECONNREFUSED: self = .unbound
        case let code:
            let error = SystemError(call: "connect", subject: "", code: code)
            self = .unknown("connect: \(error.reason)")
        }
    }
}
