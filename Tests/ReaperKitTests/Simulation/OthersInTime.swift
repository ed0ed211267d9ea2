@testable import Simulation

@testable import ReaperKit

extension LinuxKernel {
    /// A look with all the time in the world.
    func others(of sweep: FinalSweep) -> OthersAnswer {
        others(of: sweep, until: .seconds(UInt32.max))
    }
}

extension SimulatedKernel {
    /// A look with all the time in the world.
    func others(of sweep: FinalSweep) -> OthersAnswer {
        others(of: sweep, until: .seconds(UInt32.max))
    }
}
