import ReaperKit

/// `reaper scan`.
enum ScanCommand {
    static func run(_ options: Options) -> ExitStatus {
        Diagnostics.report("scan: not implemented")
        return .incomplete
    }
}
