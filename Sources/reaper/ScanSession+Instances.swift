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
}
