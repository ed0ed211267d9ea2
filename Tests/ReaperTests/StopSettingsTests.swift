import ReaperKit
import Testing

@testable import reaper

@Suite("stop: what the environment settles")
struct StopSettingsTests {
    /// What is typed and what the variables say, and what holds.
    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var typed: [String] = []
        var timeout: String?
        var force: String?
        var confirm: String?
        var want: @Sendable (inout ActionOptions) -> Void = { _ in }
    }

    private static let cases = [
        Case(testDescription: "nothing"),
        Case(testDescription: "empty counts as unset", timeout: "", force: "", confirm: ""),
        Case(testDescription: "a grace", timeout: "25") { $0.timeout = .seconds(25) },
        Case(testDescription: "the longest grace", timeout: "30s") { $0.timeout = .seconds(30) },
        Case(testDescription: "a grace that was typed", typed: ["-t60"], timeout: "5") {
            $0.timeout = .seconds(60)
        },
        Case(testDescription: "a deadline that was typed", typed: ["--deadline=3"], timeout: "5") {
            ($0.deadline, $0.timeout) = (.seconds(3), .seconds(3))
        },
        Case(testDescription: "force", force: "TRUE") { $0.isForced = true },
        Case(testDescription: "no force", force: "off"),
        Case(testDescription: "force leaves no grace", timeout: "5", force: "1") {
            $0.isForced = true
        },
        Case(testDescription: "force that was typed", typed: ["-f"], timeout: "5", force: "no") {
            $0.isForced = true
        },
        Case(testDescription: "a grace beats force", typed: ["-t1"], force: "yes") {
            $0.timeout = .seconds(1)
        },
        Case(testDescription: "a signal beats force", typed: ["-sINT"], force: "yes") {
            $0.signal = .interrupt
        },
        Case(testDescription: "asks", confirm: "true") {
            ($0.isInteractive, $0.interactiveVariable) = (true, "REAPER_CONFIRM_STOP")
        },
        Case(testDescription: "does not ask", confirm: "false") {
            ($0.assumesYes, $0.assumesYesByVariable) = (true, true)
        },
        Case(testDescription: "--yes", typed: ["-y"], confirm: "true") { $0.assumesYes = true },
        Case(testDescription: "--interactive", typed: ["-i"], confirm: "0") {
            $0.isInteractive = true
        },
    ]

    private static func settle(_ testCase: Case) throws -> ActionOptions {
        let stop = try #require(Subcommand.named("stop"))
        var options = try ArgumentParser.parse(testCase.typed, for: stop)
        let variables = [
            StopSettings.timeout: testCase.timeout, StopSettings.force: testCase.force,
            StopSettings.confirm: testCase.confirm,
        ]
        try StopSettings.apply(to: &options) { variables[$0] ?? nil }
        return options.action
    }

    @Test("the command line beats it", arguments: cases)
    private func settles(testCase: Case) throws {
        var want = ActionOptions()
        testCase.want(&want)
        #expect(try Self.settle(testCase) == want)
    }

    @Test("a mistake in any of them is an error, whatever was typed")
    private func mistakes() {
        for wrong in [
            Case(testDescription: "REAPER_STOP_TIMEOUT", typed: ["-f"], timeout: "x"),
            Case(testDescription: "REAPER_STOP_TIMEOUT", typed: ["-t1"], timeout: "31"),
            Case(testDescription: "REAPER_FORCE_STOP", typed: ["-f"], force: "x"),
            Case(testDescription: "REAPER_CONFIRM_STOP", typed: ["-y"], confirm: "x"),
        ] {
            #expect {
                _ = try Self.settle(wrong)
            } throws: { error in
                "\(error)".hasPrefix("\(wrong.testDescription): ")
            }
        }
    }
}
