/// Why a sealed box was not made or not opened. Nothing of the contents is in it.
package enum SealedBoxError: Error, Sendable, Equatable, CustomStringConvertible {
    case malformed
    case unknownVersion(UInt8)
    case unknownSecret(number: UInt8)
    case notAuthentic
    case tooLarge
    case sealingFailed

    package var description: String {
        switch self {
        case .malformed: "the sealed box is too short, too long or not one"
        case .unknownVersion(let version): "the sealed box has the unknown version \(version)"
        case .unknownSecret(let number): "the sealed box needs master secret \(number), which is not there"
        case .notAuthentic: "the sealed box was altered, or belongs to another master secret, purpose or owner"
        case .tooLarge: "at most \(SealedBox.maximumPlaintextBytes) bytes go into a sealed box"
        case .sealingFailed: "the sealed box could not be made"
        }
    }
}
