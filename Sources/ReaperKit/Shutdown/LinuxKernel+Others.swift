extension LinuxKernel {
    public func others(of sweep: FinalSweep) -> OthersAnswer { OthersAnswer() }
}
