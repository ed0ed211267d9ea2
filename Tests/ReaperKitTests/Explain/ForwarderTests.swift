import Testing

@testable import ReaperKit

@Suite("forwarders")
struct ForwarderTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var pid: Int32 = 500
        var name: ByteString
        var arguments: [ByteString] = []
        /// Part of the sentence; `nil` for nobody who forwards.
        var text: String?
        var command: String?
    }

    private static let cases: [Case] = [
        Case(
            testDescription: "Docker",
            name: "docker-proxy",
            arguments: [
                "/usr/bin/docker-proxy", "-proto", "tcp", "-host-ip", "0.0.0.0", "-host-port",
                "8080", "-container-ip", "172.17.0.2", "-container-port", "80",
            ],
            text: "the container at 172.17.0.2:80",
            command: "docker ps --filter publish=8080"
        ),
        Case(
            testDescription: "Docker without root, whose name is cut",
            name: "rootlesskit-doc",
            arguments: ["rootlesskit-docker-proxy", "-container-ip", "172.17.0.3"],
            text: "the container at 172.17.0.3",
            command: "docker ps --filter publish=8080"
        ),
        Case(
            testDescription: "Podman's network",
            name: "pasta.avx2",
            text: "containers without root",
            command: "podman ps --filter publish=8080"
        ),
        Case(
            testDescription: "conmon",
            name: "conmon",
            arguments: ["conmon", "--api-version", "1", "-c", "0123", "-n", "web"],
            text: "container web",
            command: "podman stop web"
        ),
        Case(
            testDescription: "conmon with a name that is no word",
            name: "conmon",
            arguments: ["conmon", "-n", "we\u{1b}b"],
            text: "a container"
        ),
        Case(
            testDescription: "kubectl port-forward",
            name: "kubectl",
            arguments: ["kubectl", "port-forward", "svc/web", "8080:80"],
            text: "a pod"
        ),
        Case(testDescription: "kubectl proxy", name: "kubectl", arguments: ["kubectl", "proxy"]),
        Case(
            testDescription: "an SSH client",
            name: "ssh",
            arguments: ["ssh", "-L", "8080:localhost:80", "box"],
            text: "over an SSH connection"
        ),
        Case(
            testDescription: "somebody's SSH session",
            name: "sshd",
            arguments: ["sshd: alice@pts/0"],
            text: "logged in over SSH"
        ),
        Case(
            testDescription: "the SSH server itself",
            name: "sshd",
            arguments: ["sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"]
        ),
        Case(
            testDescription: "socket activation",
            pid: 1,
            name: "systemd",
            text: "start a service",
            command: "systemctl list-sockets"
        ),
        Case(testDescription: "a user's systemd", name: "systemd"),
        Case(testDescription: "a server", name: "nginx"),
    ]

    @Test("are recognised, with what to do instead", arguments: cases)
    private func forwarder(_ testCase: Case) {
        let process = Cast.process(testCase.pid, testCase.name) {
            $0.arguments = .value(testCase.arguments)
        }
        let forwarder = Forwarder(process, port: 8080)
        #expect((forwarder == nil) == (testCase.text == nil))
        if let text = testCase.text { #expect(forwarder?.text.contains(text) == true) }
        #expect(forwarder?.command == testCase.command)
    }
}
