import Glibc
import ReaperKit

/// What a supervisor runs to end services: the request comes on standard input, what happens and
/// what came of it goes to standard output, one line of JSON each.
enum EndServicesCommand {
    static let name = "end-services"

    static func run() -> ExitStatus {
        do throws(SystemError) {
            let input = try InputFile.contents(of: "-", limit: 64 << 20)
            do throws(JSONError) {
                return try end(ServiceEnding(reading: input))
            } catch {
                Diagnostics.report("\(name): \(error.position): \(error.message)")
                return .usage
            }
        } catch {
            Diagnostics.report("\(name): \(error)")
            return .incomplete
        }
    }

    private static func end(_ request: ServiceEnding) -> ExitStatus {
        do throws(SystemError) {
            let result = try request.run(protecting: []) { progress, service in
                guard let line = line(progress, service) else { return }
                _ = StandardStreams.write(line, to: 1)
            }
            _ = StandardStreams.write(result.json, to: 1)
            return .clean
        } catch {
            Diagnostics.report("\(name): \(error)")
            return .incomplete
        }
    }

    private static func line(_ progress: ShutdownProgress, _ service: String?) -> [UInt8]? {
        guard let text = progress.line else { return nil }
        var json = JSONWriter(.compact)
        json.object { json in
            json.member("event", "progress")
            json.member("service", service)
            json.member("text", text)
        }
        json.endLine()
        return json.bytes
    }
}
