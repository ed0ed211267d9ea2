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
                write(line)
            }
            write(result.json)
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

    private static func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(1, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
