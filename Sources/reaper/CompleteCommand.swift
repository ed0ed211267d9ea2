import Glibc
import ReaperKit

/// `reaper complete KIND...`: names that a shell offers after Tab, one a line.
///
/// It is the completion scripts' own, so it never fails and never says anything else. What it prints
/// comes from other people's files and processes and ends up on a command line: only words that no
/// shell reads as anything but themselves are printed.
enum CompleteCommand {
    /// The word that asks for it.
    static let name = "complete"

    /// What can be asked for.
    enum Kind: String, Sendable, CaseIterable {
        /// Rules in force.
        case rules
        /// Instances by name, alias and id.
        case instances
        /// Ports that somebody holds.
        case ports
        /// Services of the running supervisor, and of the file in the current directory.
        case services
        /// Instances, and ports after a colon.
        case targets
    }

    /// Prints the names of all kinds that are asked for.
    static func run(_ arguments: some Sequence<String>) -> ExitStatus {
        var words: Set<String> = []
        for kind in arguments.compactMap(Kind.init) {
            switch kind {
            case .rules: words.formUnion(rules)
            case .instances: words.formUnion(instances)
            case .ports: words.formUnion(ports)
            case .services: words.formUnion(services)
            case .targets: words.formUnion(instances + ports.map { ":\($0)" })
            }
        }
        let lines = words.filter(isPlain).sorted().map { $0 + "\n" }.joined()
        _ = CommandLineTool.show(lines)
        return .clean
    }

    /// Whether a shell takes a word as it is, wherever it stands.
    ///
    /// A dash in front would make it a flag.
    static func isPlain(_ word: String) -> Bool {
        guard let first = word.utf8.first, first != UInt8(ascii: "-") else { return false }
        return word.utf8.count <= 128 && word.utf8.allSatisfy(isPlain)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "._:@%+,/-".utf8.contains(byte)
        }
    }

    private static var rules: [String] {
        RuleInventory(
            of: RuleSources.layers(RuleOptions()),
            reader: RuleSources.reader(),
            effectiveUser: geteuid()
        )
        .rules.map(\.id)
    }

    /// One look, without waiting for files that are too young to be judged.
    private static var instances: [String] {
        do throws(ScanSession.Failure) {
            var session = try ScanSession(Options(), instances: InstanceQuery()) {
                $0.instance != nil
            }
            do throws(SystemError) {
                try session.readFiles()
                return try session.scanner.instances(files: session.files).instances
                    .flatMap { [$0.id] + ($0.alias.map { [$0] } ?? []) }
            } catch {
                return []
            }
        } catch {
            return []
        }
    }

    /// Those of UDP alone say so.
    private static var ports: [String] {
        let query = SocketQuery(ports: nil, includesBound: false)
        guard let sockets = try? SocketTable.read(query).sockets else { return [] }
        let held = Set(sockets.filter { $0.transport == .tcp }.map(\.port))
        return sockets.map { held.contains($0.port) ? "\($0.port)" : "\($0.port)/udp" }
    }

    private static var services: [String] {
        var names: [String] = []
        if let source = try? ServiceFileSource.found(ServiceOptions()),
            case .success(let services) = source.read()
        {
            names = services.map(\.name)
        }
        return names + supervised
    }

    /// What the supervisor says, if it says it at once: nobody waits for a Tab.
    private static var supervised: [String] {
        let path = StateDirectory.path(nil)
        do throws(SystemError) {
            let directory = try StateDirectory(opening: path, creating: false)
            let client = try ControlClient(to: directory)
            try client.ask(.status)
            let end = Clock.monotonic() + .milliseconds(300)
            while case .line(let value) = client.next(until: end) {
                guard value["done"] != nil else { continue }
                return (value["instances"]?.array ?? []).compactMap { $0["id"]?.string }
            }
        } catch {
            return []
        }
        return []
    }
}
