extension LinuxKernel {
    /// Looks for who has what the sweep wants nobody to have, members of the shutdown left out.
    public func others(of sweep: FinalSweep, until end: Duration) -> OthersAnswer {
        OthersSearch(
            sweep,
            rules: scanner.request.rules,
            order: planning.order,
            besides: Set(targets.keys.filter(wasToBeStopped)),
            until: end
        ).run()
    }

    /// Whether the process is a member of the shutdown; a zombie's parent is only reminded.
    func wasToBeStopped(_ identity: ProcessIdentity) -> Bool {
        targets[identity].map { $0.signal != .child } ?? false
    }
}
