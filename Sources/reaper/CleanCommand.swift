import ReaperKit

/// `reaper clean`.
enum CleanCommand {
    static func run(_ options: Options) -> ExitStatus {
        Diagnostics.report("clean: not implemented")
        return .incomplete
    }
}
