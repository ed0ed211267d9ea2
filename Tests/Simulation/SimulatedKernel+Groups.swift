import ReaperKit

extension SimulatedKernel {
    func freezeGroups(
        holding members: Set<ProcessIdentity>
    ) -> Set<ProcessIdentity> { [] }

    func thawGroups() {}

    func killGroups(
        holding members: Set<ProcessIdentity>
    ) -> Set<ProcessIdentity> { [] }

    func areGroupsEmpty() -> Bool? { nil }
}
