import Glibc

/// A directory made for one test, in the shape of `/proc`, and removed with its value.
struct FixtureTree: ~Copyable {
    let path: String
    let descriptor: Int32
    private var created: [String] = []

    init() throws(LiveSocket.Failure) {
        var template = Array("/tmp/reaper-fixture-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else {
            throw LiveSocket.Failure(call: "mkdtemp", code: errno)
        }
        path = template.dropLast().map { String(UnicodeScalar(UInt8(bitPattern: $0))) }.joined()
        descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    deinit {
        for name in created.reversed() { _ = unsafe remove("\(path)/\(name)") }
        _ = unsafe rmdir(path)
        _ = close(descriptor)
    }

    mutating func directory(_ name: String) {
        var sofar = ""
        for part in name.split(separator: "/") {
            sofar += sofar.isEmpty ? "\(part)" : "/\(part)"
            if unsafe mkdir("\(path)/\(sofar)", 0o755) == 0 { created.append(sofar) }
        }
    }

    mutating func link(_ name: String, to target: String) {
        if unsafe symlink(target, "\(path)/\(name)") == 0 { created.append(name) }
    }

    mutating func file(_ name: String, _ text: String) { file(name, Array(text.utf8)) }

    mutating func file(_ name: String, _ bytes: [UInt8]) {
        let file = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        _ = unsafe write(file, bytes, bytes.count)
        _ = close(file)
        created.append(name)
    }
}

extension FixtureTree {
    /// A process as `/proc` shows it, with `stat` alone.
    mutating func process(
        _ pid: Int32,
        _ name: String = "svc",
        parent: Int32 = 1,
        state: String = "S",
        group: Int32 = 0,
        session: Int32 = 0,
        flags: UInt32 = 0,
        start: UInt64 = 100
    ) {
        directory("\(pid)")
        file(
            "\(pid)/stat",
            "\(pid) (\(name)) \(state) \(parent) \(group) \(session) 0 -1 \(flags) "
                + "0 0 0 0 0 0 0 0 20 0 1 0 \(start) 0 0\n"
        )
    }
}
