import Glibc
import Testing

@testable import ReaperKit

@Suite("users in passwd(5) and group(5)")
struct UserAccountTests {
    private static let passwd = """
        # not a line of it
        root:x:0:0:root:/root:/bin/sh
        broken:x:no:5::/:/bin/sh
        short:x:7

        1000:x:33:33:a name of digits:/digits:/bin/sh
        ann:x:1000:100:Ann, of the lab:/home/ann:/bin/sh
        nohome:x:1001:100:::/bin/false
        twice:x:1002:100::/first:/bin/sh
        twice:x:1003:100::/second:/bin/sh
        +::::::
        """
    private static let group = """
        root:x:0:
        users:x:100:ann
        lab:x:200:bob,ann,carl
        near:x:201:anna,joann
        lab2:x:200:ann
        broken:x:no:ann
        short:x:300
        last:x:400:ann
        """

    private func account(_ name: String) -> UserAccount? {
        UserAccount(name, passwd: Array(Self.passwd.utf8), group: Array(Self.group.utf8))
    }

    @Test("are found by name or number, with each of their groups once")
    func found() throws {
        let ann = try #require(account("ann"))
        #expect(ann.name == "ann" && ann.user == 1000 && ann.group == 100)
        #expect(ann.groups == [100, 200, 400] && ann.home == "/home/ann")
        #expect(account("0")?.name == "root" && account("1001")?.name == "nohome")
        #expect(account("nohome")?.home == "/")
        #expect(account("twice")?.user == 1002)
    }

    @Test("a name of digits is a name before it is a number")
    func digits() { #expect(account("1000")?.user == 33) }

    @Test(
        "who is not there, or not whole, is not found",
        arguments: [
            "nobody", "broken", "short", "7", "an", "ann:x", "-1", "4294967296", "#", "+", "",
        ]
    )
    func missing(name: String) { #expect(account(name) == nil) }

    @Test("every prefix of the files is read without a trap")
    func prefixes() {
        let passwd = Array(Self.passwd.utf8)
        let group = Array(Self.group.utf8)
        for count in 0...passwd.count {
            let found = UserAccount("ann", passwd: Array(passwd.prefix(count)), group: [])
            #expect(found == nil || (found?.user == 1000 && found?.groups == [100]))
        }
        for count in 0...group.count {
            let found = UserAccount("ann", passwd: passwd, group: Array(group.prefix(count)))
            #expect(Set([100, 200, 201, 400]).isSuperset(of: found?.groups ?? [0]))
        }
    }

    @Test("bytes that are no UTF-8 spoil their own line alone")
    func foreign() {
        let passwd = Array("x:\u{0}:1".utf8) + [0xFF, 0xFE, 0x0A] + Array("a:x:5:6::/h:".utf8)
        let found = UserAccount("a", passwd: passwd, group: [0xFF, 0x0A, 0x3A, 0x3A, 0x3A])
        #expect(found?.user == 5 && found?.groups == [6])
    }

    @Test("only a shortage passes by itself")
    func failures() {
        let failure = {
            ServiceLaunch.Failure.system(SystemError(call: "exec", subject: "x", code: $0))
        }
        #expect([EAGAIN, ENOMEM].allSatisfy { failure($0).mayPass })
        let lasting = [ENOENT, EACCES, ENOEXEC, ENOTDIR, ELOOP, EPERM]
        #expect(lasting.allSatisfy { !failure($0).mayPass })
        #expect(!ServiceLaunch.Failure.noUser("nobody-there").mayPass)
    }
}
