/// Puts `***` in the place of secrets in command lines and environments.
///
/// `/proc/PID/cmdline` is readable by every user of the machine, a report is read by many more:
/// in a terminal, a CI log, a ticket. Names, shapes and the flags of well-known programs decide;
/// none of them finds every secret, so this is a precaution and no proof.
public enum SecretMask {
    /// Masks the arguments of one command.
    public static func masked(arguments: [ByteString]) -> [ByteString] {
        let program = programKnown(in: arguments)
        var expectation = Expectation.nothing
        return arguments.enumerated().map { index, argument in
            defer { expectation = Expectation(after: argument, of: program, isFirst: index == 0) }
            switch expectation {
            case .secret where argument.bytes.first != UInt8(ascii: "-"):
                return argument.isEmpty ? argument : "***"
            case .userAndPassword:
                return maskedAfterColon(argument)
            case .script:
                return masked(text: argument, isScript: true)
            case .nothing, .secret:
                if let flag = attachedFlag(of: program), argument.bytes.starts(with: flag.utf8),
                    argument.bytes.count > flag.utf8.count
                {
                    return ByteString(flag + "***")
                }
                return masked(text: argument, isScript: false)
            }
        }
    }

    /// Masks one piece of text that may hold secrets anywhere, such as a summary or a script.
    public static func masked(text: ByteString, isScript: Bool = true) -> ByteString {
        var scanner = SecretScanner(text.bytes, isScript: isScript)
        return ByteString(scanner.masked())
    }

    /// Masks one piece of text that may hold secrets anywhere.
    public static func masked(text: String) -> String { masked(text: ByteString(text)).text }

    /// Masks the entries of an environment, `NAME=VALUE` each.
    public static func masked(environment: [ByteString]) -> [ByteString] {
        environment.map { masked(text: $0, isScript: false) }
    }

    /// The program whose flags count; `sudo`, `env` and the like may stand before it.
    private static func programKnown(in arguments: [ByteString]) -> String {
        arguments.prefix(8).lazy.map(\.baseName.text).first { name in
            attachedFlag(of: name) != nil || name == "curl" || name == "redis-cli"
        } ?? ""
    }

    /// `user:password`, and nothing to hide where there is no colon.
    private static func maskedAfterColon(_ argument: ByteString) -> ByteString {
        guard let colon = argument.bytes.firstIndex(of: UInt8(ascii: ":")) else { return argument }
        return ByteString(argument.bytes[...colon] + SecretScanner.mask)
    }

    /// The flag whose value a program takes without a space, as `mysql -psecret`.
    private static func attachedFlag(of program: String) -> String? {
        let isDatabase = program.hasPrefix("mysql") || program.hasPrefix("mariadb")
        return isDatabase || program == "sshpass" ? "-p" : nil
    }
}

/// What the argument before says about this one.
private enum Expectation {
    case nothing
    case secret
    case userAndPassword
    case script

    init(after argument: ByteString, of program: String, isFirst: Bool) {
        self = .nothing
        guard !isFirst, argument.bytes.first == UInt8(ascii: "-") else { return }
        switch (program, argument.text) {
        case ("curl", "-u"), ("curl", "--user"), ("curl", "-U"), ("curl", "--proxy-user"):
            self = .userAndPassword
        case ("sshpass", "-p"), ("redis-cli", "-a"):
            self = .secret
        case (_, "-c"), (_, "-lc"), (_, "-ec"), (_, "-e"):
            self = .script
        default:
            let isFlagAlone = !argument.bytes.contains(UInt8(ascii: "="))
            if isFlagAlone, SecretName.announces(argument.bytes[...]) { self = .secret }
        }
    }
}
