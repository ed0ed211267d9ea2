import Testing

@testable import ReaperKit

/// Holds man/reaper-services.5 to what the reader of service files really accepts.
@Suite("manual page of service files")
struct ServiceManualTests {
    private let page: ManualPage

    init() throws { page = try ManualPage("man/reaper-services.5") }

    @Test(
        "it describes every key, and no other",
        arguments: [
            ("The file", ServiceDecoder.fileKeys), ("A service", ServiceDecoder.keys),
            ("Readiness", ServiceDecoder.readyKeys), ("Restarts", ServiceDecoder.restartKeys),
            ("Logs", ServiceDecoder.logKeys),
        ]
    )
    func describesKeys(_ heading: String, _ keys: [String]) {
        #expect(page.keys(under: heading) == keys)
    }

    @Test("it has every word that a key can have, and every variable that none can set")
    func words() {
        let words =
            StopOrder.allCases.map(\.rawValue) + RestartPolicy.Mode.allCases.map(\.rawValue)
            + ServiceClass.allCases.map(\.rawValue)
        for word in words {
            #expect(
                page.lines.contains(".Ql \(word)")
                    || page.lines.contains {
                        $0.hasPrefix(".Ql \(word) ") || $0 == ".It Ql \(word)"
                    },
                "\(word)"
            )
        }
        for name in ServiceDecoder.reservedVariables {
            #expect(page.lines.contains(".Ev \(name)"))
        }
    }

    @Test("its defaults and limits are those of the code")
    func numbers() {
        let text = page.lines.joined(separator: "\n")
        let restart = RestartPolicy()
        let log = LogTarget()
        for said in [
            "at most \(ServiceFile.maximumCount).", "at most \(Service.longestName) letters",
            "at most \(StopAction.longestTimeout.shortText)\n.Pq \(StopAction().timeout.shortText) .",
            ".Pq \(StopAction().signal.name) .", ".Pq \(Readiness().timeout.shortText) .",
            "to \(RestartPolicy.longestBackoff.shortText)\n.Pq \(restart.backoff.shortText) .",
            "from 1 to \(ServiceDecoder.restartLimits.upperBound)\n.Pq \(restart.limit) .",
            "stays ready for \(RestartPolicy.stability.shortText)", ".Pq \(log.size >> 20)M .",
            "from \(ServiceDecoder.logSizes.lowerBound >> 10)K to \(ServiceDecoder.logSizes.upperBound >> 30)G",
            "from 0 to \(ServiceDecoder.keptLogs.upperBound)\n.Pq \(log.kept) .",
            "least \(ServiceDecoder.shortestTime.shortText)\n",
        ] {
            #expect(text.contains(said), "\(said)")
        }
    }

    @Test("its examples are right")
    func examples() throws {
        let examples = page.examples
        try #require(examples.count == 3)
        let services = try ServiceFileTests.read(examples[1]).services
        #expect(services.map(\.name) == ["db", "migrate", "web"])
        let procfile = try ServiceFileTests.reader.read(
            Array(examples[2].utf8),
            source: "Procfile",
            directory: "/"
        )
        #expect(procfile.services.map(\.name) == ["web", "worker"])
    }

    @Test(
        "mandoc(1) has nothing against it",
        .enabled("mandoc is not installed") { ManualPage.hasLint }
    )
    func lint() throws { #expect(try page.lint() == "") }
}
