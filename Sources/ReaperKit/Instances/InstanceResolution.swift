/// Whom `stop` takes a name for.
public enum InstanceResolution: Sendable, Equatable {
    /// Nobody is called that.
    case none
    /// One instance; several where as many files tell of it, each of which says how to stop it.
    case one([Instance])
    /// Only such as are over.
    case over([Instance])
    /// Several: nobody knows which is meant.
    case ambiguous([Instance])
}

extension InstancePattern {
    /// Finds the one instance that is meant, by what its rules say besides its names.
    public func resolve(in listing: InstanceListing, rules: [Rule]) -> InstanceResolution {
        switch find(in: listing.instances) {
        case .none: return .none
        case .one(let instance): return .one([instance])
        case .over(let instances): return .over(instances)
        case .ambiguous(let candidates):
            // A supervisor is often called as what it looks after, and goes with it.
            let whole = candidates.first { candidate in
                let targets = InstanceStop([candidate], in: listing, rules: rules).targets
                return candidates.allSatisfy(targets.contains)
            }
            if let whole { return .one([whole]) }
            return Instance.twins(candidates, rules).map { .one($0) } ?? .ambiguous(candidates)
        }
    }
}

extension Instance {
    /// One instance of which several files tell, as those of two versions of its system do; `nil`
    /// where the candidates are several.
    ///
    /// Where no rule says how to stop it, the file that proves most is enough to say so.
    public static func twins(_ candidates: [Instance], _ rules: [Rule]) -> [Instance]? {
        guard let first = candidates.first, let process = first.process,
            candidates.allSatisfy({ $0.process == process && $0.key == first.key })
        else { return nil }
        let stoppable = candidates.filter { candidate in
            rules.contains { $0.id == candidate.rule && $0.stop != nil }
        }
        return stoppable.isEmpty ? [candidates.first(where: \.isProven) ?? first] : stoppable
    }
}
