extension LinuxKernel {
    public func births(to members: [ProcessIdentity]) -> [Birth]? { nil }
}
