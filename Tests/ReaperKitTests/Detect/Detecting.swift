@testable import ReaperKit

extension Detector {
    /// Judges every process of a snapshot that it is interested in.
    func detection(in snapshot: Snapshot, rules: [Rule] = [], peers: Bool = false) -> Detection {
        let view = SnapshotView(snapshot, rules: rules, includesPeers: peers)
        let candidates = snapshot.processes.indices.filter {
            interest(in: snapshot.processes[$0], view.context) == .candidate
        }
        return detect(candidates, in: view)
    }

    func findings(in snapshot: Snapshot, rules: [Rule] = []) -> [Finding] {
        detection(in: snapshot, rules: rules).findings
    }
}
