import Glibc
import ReaperKit

extension ScanSession {
    /// Looks for instances, and looks again when a file is too young to be judged.
    mutating func lookForInstances() throws(Failure) -> InstanceListing {
        do throws(SystemError) {
            try readFiles()
            var listing = try scanner.instances(files: files)
            if let wait = scanner.settlingTime(of: listing.snapshot) {
                Polling.wait(until: Clock.monotonic() + wait)
                try readFiles()
                listing = try scanner.instances(files: files)
            }
            listing.snapshot.host.userNames = UserNames.read().names
            return listing
        } catch {
            throw .system(error)
        }
    }

    /// Whether any rule knows instances by marks in environments.
    var asksEnvironments: Bool { request.rules.contains { $0.instance?.environment != nil } }

    /// Forgets the directories that another user keeps to himself, and counts them.
    ///
    /// What lies in them is not an ordinary user's own: he could not have written it there.
    mutating func dropClosedDirectories() -> Int {
        let count = fileErrors.count
        fileErrors.removeAll { error in
            guard error.code == EACCES || error.code == EPERM else { return false }
            let owner = FileFacts.owner(of: ByteString(error.subject))
            // Of what cannot even be looked at a directory above is somebody else's.
            return owner != geteuid()
        }
        return count - fileErrors.count
    }

    /// What reading the instance files could not do, one sentence each.
    var fileLimits: [String] {
        let denied = files.compactMap { file -> SystemError? in
            guard case .denied(let code) = file.contents else { return nil }
            return SystemError(call: "open", subject: file.path.text, code: code)
        }
        return fileErrors.map(\.description.escapedForTerminal) + fileNotes
            + denied.map(\.description.escapedForTerminal)
    }
}
