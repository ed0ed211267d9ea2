import Glibc
import ReaperKit

/// `reaper report`: what reaper has written on several machines, as one.
enum ReportCommand {
    /// How much is read at most, all files together.
    private static let maximumSize = 256 << 20
    /// How many files one command reads.
    private static let maximumCount = 100_000

    static func run(_ options: Options) -> ExitStatus {
        do throws(Outputs.Failure) {
            let output = try Outputs(opening: options.output)
            // On a terminal the table says what could not be read, and need not be told twice.
            let isTold = options.output.isTold && isatty(1) == 1
            let merged = read(options.operands) { if !isTold { Diagnostics.report($0) } }
            let status = merged.status(failingOn: options.output.failureThreshold)
            return output.finish(merged, status)
        } catch {
            Diagnostics.report(error.message)
            return .usage
        }
    }

    /// Whatever is wrong with a file is said, but does not hide the others.
    private static func read(
        _ operands: [String],
        tell: (String) -> Void
    ) -> MergedReport {
        var merged = MergedReport()
        var room = maximumSize
        var count = 0
        func refuse(_ file: String, _ error: String, _ reason: String) {
            tell(error)
            merged.unread.append(UnreadReport(file: file, reason: reason))
        }
        for operand in operands {
            let files: [(path: String, isNamed: Bool)]
            do throws(SystemError) {
                files = try self.files(of: operand)
            } catch {
                refuse(operand, error.description.escapedForTerminal, error.reason)
                continue
            }
            if files.isEmpty {
                let reason = "no .json or .ndjson file in this directory"
                refuse(operand, "\(operand.escapedForTerminal): \(reason)", reason)
            }
            for (path, isNamed) in files {
                count += 1
                let name = path == "-" ? "stdin" : path
                guard room > 0, count <= maximumCount else {
                    let reason = "not read: this would be more than one command reads"
                    refuse(name, "\(name.escapedForTerminal): \(reason)", reason)
                    continue
                }
                let limit = min(room, ReportFile.maximumSize)
                let bytes: [UInt8]
                do throws(SystemError) {
                    bytes =
                        isNamed
                        ? try InputFile.contents(of: path, limit: limit)
                        : try InputFile.regularContents(of: path, limit: limit)
                } catch {
                    refuse(name, error.description.escapedForTerminal, error.reason)
                    continue
                }
                room -= bytes.count
                do throws(JSONError) {
                    merged.add(try ReportFile.read(bytes, named: name))
                } catch {
                    refuse(name, "\(name.escapedForTerminal):\(error)", error.description)
                }
            }
        }
        return merged
    }

    /// The files that an operand stands for, in byte order.
    private static func files(
        of operand: String
    ) throws(SystemError) -> [(path: String, isNamed: Bool)] {
        var facts = stat()
        guard operand != "-", unsafe stat(operand, &facts) == 0,
            facts.st_mode & S_IFMT == S_IFDIR
        else { return [(operand, true)] }
        guard let directory = unsafe opendir(operand) else {
            throw SystemError(call: "opendir", subject: operand, code: errno)
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while names.count <= maximumCount, let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            // What begins with a dot is not meant, as in a shell.
            let isReport = name.hasSuffix(".json") || name.hasSuffix(".ndjson")
            if isReport, !name.hasPrefix(".") { names.append(name) }
        }
        let place = operand.hasSuffix("/") ? operand : operand + "/"
        return names.sorted().map { (place + $0, false) }
    }
}
