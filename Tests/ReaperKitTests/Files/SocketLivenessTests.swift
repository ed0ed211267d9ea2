import Glibc
import Testing

@testable import ReaperKit

/// A Unix socket bound below a scratch directory, in a state of its own.
final class BoundSocket {
    let descriptor: FileDescriptor

    init(_ path: String, type: __socket_type, backlog: Int32? = nil) throws {
        descriptor = FileDescriptor(owning: socket(AF_UNIX, Int32(type.rawValue), 0))
        try #require(descriptor.raw >= 0)
        try #require(unsafe BoundSocket.call(bind, descriptor.raw, path) == 0)
        if let backlog { try #require(listen(descriptor.raw, backlog) == 0) }
    }

    /// Calls bind(2) or connect(2) with a path.
    static func call(
        _ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32,
        _ descriptor: Int32,
        _ path: String
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { field in
            unsafe field.copyBytes(from: path.utf8.prefix(field.count - 1))
        }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe function(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}

/// Binds a socket and closes it: the file stays.
private func leaveBehind(_ path: String) throws {
    _ = try BoundSocket(path, type: SOCK_STREAM, backlog: 1)
}

@Suite("liveness of unix sockets")
struct SocketLivenessTests {
    private func liveness(_ scratch: borrowing ScratchDirectory) throws -> [String: String] {
        var reader = try InstanceFileReader()
        let scan = reader.scan([try instanceRule("*.sock", in: scratch, .socket)])
        return Dictionary(
            uniqueKeysWithValues: scan.files.map { file in
                let answer =
                    switch file.contents {
                    case .socket(.bound): "bound"
                    case .socket(.unbound): "unbound"
                    case .socket(.unknown(let reason)): reason
                    case .unsafe(let reason): reason
                    case .entries, .malformed, .oversized, .denied: "not a socket answer"
                    }
                return (file.path.baseName.text, answer)
            }
        )
    }

    @Test("a socket is bound as long as anybody has it, whatever it does with it")
    func bound() throws {
        let scratch = try ScratchDirectory()
        func path(_ name: String) -> String { scratch.child(name).text }
        let listening = try BoundSocket(path("listen.sock"), type: SOCK_STREAM, backlog: 5)
        let others = [
            try BoundSocket(path("bound_only.sock"), type: SOCK_STREAM),
            try BoundSocket(path("full.sock"), type: SOCK_STREAM, backlog: 0),
            try BoundSocket(path("dgram.sock"), type: SOCK_DGRAM),
            try BoundSocket(path("seqpacket.sock"), type: SOCK_SEQPACKET, backlog: 1),
            try BoundSocket(path("old"), type: SOCK_STREAM, backlog: 1),
        ]
        try #require(unsafe rename(path("old"), path("renamed.sock")) == 0)
        let client = FileDescriptor(owning: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        try #require(unsafe BoundSocket.call(connect, client.raw, path("full.sock")) == 0)
        try leaveBehind(path("stale.sock"))
        try scratch.write("regular.sock", "")
        #expect(
            try liveness(scratch) == [
                "listen.sock": "bound", "bound_only.sock": "bound", "full.sock": "bound",
                "dgram.sock": "bound", "seqpacket.sock": "bound", "renamed.sock": "bound",
                "stale.sock": "unbound",
                "regular.sock": "it is a regular file, not a socket",
            ]
        )
        // Looking must not look like a client.
        var queue = pollfd(fd: listening.descriptor.raw, events: Int16(POLLIN), revents: 0)
        #expect(unsafe poll(&queue, 1, 0) == 0)
        withExtendedLifetime(others) {}
    }

    @Test("the kernel's list has the very inode of a socket's file")
    func row() throws {
        let scratch = try ScratchDirectory()
        let live = try BoundSocket(scratch.child("live").text, type: SOCK_STREAM)
        let facts = try FileFacts(of: scratch.child("live"))
        let mount = try #require(try MountTable.current().mount(of: facts))
        let device = DeviceNumber(major: mount.major, minor: mount.minor)
        let inode = facts.identity.inode
        #expect(try UnixSocketTable.current().contains(device: device, inode: inode))
        #expect(try !UnixSocketTable.current().contains(device: device, inode: inode + 1 << 31))
        withExtendedLifetime(live) {}
    }

    @Test("without a row, as for a socket of another network namespace, connecting tells")
    func withoutRow() throws {
        let scratch = try ScratchDirectory()
        let live = try BoundSocket(scratch.child("live").text, type: SOCK_STREAM)
        try leaveBehind(scratch.child("dead").text)
        let directory = try DirectoryHandle(opening: scratch.path)
        func probe(_ name: ByteString) throws -> SocketLiveness {
            SocketLiveness(
                probing: name,
                in: directory,
                facts: try FileFacts(of: name, in: directory.descriptor.raw),
                mount: nil,
                table: .success(UnixSocketTable([]))
            )
        }
        #expect(try probe("live") == .bound)
        #expect(try probe("dead") == .unbound)
        withExtendedLifetime(live) {}
    }

    @Test("without a dump nothing is called unbound")
    func withoutDump() throws {
        let scratch = try ScratchDirectory()
        try leaveBehind(scratch.child("dead").text)
        let directory = try DirectoryHandle(opening: scratch.path)
        let refused = SystemError(call: "sendto", subject: "netlink", code: EPERM)
        let answer = SocketLiveness(
            probing: "dead",
            in: directory,
            facts: try FileFacts(of: "dead", in: directory.descriptor.raw),
            mount: nil,
            table: .failure(refused)
        )
        #expect(answer == .unknown("sock_diag: Operation not permitted"))
    }

    @Test("a socket replaced while it is looked at is not judged")
    func replaced() throws {
        let scratch = try ScratchDirectory()
        try leaveBehind(scratch.child("a").text)
        let directory = try DirectoryHandle(opening: scratch.path)
        let facts = try FileFacts(of: "a", in: directory.descriptor.raw)
        try directory.rename("a", to: "b")
        try scratch.write("a", "")
        let answer = SocketLiveness(
            probing: "a",
            in: directory,
            facts: facts,
            mount: nil,
            table: .success(UnixSocketTable([]))
        )
        #expect(answer == .unknown("it changed while it was looked at"))
    }

    @Test("a path longer than a socket address is probed as well")
    func longPath() throws {
        let scratch = try ScratchDirectory()
        try leaveBehind(scratch.child("a").text)
        let deep = String(repeating: "d", count: 200)
        try scratch.makeDirectory(deep)
        let target = scratch.child("\(deep)/a.sock").text
        try #require(unsafe rename(scratch.child("a").text, target) == 0)
        var reader = try InstanceFileReader()
        let scan = reader.scan([try instanceRule("\(deep)/*.sock", in: scratch, .socket)])
        #expect(scan.files.map(\.contents) == [.socket(.unbound)])
    }

    @Test(
        "answers of connect",
        arguments: [
            (0, .bound), (-EPROTOTYPE, .bound), (-EPERM, .bound), (-EAGAIN, .bound),
            (-ECONNREFUSED, .unbound), (-EACCES, .unknown("connect: Permission denied")),
        ] as [(Int32, SocketLiveness)]
    )
    func answers(code: Int32, want: SocketLiveness) {
        #expect(SocketLiveness(connectResult: code) == want)
    }
}
