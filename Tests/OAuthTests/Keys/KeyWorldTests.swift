import OAuth
import TestSupport
import Testing

/// A year of rotations: no token that some node issued fails at a verifier that keeps to `max-age`.
@Suite struct KeyWorldTests {
    private static let offsets: [Duration] = [.seconds(60), .zero, .seconds(-60)]

    @Test(arguments: 1...4)
    func `a year of rotations with skewed clocks, crashes and a week asleep refuses no token`(
        _ seed: UInt64
    ) async throws {
        let world = try await onOwnThread {
            var world = KeyWorld(.standard, offsets: Self.offsets, seed: seed)
            world.walk(until: .days(366), sleep: .days(Int64(20 + seed)) ..< .days(Int64(27 + seed)))
            return world
        }
        #expect(world.refusals.isEmpty, "seed \(seed): \(world.refusals.prefix(3))")
        #expect(world.rotations == 12)
        #expect(world.crashes > 0 && world.cuts > 0)
        // The one that signs, its successor, and for an hour the one before.
        #expect(world.mostKeys == 3)
    }

    @Test(arguments: 1...4)
    func `rotations every day, with a node that sleeps through seven of them, refuse no token`(
        _ seed: UInt64
    ) async throws {
        let world = try await onOwnThread {
            let times = try KeyTimes(rotation: .days(1), publication: KeyTimes.leastPublication)
            var world = KeyWorld(times, offsets: Self.offsets, seed: seed)
            world.walk(until: .days(40), sleep: .days(10) ..< .days(17))
            return world
        }
        #expect(world.refusals.isEmpty, "seed \(seed): \(world.refusals.prefix(3))")
        #expect(world.rotations == 39)
        #expect(world.mostKeys == 3)
    }

    @Test(arguments: KeyWorld.Fault.allCases)
    func `each planted fault is found`(_ fault: KeyWorld.Fault) async throws {
        let found = try await onOwnThread {
            let times = try KeyTimes(rotation: .days(1), publication: KeyTimes.leastPublication)
            var found = false
            for seed in UInt64(1)...8 where !found {
                var world = KeyWorld(times, offsets: Self.offsets, fault: fault, seed: seed)
                world.walk(until: .days(40), sleep: .days(10) ..< .days(17))
                found = !world.refusals.isEmpty
            }
            return found
        }
        #expect(found)
    }
}
