import TestSupport
import Testing

/// The refresh machine as a pure model, walked whole (docs/refresh.md, "How it is tested").
@Suite struct RefreshModelTests {
    /// One of the walks: what may happen in it, and how often.
    struct World: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let budget: ModelState.Budget
    }

    static let worlds = [
        World(
            testDescription: "four callers, lost answers, a crash, clock steps",
            budget: .init(requests: 4, clockSteps: 2, crashes: 1, ends: 0, restores: 0)),
        World(
            testDescription: "many requests",
            budget: .init(requests: 6, clockSteps: 1, crashes: 1, ends: 0, restores: 0)),
        World(
            testDescription: "a session that is ended, a store that is restored",
            budget: .init(requests: 4, clockSteps: 1, crashes: 0, ends: 1, restores: 1)),
    ]

    @Test(arguments: worlds) func `no state that can be reached breaks a promise`(_ world: World) async throws {
        let walk = try await onOwnThread {
            var walk = try ModelWalk(fault: nil)
            walk.walk(world.budget, stopsAtViolation: false)
            return walk
        }
        print("refresh model, \(world.testDescription): \(walk.states.count) states, \(walk.transitions) transitions")
        #expect(walk.violations.isEmpty)
        #expect(walk.states.count > 10_000)
    }

    @Test(arguments: PlantedFault.allCases) func `a planted fault is found`(_ fault: PlantedFault) async throws {
        let found = try await onOwnThread {
            var found: Set<ModelWalk.Violation> = []
            for world in Self.worlds where found.isEmpty {
                var walk = try ModelWalk(fault: fault)
                walk.walk(world.budget, stopsAtViolation: true)
                found = walk.violations
            }
            return found
        }
        print("refresh model, \(fault.rawValue): \(found.map(\.rawValue))")
        #expect(!found.isEmpty)
    }
}
