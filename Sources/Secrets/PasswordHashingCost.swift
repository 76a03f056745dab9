/// What one password hash costs, and so what a guess costs the thief of a database: Argon2id with one lane.
///
/// The minimum, 19 MiB and two passes, is what OWASP recommends for Argon2id; a deployment may raise it.
package struct PasswordHashingCost: Sendable, Equatable {
    package enum OutOfBounds: Error, Sendable, Equatable, CustomStringConvertible {
        case memory
        case passes

        package var description: String {
            let (memory, passes) = (PasswordHashingCost.memoryBounds, PasswordHashingCost.passBounds)
            return switch self {
            case .memory: "the memory of a password hash is \(memory.lowerBound) to \(memory.upperBound) KiB"
            case .passes: "a password hash makes \(passes.lowerBound) to \(passes.upperBound) passes"
            }
        }
    }

    /// In KiB: 19 MiB to 1 GiB.
    package static let memoryBounds = 19_456...1_048_576
    package static let passBounds = 2...10

    package static let standard = PasswordHashingCost(uncheckedMemory: 19_456, passes: 2)

    package let memoryKiB: Int
    package let passes: Int

    package init(memoryKiB: Int, passes: Int) throws(OutOfBounds) {
        guard Self.memoryBounds.contains(memoryKiB) else { throw .memory }
        guard Self.passBounds.contains(passes) else { throw .passes }
        self.init(uncheckedMemory: memoryKiB, passes: passes)
    }

    private init(uncheckedMemory memoryKiB: Int, passes: Int) {
        self.memoryKiB = memoryKiB
        self.passes = passes
    }
}
