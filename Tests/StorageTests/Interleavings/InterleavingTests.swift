import OAuth
import Storage
import TestSupport
import Testing

/// The refresh machine on a real store: every order of steps, and thousands of random ones (docs/refresh.md).
@Suite(.serialized) struct InterleavingTests {
    private static let scenarios: [InterleavingWalk.Scenario] =
        InterleavingWalk.Scenario.threeCallers + InterleavingWalk.Scenario.twoCallers
        + InterleavingWalk.Scenario.withStranger + InterleavingWalk.Scenario.restored
    private static let randomSchedules = 2000

    @Test(arguments: Engine.available)
    func `every order of steps with every single mishap keeps every promise`(_ engine: Engine) async throws {
        try await RefreshScene.with(engine) { scene in
            let report = try await InterleavingWalk(scene: scene, steps: RefreshSteps(fault: nil)).run(Self.scenarios)
            print("refresh on \(engine.rawValue): \(report.schedules) schedules, \(report.steps) steps, every order")
            #expect(report.violations.isEmpty, "\(report.firstFailure ?? "")")
            #expect(report.schedules > 5000)
            try await expectNothingGrew(scene)
        }
    }

    @Test(arguments: Engine.available)
    func `random schedules of four callers keep every promise`(_ engine: Engine) async throws {
        let seed = TestSeed.announced(for: "random refresh schedules")
        try await RefreshScene.with(engine) { scene in
            let report = try await Self.runRandom(scene, fault: nil, seed: seed, count: Self.randomSchedules)
            print("refresh on \(engine.rawValue): \(report.schedules) random schedules, \(report.steps) steps")
            #expect(report.violations.isEmpty, "\(report.firstFailure ?? "") of run \(seed)")
            try await expectNothingGrew(scene)
        }
    }

    @Test(arguments: Engine.available, PlantedFault.allCases)
    func `a planted fault breaks a promise in some order`(_ engine: Engine, _ fault: PlantedFault) async throws {
        try await RefreshScene.with(engine) { scene in
            let walk = InterleavingWalk(scene: scene, steps: RefreshSteps(fault: fault))
            let ordered = try await walk.run(InterleavingWalk.Scenario.twoCallers, stopsAtViolation: true)
            let seed = TestSeed.announced(for: fault.rawValue)
            var random = InterleavingWalk.Report()
            // As many as the honest run has: the seed alone decides how soon a fault shows.
            for part in 0..<20 where random.violations.subtracting([.wentElsewhere]).isEmpty {
                random.add(
                    try await Self.runRandom(
                        scene, fault: fault, seed: seed &+ UInt64(part), count: Self.randomSchedules / 20))
            }
            // The witness alone must see it, without the oracle.
            let found = [ordered, random].map { $0.violations.subtracting([.wentElsewhere]).map(\.rawValue) }
            print(
                """
                refresh on \(engine.rawValue), \(fault.rawValue): \(found[0]) in \(ordered.schedules) ordered, \
                \(found[1]) in \(random.schedules) random schedules
                """)
            for found in [ordered, random] { #expect(found.violations.contains(Self.promise(brokenBy: fault))) }
        }
    }

    /// What each fault must be found by, beside all else that it breaks.
    private static func promise(brokenBy fault: PlantedFault) -> RefreshWitness.Violation {
        switch fault {
        case .compareAndSetDropped: .twoSuccessors
        case .negativeTimeAccepted: .replaySurvived
        case .row4AfterRow5: .endedRose
        case .answerBeforeCommit: .acknowledgedLost
        }
    }

    /// A row a family whatever happened to it, and one event for each theft.
    private func expectNothingGrew(_ scene: RefreshScene) async throws {
        let families = try await scene.count(.familyCount)
        let sessions = try await scene.count(.sessionCount)
        #expect(families == sessions)
        #expect(try await scene.count(.theftEventCount) == scene.count(.theftEndCount))
        #expect(try await scene.count(.theftEventCount) > 0)
    }

    private static func runRandom(
        _ scene: RefreshScene, fault: PlantedFault?, seed: UInt64, count: Int
    ) async throws -> InterleavingWalk.Report {
        var random = SeededRandom(seed: seed)
        let families = try await scene.families(count, at: 0)
        return try await withThrowingTaskGroup(of: InterleavingWalk.Report.self) { group in
            var report = InterleavingWalk.Report()
            for (index, family) in families.enumerated() {
                if index >= InterleavingWalk.unitsAtOnce, let done = try await group.next() { report.add(done) }
                let schedule = RandomSchedule(seed: random.next(), scene: scene, steps: RefreshSteps(fault: fault))
                group.addTask { try await schedule.run(family) }
            }
            for try await done in group { report.add(done) }
            return report
        }
    }
}
