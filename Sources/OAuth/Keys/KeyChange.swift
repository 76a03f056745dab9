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
