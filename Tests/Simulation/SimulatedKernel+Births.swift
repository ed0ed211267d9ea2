import ReaperKit

extension SimulatedKernel {
    func births(to members: [ProcessIdentity]) -> [Birth]? { nil }
}
