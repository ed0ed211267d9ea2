import ReaperKit
import Testing

@Suite("service files")
struct ServiceFileTests {
    static let reader = ServiceFileReader(
        environment: [
            "HOME": "/home/u", "TMPDIR": "/var/tmp//", "EMPTY": "", "ODD": "a*\\b\"$c",
        ],
        users: ["alice": 1000],
        services: ServiceNames(parsing: Array("http 80/tcp\ndomain 53/tcp\ndomain 53/udp\n".utf8))
    )

    static func read(_ text: String) throws(ServiceFileError) -> ServiceFile {
        try reader.read(Array(text.utf8), source: "t.json5", directory: "/srv/app")
    }

    /// Reads a file with one service that runs `x`, and more keys.
    static func service(_ text: String) throws(ServiceFileError) -> Service {
        try read("{services:{a:{command:'x',\(text)}}}").services[0]
    }

    static let everyKey = """
        { services: {
            db: { command: "exec postgres -D data", ready: { port: 5432, timeout: "20s" } },
            "Web-1.x_": {
              command: ["./web", "", "--all=${HOME}"], after: ["db"],
              env: { PATH: "${HOME}/bin:/bin", PORT: 8080, NONE: "", ANY: "${X:-}" },
              cwd: "web", user: "alice", stop_signal: "SIGINT", stop_timeout: "2s",
              stop_order: "root-first", stop_command: ["webctl", "quit"],
              ports: [8080, "9000-9010/udp"], process_filters: ["web-*"], kill_others: true,
              ready: { command: "curl -f localhost:8080" },
              restart: { mode: "on-failure", backoff: "100ms", limit: 3 },
              log: { file: "log/web.log", size: "10M", keep: 3 }, class: "system",
            },
            once: { command: ["true"], ready: { exit: true }, restart: "never", log: "~/once.log" },
            tail: { command: "tail", ready: { line: "^ready" }, restart: "always" },
            touch: { command: "touch", after: "once", ready: { file: "run/x" }, user: 7 },
          } }
        """

    @Test("reads every key of a service")
    func full() throws {
        let file = try Self.read(Self.everyKey)
        #expect(file.source == "t.json5" && file.directory == "/srv/app")
        #expect(file.services.map(\.name) == ["db", "Web-1.x_", "once", "tail", "touch"])
        let web = file.services[1]
        #expect(web.command == ["./web", "", "--all=${HOME}"] && web.after == ["db"])
        #expect(
            web.environment == [
                Service.Variable(name: "PATH", value: "/home/u/bin:/bin"),
                Service.Variable(name: "PORT", value: "8080"),
                Service.Variable(name: "NONE", value: ""),
                Service.Variable(name: "ANY", value: ""),
            ]
        )
        #expect(web.directory == "/srv/app/web" && web.user == "alice")
        let stop = StopAction(
            signal: .interrupt,
            timeout: .seconds(2),
            order: .rootFirst,
            ports: PortSet(members: [
                PortSet.Member(ports: 8080...8080),
                PortSet.Member(ports: 9000...9010, transport: .udp),
            ]),
            processFilters: [try Glob(parsing: "web-*", as: .text)],
            killsOthers: true
        )
        #expect(web.stop == stop && web.stopCommand == ["webctl", "quit"])
        #expect(web.ready.sign == .command(["/bin/sh", "-c", "curl -f localhost:8080"]))
        #expect(web.ready.timeout == .seconds(30))
        #expect(web.restart.mode == .onFailure && web.restart.limit == 3)
        #expect(web.restart.backoff == .milliseconds(100))
        #expect(web.log.path == "/srv/app/log/web.log" && web.log.size == 10 << 20)
        #expect(web.log.kept == 3 && web.serviceClass == .system)
        #expect(web.position == TextPosition(line: 3, column: 5))
    }

    @Test("reads the shorter forms, and has a default for everything but the command")
    func defaults() throws {
        let services = try Self.read(Self.everyKey).services
        var db = Service(name: "db", command: ["/bin/sh", "-c", "exec postgres -D data"])
        db.ready.sign = .port(PortSet(members: [PortSet.Member(ports: 5432...5432)]))
        db.ready.timeout = .seconds(20)
        // A shell would go on with its next command.
        db.stop.order = .atOnce
        db.position = TextPosition(line: 2, column: 5)
        #expect(services[0] == db)
        #expect(services[2].ready.sign == .exit && services[2].restart == RestartPolicy())
        #expect(services[2].log.path == "/home/u/once.log" && services[2].log.kept == 1)
        #expect(services[3].ready.sign == .line("^ready") && services[3].restart.mode == .always)
        #expect(services[4].ready.sign == .file("/srv/app/run/x") && services[4].user == "7")
        #expect(services[4].after == ["once"] && services[4].serviceClass == .user)
    }

    @Test(
        "expands variables of the environment once, as plain text",
        arguments: [
            ("${ODD}", "a*\\b\"$c"), ("${X:-${ODD}}", "a*\\b\"$c"), ("$HOME ~", "$HOME ~"),
            ("\\${HOME}", "${HOME}"), ("C:\\dir", "C:\\dir"), ("{\"a\": 1}", "{\"a\": 1}"),
            ("${X:-a\\}b}", "a}b"), ("${EMPTY:-}", ""), ("\\", "\\"), ("\\}", "\\}"),
        ]
    )
    func values(_ template: String, _ value: String) throws {
        let quoted = template.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        let service = try Self.service("env: {V: \"\(quoted)\"}")
        #expect(service.environment == [Service.Variable(name: "V", value: ByteString(value))])
    }

    @Test(
        "makes paths absolute, below the file's directory",
        arguments: [
            ("sub", "/srv/app/sub"), (".", "/srv/app"), ("./a//b/", "/srv/app/a/b"),
            ("../b", "/srv/app/../b"), ("/", "/"), ("/a/./b", "/a/b"), ("~", "/home/u"),
            ("~/x", "/home/u/x"), ("\\\\~", "/srv/app/~"), ("${TMPDIR}/x", "/var/tmp/x"),
            ("${X:-sub}", "/srv/app/sub"), ("a*[b]", "/srv/app/a*[b]"),
        ]
    )
    func paths(_ text: String, _ path: String) throws {
        #expect(try Self.service("cwd: '\(text)'").directory == ByteString(path))
    }

    @Test(
        "reads sizes of logs",
        arguments: [("4096", 4096), ("'4K'", 4 << 10), ("'10M'", 10 << 20), ("'1024G'", 1 << 40)]
    )
    func sizes(_ text: String, _ size: Int64) throws {
        #expect(try Self.service("log: {size: \(text)}").log.size == size)
    }

    @Test("ports of one number may be owned apart, by protocol")
    func portsApart() throws {
        let file = try Self.read(
            "{services:{a:{command:'x',ports:['53/tcp','53/tcp',54]},b:{command:'x',ports:'53/udp,55-60'}}}"
        )
        #expect(file.services.count == 2)
    }

    @Test("a file may have ten thousand services, and they may be a chain, but not one more")
    func many() throws {
        let file = try Self.read(Self.chain(10_000))
        #expect(file.services.count == 10_000 && file.services.last?.after == ["s9998"])
        let error = #expect(throws: ServiceFileError.self) { try Self.read(Self.chain(10_001)) }
        #expect(
            error?.description == "t.json5:1:12: expected at most 10000 services, found 10001"
        )
    }

    private static func chain(_ count: Int) -> String {
        let services = (0..<count).map { number in
            "s\(number): {command: 'x'\(number > 0 ? ", after: 's\(number - 1)'" : "")}"
        }
        return "{services: {\(services.joined(separator: ",\n"))}}"
    }

    @Test("users and port names are not looked up for files that name none")
    func lazily() throws {
        let reader = ServiceFileReader(
            environment: [:],
            users: { () -> [String: UInt32] in
                Issue.record("users were read")
                return [:]
            }(),
            services: { () -> ServiceNames in
                Issue.record("services were read")
                return ServiceNames()
            }()
        )
        let text = "{services:{a:{command:'x',user:0,ports:80,ready:{port:'81/tcp'}}}}"
        _ = try reader.read(Array(text.utf8), source: "t", directory: "/")
    }

    @Test("every prefix of a service file reads or throws, and never traps")
    func prefixes() {
        let bytes = Array(Self.everyKey.utf8)
        for end in 0...bytes.count {
            _ = try? Self.reader.read(Array(bytes[..<end]), source: "t", directory: "/")
        }
    }

    @Test("any one byte of a service file may be another")
    func damage() {
        let bytes = Array(Self.everyKey.utf8)
        for index in bytes.indices {
            for byte in [0, 0x22, 0x7d] as [UInt8] {
                var damaged = bytes
                damaged[index] = byte
                _ = try? Self.reader.read(damaged, source: "t", directory: "/")
            }
        }
    }
}
