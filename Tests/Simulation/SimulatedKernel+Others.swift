import ReaperKit

extension SimulatedKernel {
    func others(of sweep: FinalSweep) -> OthersAnswer { OthersAnswer() }
}
