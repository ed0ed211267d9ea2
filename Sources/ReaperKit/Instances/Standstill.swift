/// Why a process that has not exited does not go on.
public enum Standstill: String, Sendable, CaseIterable {
    /// A signal has stopped it; state `T`, proc_pid_stat(5).
    case stopped
    /// Whoever traces it has stopped it, such as a debugger; state `t`.
    case traced
    /// Its control group, or one above it, was told to freeze.
    case frozen

    /// Why a process stands still, as far as its state alone tells.
    ///
    /// A frozen process looks as if it slept, or waited in the kernel.
    init?(of process: ProcessRecord) {
        switch process.state {
        case UInt8(ascii: "T"): self = .stopped
        case UInt8(ascii: "t"): self = .traced
        default: return nil
        }
    }
}

extension Instance {
    /// What it consists of, whoever inherited its mark left out.
    var heads: [ProcessIdentity] {
        process.map { [$0] } ?? members.filter { !$0.isInherited }.map(\.identity)
    }

    /// Those whose state people are told: what it consists of, or who has its socket.
    var shown: [ProcessIdentity] { heads.isEmpty ? holders : heads }

    /// Why all of it stands still; `nil` where any of it goes on.
    ///
    /// Of several reasons it is the one that the fewest commands undo: a debugger ends, and a signal
    /// continues, but what is frozen has to be thawed first.
    public var standstill: Standstill? {
        let heads = shown
        let reasons = heads.compactMap { standstills[$0] }
        guard !heads.isEmpty, reasons.count == heads.count else { return nil }
        return [.frozen, .stopped, .traced].first(where: reasons.contains)
    }

    /// How it is, for people: its state, and what that word alone would hide.
    var stateText: String {
        var remarks: [String] = []
        let heads = shown
        let reasons = heads.compactMap { standstills[$0] }
        if let standstill {
            remarks.append(standstill.rawValue)
        } else if let reason = reasons.first {
            remarks.append("\(reasons.count) of \(heads.count) \(reason.rawValue)")
        }
        if !remnants.isEmpty {
            remarks.append("\(remnants.count) of it \(remnants.count == 1 ? "runs" : "run")")
        }
        return state.words + (remarks.isEmpty ? "" : " (\(remarks.joined(separator: ", ")))")
    }
}

extension InstanceState {
    /// The word for people.
    var words: String { self == .foreign ? "not ours" : rawValue }
}
