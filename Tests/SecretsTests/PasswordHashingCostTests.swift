import Testing

@testable import Secrets

@Suite struct PasswordHashingCostTests {
    @Test func `the standard is the lower bound`() throws {
        #expect(try PasswordHashingCost(memoryKiB: 19_456, passes: 2) == .standard)
    }

    @Test(arguments: [(19_456, 2), (1_048_576, 10), (65_536, 3)])
    func `within the bounds is accepted`(_ memory: Int, _ passes: Int) throws {
        let cost = try PasswordHashingCost(memoryKiB: memory, passes: passes)
        #expect(cost.memoryKiB == memory && cost.passes == passes)
    }

    @Test(arguments: [19_455, 1_048_577, 0, -1, .max, .min])
    func `other memory is refused`(_ memory: Int) {
        #expect(throws: PasswordHashingCost.OutOfBounds.memory) {
            try PasswordHashingCost(memoryKiB: memory, passes: 2)
        }
    }

    @Test(arguments: [1, 11, 0, -1, .max, .min])
    func `another number of passes is refused`(_ passes: Int) {
        #expect(throws: PasswordHashingCost.OutOfBounds.passes) {
            try PasswordHashingCost(memoryKiB: 19_456, passes: passes)
        }
    }

    @Test func `the refusals name the bounds`() {
        #expect("\(PasswordHashingCost.OutOfBounds.memory)".contains("19456 to 1048576 KiB"))
        #expect("\(PasswordHashingCost.OutOfBounds.passes)".contains("2 to 10"))
    }
}
