import Glibc
import ReaperKit

/// The file that GitHub Actions shows as the summary of a job; steps append to it.
///
/// Its name comes from the environment, so nothing is written that it could lead to by mistake or
/// by somebody's design: no link is followed, and only a regular file of one name is appended to.
final class StepSummary {
    private let descriptor: Int32
    private let name: String
    /// What other parts of the step have written already.
    private let size: Int

    /// Opens what `GITHUB_STEP_SUMMARY` names; `nil` where it names nothing.
    static func opened() throws(Outputs.Failure) -> StepSummary? {
        guard let value = unsafe getenv("GITHUB_STEP_SUMMARY") else { return nil }
        return unsafe value.pointee == 0 ? nil : try unsafe StepSummary(value)
    }

    private init(_ path: UnsafePointer<CChar>) throws(Outputs.Failure) {
        name = unsafe "GITHUB_STEP_SUMMARY=\(String(cString: path))"
        // Without waiting: opening a named pipe would, for somebody to read from it.
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY
        descriptor = unsafe open(path, flags, 0o666)
        guard descriptor >= 0 else {
            throw .system(SystemError(call: "open", subject: name, code: errno))
        }
        var facts = stat()
        guard unsafe fstat(descriptor, &facts) == 0 else {
            _ = close(descriptor)
            throw .system(SystemError(call: "fstat", subject: name, code: errno))
        }
        size = Int(facts.st_size)
        guard facts.st_mode & S_IFMT == S_IFREG, facts.st_nlink == 1 else {
            _ = close(descriptor)
            let isFile = facts.st_mode & S_IFMT == S_IFREG
            let why = isFile ? "has other names" : "is not a regular file"
            throw .summary("\(name): \(why), and is not written to")
        }
    }

    deinit { _ = close(descriptor) }

    /// Appends the summary of a report, if there is room for one.
    func finish(_ report: some RenderableReport, _ options: OutputOptions) -> ExitStatus {
        let room = max(0, GitHubSummary.limit - size)
        let style = Terminal().style(for: options)
        var rest = report.summary(style: style, limit: room)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let error = SystemError(call: "write", subject: name, code: errno)
                Diagnostics.report(error.description.escapedForTerminal)
                return .incomplete
            }
            rest = rest.dropFirst(count)
        }
        return .clean
    }
}
