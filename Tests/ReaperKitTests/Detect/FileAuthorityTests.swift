import Testing

@testable import ReaperKit

@Suite("the authority of instance files")
struct FileAuthorityTests {
    /// Who owns file and process, and whether the file's word counts.
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var fileOwner: UInt32
        var isWritableByOthers = false
        var processUser: UInt32?
        var granted: Bool
    }

    static let cases = [
        Case(testDescription: "one's own", fileOwner: 1000, processUser: 1000, granted: true),
        Case(testDescription: "a user about root", fileOwner: 1000, processUser: 0, granted: false),
        Case(
            testDescription: "a user about another",
            fileOwner: 1000,
            processUser: 1001,
            granted: false
        ),
        Case(
            testDescription: "a user about nobody knows whom",
            fileOwner: 1000,
            processUser: nil,
            granted: false
        ),
        Case(testDescription: "root about root", fileOwner: 0, processUser: 0, granted: true),
        Case(testDescription: "root about a user", fileOwner: 0, processUser: 1000, granted: true),
        Case(
            testDescription: "root's file that others write",
            fileOwner: 0,
            isWritableByOthers: true,
            processUser: 0,
            granted: false
        ),
        Case(
            testDescription: "one's own that others write",
            fileOwner: 1000,
            isWritableByOthers: true,
            processUser: 1000,
            granted: false
        ),
    ]

    @Test("a file speaks for its owner's processes only", arguments: cases)
    func authority(testCase: Case) {
        let file = Scene.file(.entries([])) {
            $0.owner = testCase.fileOwner
            $0.isWritableByOthers = testCase.isWritableByOthers
        }
        var process = Scene.process(4127)
        if let user = testCase.processUser {
            process.status = .value(
                ProcessStatus(realUser: user, effectiveUser: user, threadGroup: 4127)
            )
        }
        #expect((file.mayActOn(process) == .granted) == testCase.granted)
    }
}
