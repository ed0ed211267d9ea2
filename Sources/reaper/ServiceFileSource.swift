import Glibc
import ReaperKit

/// The service file of a supervisor, read when it begins and whenever it is told to.
struct ServiceFileSource: Sendable {
    /// Its absolute path.
    let path: String

    /// The file that the command line names, or the one in the current directory.
    static func found(_ options: ServiceOptions) throws(UsageError) -> ServiceFileSource {
        let current = WorkingDirectory.path.text
        if let file = options.file {
            return ServiceFileSource(path: file.hasPrefix("/") ? file : "\(current)/\(file)")
        }
        for name in ["reaper.json5", "Procfile"] {
            let path = "\(current)/\(name)"
            if unsafe access(path, F_OK) == 0 { return ServiceFileSource(path: path) }
        }
        throw UsageError(
            argument: "--file",
            message: "is needed: there is neither reaper.json5 nor Procfile in \(current)",
            page: "reaper help up"
        )
    }

    /// Its services; as root only of a file that nobody else can write.
    func read() -> Result<[Service], ServiceFileFailure> {
        do throws(InputFile.Objection) {
            let bytes = try InputFile.authority(of: path, limit: 16 << 20, believesOthers: true)
            let end = path.lastIndex(of: "/") ?? path.startIndex
            let directory = end == path.startIndex ? "/" : String(path[..<end])
            do throws(ServiceFileError) {
                let file = try RuleSources.serviceReader()
                    .read(bytes, source: path, directory: ByteString(directory))
                return .success(
                    file.services.map { service in
                        var service = service
                        service.directory = service.directory ?? ByteString(directory)
                        return service
                    }
                )
            } catch {
                return .failure(ServiceFileFailure(error.all.map(\.description)))
            }
        } catch {
            return .failure(ServiceFileFailure([error.message]))
        }
    }
}
