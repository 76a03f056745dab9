/// What is to be done with the signing keys: each change is one transaction, and leaves one key that signs and one
/// successor that is published.
package enum KeyChange: Hashable, Sendable {
    /// There are none: a first key that signs, and its successor.
    case begin
    /// The key that signs has no successor: a new one of this algorithm.
    case publish(SigningAlgorithm)
    /// The successor signs from now on, the other retires, and the next successor is published.
    case promote(KeyID, over: KeyID?, SigningAlgorithm)
    /// The clock was far ahead when an instant of this key was written: it counts from now.
    case redate(KeyID)
    /// The key is out of the set: its private half is deleted.
    case erase(KeyID)
}

extension KeyChange {
    /// The algorithms of the keys that it publishes; at the very beginning the first one signs at once.
    package var newKeys: [SigningAlgorithm] {
        switch self {
        case .begin: [.es256, .es256]
        case .publish(let algorithm), .promote(_, _, let algorithm): [algorithm]
        case .redate, .erase: []
        }
    }
}
