extension LinuxKernel {
    public func freezeGroups(
        holding members: Set<ProcessIdentity>
    ) -> Set<ProcessIdentity> { [] }

    public func thawGroups() {}

    public func killGroups(
        holding members: Set<ProcessIdentity>
    ) -> Set<ProcessIdentity> { [] }

    public func areGroupsEmpty() -> Bool? { nil }
}
