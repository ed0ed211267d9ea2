import Testing

@testable import ReaperKit

private let hex = String(repeating: "0123456789abcdef", count: 4)
private let uid = "11111111-2222-3333-4444-555555555555"

@Suite("control group paths")
struct ControlGroupPlaceTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var want: @Sendable (inout ControlGroupPlace) -> Void

        init(_ path: String, _ want: @escaping @Sendable (inout ControlGroupPlace) -> Void) {
            testDescription = path
            self.want = want
        }
    }

    private static let cases: [Case] = [
        Case("/") { _ in },
        Case("/user.slice") { _ in },
        Case("/../..") { _ in },
        Case("/.service") { _ in },
        Case("/init.scope") { $0.isManagers = true },
        Case("/system.slice/nginx.service") { $0.unit = .init("nginx.service") },
        Case("/system.slice/system-getty.slice/getty@tty1.service") {
            $0.unit = .init("getty@tty1.service")
        },
        Case("/system.slice/app.service/worker.service") { $0.unit = .init("worker.service") },
        Case("/user.slice/user-1000.slice/session-3.scope") {
            $0.session = .init("3", user: 1000)
        },
        Case("/user.slice/user-1000.slice/session-c2.scope") {
            $0.session = .init("c2", user: 1000)
        },
        Case("/user.slice/user-1000.slice/user@1000.service/init.scope") { $0.isManagers = true },
        Case("/user.slice/user-1000.slice/user@1000.service/app.slice/web.service") {
            $0.unit = .init("web.service", isUsers: true)
        },
        Case(
            "/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome\\x2dterm-7.scope"
        ) { $0.unit = .init("app-gnome\\x2dterm-7.scope", isUsers: true) },
        Case("/docker/\(hex)") { $0.container = .init(.docker, hex) },
        Case("/system.slice/docker-\(hex).scope") { $0.container = .init(.docker, hex) },
        Case("/system.slice:docker:\(hex)") { $0.container = .init(.docker, hex) },
        Case("/machine.slice/libpod-\(hex).scope") { $0.container = .init(.podman, hex) },
        Case("/machine.slice/libpod-\(hex).scope/container") {
            $0.container = .init(.podman, hex)
        },
        Case("/libpod_parent/libpod-\(hex)") { $0.container = .init(.podman, hex) },
        Case("/machine.slice/libpod-conmon-\(hex).scope") {
            $0.unit = .init("libpod-conmon-\(hex).scope")
        },
        Case("/kubepods/besteffort/pod\(uid)/\(hex)") {
            $0.container = .init(.containerd, hex, pod: uid)
        },
        Case(
            "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod"
                + uid.replacing("-", with: "_") + ".slice/cri-containerd-\(hex).scope"
        ) {
            $0.container = .init(.containerd, hex, pod: uid)
        },
        Case("/kubepods.slice/kubepods-pod\(uid.replacing("-", with: "_")).slice/crio-\(hex).scope")
        {
            $0.container = .init(.crio, hex, pod: uid)
        },
        Case("/system.slice/crio-conmon-\(hex).scope") {
            $0.unit = .init("crio-conmon-\(hex).scope")
        },
        Case("/ecs/task/\(hex)") { $0.container = .init(.unknown, hex) },
        Case("/lxc/web") { $0.container = .init(.lxc, "web") },
        Case("/lxc.payload.web/system.slice/nginx.service") {
            $0.container = .init(.lxc, "web")
            $0.unit = .init("nginx.service")
        },
        Case("/lxc.monitor.web") { _ in },
        Case("/machine.slice/machine-deb\\x2d12.scope/payload") {
            $0.container = .init(.machine, "deb-12")
        },
        Case("/machine.slice/systemd-nspawn@web.service") {
            $0.container = .init(.machine, "web")
        },
        Case("/system.slice/slurmstepd.scope/job_4711/step_0/user/task_0") {
            $0.unit = .init("slurmstepd.scope")
            $0.slurmJob = "4711"
        },
        Case("/slurm/uid_1000/job_12/step_batch") { $0.slurmJob = "12" },
        Case("/job_x") { _ in },
        Case("/docker/0123") { _ in },
    ]

    @Test("say who keeps a process", arguments: cases)
    private func path(_ testCase: Case) {
        var want = ControlGroupPlace()
        testCase.want(&want)
        #expect(ControlGroupPlace(path: ByteString(testCase.testDescription)) == want)
    }

    @Test("the unified hierarchy says most, the others the rest")
    func lines() {
        let place = ControlGroupPlace(
            lines: [
                "12:pids:/docker/\(hex)", "1:name=systemd:/system.slice/old.service",
                "0::/user.slice/user-7.slice/session-9.scope",
            ].map { ByteString($0) }
        )
        #expect(place.session == .init("9", user: 7))
        #expect(place.container == .init(.docker, hex))
        #expect(place.unit == .init("old.service"))
    }

    @Test("what stops it is a command that a shell takes as it is")
    func commands() {
        typealias Place = ControlGroupPlace
        #expect(Place.Container(.docker, hex).stopCommand == "docker stop 0123456789ab")
        #expect(Place.Container(.podman, hex).stopCommand == "podman stop 0123456789ab")
        #expect(Place.Container(.crio, hex).stopCommand == "crictl stop 0123456789ab")
        #expect(Place.Container(.lxc, "a b").stopCommand == "lxc-stop -n 'a b'")
        #expect(Place.Container(.machine, "web").stopCommand == "machinectl terminate web")
        #expect(Place.Container(.containerd, hex, pod: uid).stopCommand == nil)
        #expect(Place.Container(.unknown, hex).stopCommand == nil)
        #expect(Place.Unit("a.service").stopCommand == "systemctl stop a.service")
        #expect(
            Place.Unit("app\\x2d1.service", isUsers: true).stopCommand
                == "systemctl --user stop 'app\\x2d1.service'"
        )
    }

    @Test("every prefix of a path can be read")
    func prefixes() {
        for testCase in Self.cases {
            let bytes = Array(testCase.testDescription.utf8)
            for end in 0...bytes.count { _ = ControlGroupPlace(path: ByteString(bytes[..<end])) }
        }
    }
}

@Suite("shell words")
struct ShellWordTests {
    @Test(
        "are quoted where a shell would see more than a word",
        arguments: [
            ("plain-1.2@x:/y", "plain-1.2@x:/y"), ("", "''"), ("a b", "'a b'"), ("$x", "'$x'"),
            ("it's", "'it'\\''s'"), ("*", "'*'"), ("~", "'~'"), ("a\\b", "'a\\b'"),
        ]
    )
    func quoted(word: String, want: String) { #expect(word.quotedForShell == want) }

    @Test("what does not print as it is cannot be pasted")
    func printable() {
        #expect("web".isPrintableWord)
        #expect(!"".isPrintableWord && !"a\u{1b}[m".isPrintableWord && !"a\nb".isPrintableWord)
        #expect(!"a\u{202e}b".isPrintableWord)
    }
}
