extension Snapshot {
    /// The findings with commands that whoever reads them can use as they stand.
    ///
    /// Reaper refuses to stop itself and its ancestors, so that nothing is advised about them; and to
    /// signal another user's process takes root, kill(2).
    public func advising(_ findings: [Finding]) -> [Finding] {
        findings.map { finding in
            guard let command = finding.remedy.command, command.hasPrefix("reaper clean "),
                let process = finding.process.flatMap({ self.process($0.pid) }),
                process.identity == finding.process
            else { return finding }
            // Of a zombie it is the parent that is signalled.
            let isReminder = finding.remedy.action == .signalParent
            let subject = isReminder ? self.process(process.parent) : process
            guard let subject else { return finding }
            var finding = finding
            if host.ownChain.contains(subject.identity), command.contains(" --pid ") {
                finding.remedy.command = nil
            } else if host.effectiveUser != 0, let user = subject.anyUser,
                user != host.effectiveUser
            {
                finding.remedy.command = "sudo \(command)"
            }
            return finding
        }
    }
}

extension ProcessRecord {
    /// Whose it is, from whichever file was read.
    fileprivate var anyUser: UInt32? { status?.known?.realUser ?? owner }
}

extension String {
    /// A command of reaper's that acts by rules, with the flags that lead to these, each after a space,
    /// where files were named; any other as it is.
    public func naming(_ ruleFlags: String) -> String {
        guard ruleFlags.contains(" --rules ") else { return self }
        let actsByRules = hasPrefix("reaper clean ") || hasPrefix("reaper stop ")
        return actsByRules && !contains(ruleFlags) ? self + ruleFlags : self
    }
}
