/// What one look at a live system can say; "gone" is an answer, not an error.
public enum Reading<Value> {
    /// The value as the kernel gave it.
    case value(Value)
    /// The process, or the fact, did not exist at the time of the look.
    case gone
    /// The kernel refused with this `errno`: the value exists but is unknown.
    case denied(Int32)

    /// The value, or `nil` for both other answers; only for code that treats them alike.
    public var known: Value? {
        if case .value(let value) = self { value } else { nil }
    }

    /// Whether the kernel refused.
    public var isDenied: Bool {
        if case .denied = self { true } else { false }
    }

    /// The same, where a refusal only hides that there is nothing.
    func refusedNothing(_ isNothing: Bool) -> Reading { isDenied && isNothing ? .gone : self }

    /// Applies `transform` to a value, keeps the other answers.
    public func map<Other>(_ transform: (Value) -> Other) -> Reading<Other> {
        switch self {
        case .value(let value): .value(transform(value))
        case .gone: .gone
        case .denied(let code): .denied(code)
        }
    }
}
extension Reading: Sendable where Value: Sendable {}
extension Reading: Equatable where Value: Equatable {}
