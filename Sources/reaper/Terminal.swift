import Glibc
import ReaperKit

/// What is known about the place where a report is read.
struct Terminal: Sendable, Equatable {
    /// Whether it is a terminal at all.
    var isTerminal = false
    /// Its width as the kernel knows it; `nil` if it was never set.
    var columns: Int?
    /// `NO_COLOR`, `TERM` and `COLUMNS`, where set.
    var environment: [String: String] = [:]

    init(isTerminal: Bool = false, columns: Int? = nil, environment: [String: String] = [:]) {
        self.isTerminal = isTerminal
        self.columns = columns
        self.environment = environment
    }

    /// Stdout and the environment of this process.
    static func standardOutput() -> Terminal { Terminal(of: 1) }

    /// Stderr and the environment of this process.
    static func standardError() -> Terminal { Terminal(of: 2) }

    private init(of descriptor: Int32) {
        var terminal = Terminal(isTerminal: isatty(descriptor) == 1)
        var size = winsize()
        if terminal.isTerminal, unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0,
            size.ws_col > 0
        {
            terminal.columns = Int(size.ws_col)
        }
        for name in ["NO_COLOR", "TERM", "COLUMNS"] {
            if let value = unsafe getenv(name) {
                terminal.environment[name] = unsafe String(cString: value)
            }
        }
        self = terminal
    }

    /// How to write for this terminal.
    ///
    /// Off a terminal nothing is truncated: a log or a pipe has no width. `--color` beats
    /// `NO_COLOR` (no-color.org: any value but the empty one), which beats the terminal.
    func style(for options: OutputOptions) -> ReportStyle {
        var style = ReportStyle()
        style.showsSecrets = options.showsSecrets
        style.isVerbose = options.isVerbose
        style.isQuiet = options.isQuiet
        style.failureThreshold = options.failureThreshold
        if isTerminal {
            let asked = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
            style.width = asked ?? columns ?? 80
        }
        style.color =
            switch options.color {
            case .always: true
            case .never: false
            case .auto:
                isTerminal && environment["NO_COLOR", default: ""].isEmpty
                    && environment["TERM"] != "dumb"
            }
        return style
    }
}

extension OutputOptions {
    /// How to write for whoever reads it: a terminal, or a file.
    var style: ReportStyle { style(in: file) }

    /// How to write to a file, or to stdout without one.
    func style(in file: String?) -> ReportStyle {
        (file == nil ? Terminal.standardOutput() : Terminal()).style(for: self)
    }
}
