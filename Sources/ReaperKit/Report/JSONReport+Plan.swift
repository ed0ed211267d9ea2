extension ShutdownPlan {
    /// Writes the plan with all that `--plan FILE` needs to refuse what changed in between.
    func write(to json: inout JSONWriter, from snapshot: Snapshot, style: ReportStyle) {
        json.array("waves") { json in
            for wave in waves {
                json.array { json in
                    for target in wave {
                        json.object { target.write(to: &$0, from: snapshot, style: style) }
                    }
                }
            }
        }
        json.array("remove") { json in
            for removal in removals { json.object { removal.write(to: &$0) } }
        }
        json.array("refused") { json in
            for refusal in refused { json.object { refusal.write(to: &$0, style: style) } }
        }
        if !leftAlone.isEmpty {
            json.array("left_alone") { json in
                for item in leftAlone { json.object { item.write(to: &$0, style: style) } }
            }
        }
        if let ports {
            json.array("ports") { json in for port in ports.members { json.element(port.text) } }
        }
        if !sweeps.isEmpty {
            json.array("sweeps") { json in
                for sweep in sweeps {
                    json.object { sweep.write(to: &$0, from: snapshot, style: style) }
                }
            }
        }
        guard !zombies.isEmpty else { return }
        json.array("zombies") { json in
            for zombie in zombies {
                json.object { json in
                    json.member("identity", zombie.identity.description)
                    json.member("parent", zombie.parent.description)
                    if !zombie.name.isEmpty { json.member("name", zombie.name) }
                    json.member("parent_is_stopped", zombie.isParentStopped)
                }
            }
        }
    }
}

extension FinalSweep {
    /// Writes what nobody may have afterwards; who has it now is for people, and not executed.
    fileprivate func write(
        to json: inout JSONWriter,
        from snapshot: Snapshot,
        style: ReportStyle
    ) {
        json.member("owner", owner)
        if let ports {
            json.array("ports") { json in for port in ports.members { json.element(port.text) } }
        }
        if !names.isEmpty {
            json.array("process_filters") { json in
                for name in names { json.element(name.description) }
            }
        }
        json.member("kill_others", killsOthers)
        json.member("signal", signal.name)
        json.member("timeout_ms", timeout.milliseconds)
        guard let others else { return }
        json.array("others") { json in
            for target in others.targets {
                json.object { target.write(to: &$0, from: snapshot, style: style) }
            }
        }
        json.array("refused") { json in
            for refusal in others.refused {
                json.object { refusal.write(to: &$0, style: style) }
            }
        }
        json.member("unknown", others.unknown.map(style.shown))
    }
}

extension ShutdownTarget {
    fileprivate func write(
        to json: inout JSONWriter,
        from snapshot: Snapshot,
        style: ReportStyle
    ) {
        json.member("identity", identity.description)
        json.member("pidfd_inode", pidfdInode)
        json.member("start_ticks", identity.startTime)
        json.member("name", name)
        json.member("executable", executable)
        json.member("uid", user)
        json.member("user", user.flatMap { snapshot.host.userNames[$0] })
        json.member("depth", depth)
        json.member("root", root.description)
        json.member("signal", signal.name)
        json.member("timeout_ms", timeout.milliseconds)
        json.member("order", order.rawValue)
        json.member("leads_session", leadsSession)
        json.member("leads_group", leadsGroup)
        json.member("reason", style.shown(reason))
        json.member("note", note.map(style.shown))
    }
}

extension FileRemoval {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("path", path)
        json.member("device", file.device)
        json.member("inode", file.inode)
        json.member("changed_ns", file.changed.nanoseconds)
        json.member("rule", rule)
        if isCompanion { json.member("companion", true) }
        json.member("reason", reason)
    }
}

extension Refusal {
    /// Writes what was refused and why.
    func write(to json: inout JSONWriter, style: ReportStyle) {
        json.member("identity", identity?.description)
        json.member("path", path)
        json.member("reason", style.shown(reason))
    }
}

extension PortSet.Member {
    /// The form `--ports` accepts, such as `3000-3010/udp`.
    var text: String {
        let range =
            ports.count == 1 ? "\(ports.lowerBound)" : "\(ports.lowerBound)-\(ports.upperBound)"
        return transport.map { "\(range)/\($0.rawValue)" } ?? range
    }
}
