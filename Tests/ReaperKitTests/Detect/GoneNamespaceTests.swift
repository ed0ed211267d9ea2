import Testing

@testable import ReaperKit

@Suite("records of a pid namespace that may be gone")
struct GoneNamespaceTests {
    private static let first: UInt64 = 0xEFFF_FFFC

    private func answer(
        in own: UInt64,
        _ processes: [ProcessRecord]
    ) throws -> StalenessJudgment.Answer {
        var snapshot = Scene.snapshot(processes)
        snapshot.host.namespaces = ProcessNamespaces(pid: own, mount: 200, network: 300)
        let judge = StalenessJudge(snapshot: snapshot, rule: try Scene.rule()) { _ in .fails }
        let entry = Scene.entry { $0.pidNamespace = 777 }
        return judge.judge(entry, of: Scene.file(.entries([entry]), format: .json)).answer
    }

    private func process(_ namespaces: Reading<ProcessNamespaces>?) -> ProcessRecord {
        var process = Scene.process(9)
        process.namespaces = namespaces
        return process
    }

    @Test("nobody is in it, and everybody is seen: the record is stale")
    func gone() throws {
        let other = ProcessNamespaces(pid: Self.first, mount: 200, network: 300)
        #expect(try answer(in: Self.first, [process(.value(other)), process(.gone)]) == .stale)
        // Whoever has a single number lives here, whether the rest may be read or not.
        var local = process(.denied(13))
        local.status = .value(
            ProcessStatus(realUser: 0, effectiveUser: 0, threadGroup: 9, namespacePids: [9])
        )
        #expect(try answer(in: Self.first, [local]) == .stale)
    }

    @Test("whoever is in it, is not read or lives outside keeps it")
    func kept() throws {
        let its = ProcessNamespaces(pid: 777, mount: 200, network: 300)
        #expect(try answer(in: Self.first, [process(.value(its))]) == .keep)
        #expect(try answer(in: Self.first, [process(.denied(13))]) == .keep)
        #expect(try answer(in: Self.first, [process(nil)]) == .keep)
        #expect(try answer(in: 100, []) == .keep)
    }
}
