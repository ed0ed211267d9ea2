// Who holds a port, by ReaperKit as a library: `swift run holders 8080`, `holders 53/udp`.
import Glibc
import ReaperKit

guard CommandLine.arguments.count == 2 else {
    print("usage: holders PORT[/tcp|/udp]")
    exit(2)
}
do {
    var selection = Selection()
    selection.ports = try PortSet(
        parsing: CommandLine.arguments[1],
        services: ServiceNames(parsing: [])
    )
    // Reading and judging: nothing here can stop anybody.
    var scanner = try Scanner(ScanRequest(selection: selection, rules: []))
    let result = try scanner.scan()
    for finding in result.findings {
        let who = finding.process.map { "\($0)" } ?? finding.port ?? "unknown"
        print("\(who.escapedForTerminal): \(finding.summary.escapedForTerminal)")
        for fact in finding.evidence { print("  \(fact.fact) (\(fact.source))".escapedForTerminal) }
    }
    // "Nobody" is only said when everybody could be looked at.
    for note in result.snapshot.unreadable.notes { print("incomplete: \(note.escapedForTerminal)") }
    exit(result.isComplete ? (result.findings.isEmpty ? 1 : 0) : 3)
} catch {
    print("holders: \("\(error)".escapedForTerminal)")
    exit(2)
}
