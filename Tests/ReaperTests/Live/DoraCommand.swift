import Foundation
import TestSupport

/// The dora command that tests run for real, and why there may be none.
enum DoraCommand {
    /// The command; `nil` where ``absence`` says why not.
    static let path: String? = {
        if case .success(let path) = found { return path }
        return nil
    }()

    /// Why the tests are skipped.
    static let absence: String = {
        guard case .failure(let error) = found else { return "" }
        return "\(error.message); 'make dora' installs it below .build and runs them"
    }()

    private struct Absence: Error { var message: String }

    /// What `REAPER_TEST_DORA` names, or else what `make dora` has installed, or the search path has.
    private static let found: Result<String, Absence> = {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["REAPER_TEST_DORA"], !path.isEmpty {
            return check(path).mapError { Absence(message: "REAPER_TEST_DORA: \($0.message)") }
        }
        let package = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let search = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/dora" }
        let places = [package.appending(path: ".build/dora/bin/dora").path] + search
        let present = places.filter { FileManager.default.isExecutableFile(atPath: $0) }
        var reason = Absence(message: "there is no 'dora' on the search path")
        for place in present {
            switch check(place) {
            case .success(let path): return .success(path)
            case .failure(let error): reason = error
            }
        }
        return .failure(reason)
    }()

    /// Its nodes are Python programs: the interpreter beside it must have dora's module.
    private static func check(_ path: String) -> Result<String, Absence> {
        guard FileManager.default.isExecutableFile(atPath: path) else {
            return .failure(Absence(message: "\(path) is no program"))
        }
        let directory = URL(filePath: path).deletingLastPathComponent().path
        let search = ["PATH": "\(directory):/usr/bin:/bin"]
        let version = try? Binary(path: path).run(["--version"], environment: search)
        // Version 0.3 says it on standard error.
        let said = version.map { $0.text + $0.errorText } ?? ""
        guard version?.code == 0, said.contains("dora-cli") else {
            return .failure(Absence(message: "\(path) is not dora's command line"))
        }
        let words = ["python3", "-c", "import dora, pyarrow"]
        let module = try? Binary(path: "/usr/bin/env").run(words, environment: search)
        guard module?.code == 0 else {
            return .failure(Absence(message: "python3 beside \(path) lacks 'dora' and 'pyarrow'"))
        }
        return .success(path)
    }
}
