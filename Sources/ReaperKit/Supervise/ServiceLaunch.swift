import CLinux
import Glibc

/// Starts a service's program: in a session of its own, marked, with nothing of the supervisor's.
struct ServiceLaunch {
    /// The service.
    var service: Service
    /// What marks whatever it starts.
    var mark: String
    /// Whose service it is.
    var supervisor: String
    /// Which signals were blocked when the supervisor was started.
    var mask: sigset_t

    /// Why a service could not be started.
    enum Failure: Error, Equatable {
        /// There is no such user.
        case noUser(String)
        /// A system call failed.
        case system(SystemError)

        /// For people: object and reason.
        var reason: String {
            switch self {
            case .noUser(let name): "user '\(name)': no such user in /etc/passwd"
            case .system(let error): error.description
            }
        }

        /// Whether it may pass by itself; that somebody or something is not there does not.
        var mayPass: Bool {
            switch self {
            case .noUser: false
            case .system(let error): error.isShortage
            }
        }
    }

    /// Starts it.
    ///
    /// - Parameters:
    ///   - command: The program and its arguments; the service's own, or one that belongs to it.
    ///   - input: Its standard input; `-1`: nothing can be read there.
    ///   - output: Where what it prints goes.
    ///   - error: Where its messages go, if that is elsewhere.
    /// - Returns: Its number.
    /// - Throws: Why it could not be started; then there is no process.
    func start(
        _ command: [ByteString],
        input: Int32 = -1,
        output: Int32,
        error: Int32? = nil
    ) throws(Failure) -> Int32 {
        var account: UserAccount?
        if let name = service.user {
            guard let found = UserAccount.named(name) else { throw .noUser(name) }
            account = found
        }
        let arguments = unsafe Self.copies(command)
        defer { unsafe arguments.forEach { unsafe free($0) } }
        let variables = unsafe Self.copies(environment(of: account))
        defer { unsafe variables.forEach { unsafe free($0) } }
        let directory = unsafe service.directory.map { unsafe strdup($0.terminated) } ?? nil
        defer { unsafe free(directory) }
        let groups = account?.groups ?? []
        var step: Int32 = 0
        let pid = unsafe arguments.withUnsafeBufferPointer { arguments in
            unsafe variables.withUnsafeBufferPointer { variables in
                unsafe groups.withUnsafeBufferPointer { groups in
                    var launch = unsafe clinux_launch()
                    unsafe launch.arguments = arguments.baseAddress
                    unsafe launch.environment = variables.baseAddress
                    unsafe launch.directory = UnsafePointer(directory)
                    unsafe launch.input = input
                    unsafe launch.output = output
                    unsafe launch.error = error ?? output
                    unsafe launch.has_user = account == nil ? 0 : 1
                    unsafe launch.user = account?.user ?? 0
                    unsafe launch.group = account?.group ?? 0
                    unsafe launch.groups = groups.baseAddress
                    unsafe launch.group_count = groups.count
                    unsafe launch.default_pipe = BrokenPipe.wasIgnored ? 0 : 1
                    unsafe launch.mask = mask
                    return unsafe clinux_start(&launch, &step)
                }
            }
        }
        guard pid < 0 else { return pid }
        throw .system(failure(at: step, code: -pid, command))
    }

    private func failure(at step: Int32, code: Int32, _ command: [ByteString]) -> SystemError {
        let (call, subject): (String, String) =
            switch UInt32(step) {
            case CLINUX_SESSION.rawValue: ("setsid", service.name)
            case CLINUX_OUTPUT.rawValue: ("dup2", "standard input and output")
            case CLINUX_USER.rawValue: ("setuid", "user \(service.user ?? "")")
            case CLINUX_DIRECTORY.rawValue: ("chdir", service.directory?.text ?? "")
            case CLINUX_EXEC.rawValue: ("exec", command.first?.text ?? "")
            default: ("fork", service.name)
            }
        return SystemError(call: call, subject: subject, code: code)
    }

    /// The supervisor's variables, the service's over them, and the marks over all.
    private func environment(of account: UserAccount?) -> [ByteString] {
        var own: [Service.Variable] = []
        if let account {
            own.append(Service.Variable(name: "HOME", value: ByteString(account.home)))
            own.append(Service.Variable(name: "USER", value: ByteString(account.name)))
            own.append(Service.Variable(name: "LOGNAME", value: ByteString(account.name)))
        }
        own += service.environment
        // What belongs to the supervisor itself is no service, nor another one's.
        let marks =
            mark.isEmpty
            ? []
            : [
                (ServiceMarks.variable, mark), (ServiceMarks.supervisorVariable, supervisor),
            ]
        own += marks.map { Service.Variable(name: $0.0, value: ByteString($0.1)) }
        var values: [String: ByteString] = [:]
        for variable in own { values[variable.name] = variable.value }
        var entries: [ByteString] = []
        for entry in Self.inherited {
            let name = String(decoding: entry.bytes.prefix { $0 != 0x3D }, as: UTF8.self)
            if values[name] == nil { entries.append(entry) }
        }
        for (name, value) in values.sorted(by: { $0.key < $1.key }) {
            entries.append(ByteString(Array("\(name)=".utf8) + value.bytes))
        }
        return entries
    }

    /// What the supervisor has itself, but for what is about it alone.
    private static var inherited: [ByteString] {
        var entries: [ByteString] = []
        var next = unsafe clinux_environment()
        while let pointer = unsafe next?.pointee {
            let entry = unsafe String(cString: pointer)
            if !entry.hasPrefix("NOTIFY_SOCKET=") {
                let length = unsafe strlen(pointer)
                let bytes = unsafe UnsafeBufferPointer(start: pointer, count: length)
                entries.append(ByteString(unsafe bytes.map(UInt8.init(bitPattern:))))
            }
            unsafe next = unsafe next?.advanced(by: 1)
        }
        return entries
    }

    private static func copies(_ words: [ByteString]) -> [UnsafeMutablePointer<CChar>?] {
        unsafe words.map { unsafe strdup($0.terminated) } + [nil]
    }
}

extension ByteString {
    /// The bytes as C has them, with a zero behind.
    var terminated: [CChar] { bytes.map(CChar.init(bitPattern:)) + [0] }
}
