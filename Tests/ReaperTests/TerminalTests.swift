import ReaperKit
import Testing

@testable import reaper

@Suite("terminal")
struct TerminalTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var terminal: Terminal
        var color = OutputOptions.ColorChoice.auto
        var wantsColor: Bool
        var width: Int?
    }

    private static let cases = [
        Case(testDescription: "a pipe", terminal: Terminal(columns: 90), wantsColor: false),
        Case(
            testDescription: "a pipe, always",
            terminal: Terminal(environment: ["NO_COLOR": "1"]),
            color: .always,
            wantsColor: true
        ),
        Case(
            testDescription: "a terminal",
            terminal: Terminal(isTerminal: true, columns: 90),
            wantsColor: true,
            width: 90
        ),
        Case(
            testDescription: "a terminal without a size",
            terminal: Terminal(isTerminal: true),
            wantsColor: true,
            width: 80
        ),
        Case(
            testDescription: "COLUMNS",
            terminal: Terminal(isTerminal: true, columns: 90, environment: ["COLUMNS": "60"]),
            wantsColor: true,
            width: 60
        ),
        Case(
            testDescription: "nonsense in COLUMNS",
            terminal: Terminal(isTerminal: true, columns: 90, environment: ["COLUMNS": "-1"]),
            wantsColor: true,
            width: 90
        ),
        Case(
            testDescription: "NO_COLOR",
            terminal: Terminal(isTerminal: true, environment: ["NO_COLOR": "1"]),
            wantsColor: false,
            width: 80
        ),
        Case(
            testDescription: "NO_COLOR that is empty",
            terminal: Terminal(isTerminal: true, environment: ["NO_COLOR": ""]),
            wantsColor: true,
            width: 80
        ),
        Case(
            testDescription: "a dumb terminal",
            terminal: Terminal(isTerminal: true, environment: ["TERM": "dumb"]),
            wantsColor: false,
            width: 80
        ),
        Case(
            testDescription: "a terminal, never",
            terminal: Terminal(isTerminal: true),
            color: .never,
            wantsColor: false,
            width: 80
        ),
    ]

    @Test("decides color and width", arguments: cases)
    private func style(_ testCase: Case) {
        var options = OutputOptions()
        options.color = testCase.color
        let style = testCase.terminal.style(for: options)
        #expect(style.color == testCase.wantsColor)
        #expect(style.width == testCase.width)
    }
}
