import Glibc
import Testing

@testable import ReaperKit

@Suite("who uses a file")
struct FileUserTests {
    @Test("a descriptor's inode and locks are read, whatever stands around them")
    func info() {
        let text = """
            pos:\t0
            flags:\t02100002
            mnt_id:\t25
            ino:\t4711
            lock:\t1: FLOCK  ADVISORY  WRITE 4127 00:19:4711 0 EOF
            lock:\t2: OFDLCK ADVISORY  READ -1 00:19:4711 0 EOF
            """
        let info = FileDescriptorInfo(parsing: Array(text.utf8))
        #expect(info.inode == 4711)
        #expect(info.locks == ["FLOCK WRITE", "OFDLCK READ"])
        #expect(FileDescriptorInfo(parsing: []).inode == nil)
        let bytes = Array(text.utf8)
        for end in 0...bytes.count { _ = FileDescriptorInfo(parsing: Array(bytes[..<end])) }
    }

    @Test("an open file is found, with its lock; another file of the same name is told apart")
    func open() throws {
        let directory = try ScratchDirectory()
        let path = try directory.write("a.pid", "1\n")
        let file = unsafe Glibc.open(path.text, O_RDWR | O_CLOEXEC)
        defer { _ = close(file) }
        #expect(flock(file, LOCK_EX) == 0)
        let proc = unsafe Glibc.open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { _ = close(proc) }
        func uses() throws -> [FileAccount.User.Use] {
            let facts = try? FileFacts(of: path)
            var search = FileUserSearch(path, file: facts?.identity)
            let reading = search.look(at: getpid(), below: proc)
            return try #require(reading.known).map(\.use)
        }
        #expect(try uses() == [.open([file]), .lock("FLOCK WRITE")])
        let other = try directory.write("b.pid", "2\n")
        #expect(unsafe rename(other.text, path.text) == 0)
        #expect(try uses() == [.openBefore([file])])
    }

    @Test("who is gone uses nothing")
    func gone() {
        let proc = unsafe Glibc.open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { _ = close(proc) }
        var search = FileUserSearch("/x", file: nil)
        #expect(search.look(at: 4_194_304, below: proc).known?.isEmpty == true)
    }
}
