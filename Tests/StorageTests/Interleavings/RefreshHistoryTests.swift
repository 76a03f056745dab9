import OAuth
import Storage
import TestSupport
import Testing

/// Long random histories on a real store, one call after another: the exact edges of windows and lifetimes.
@Suite struct RefreshHistoryTests {
    private static let histories = 48
    private static let calls = 60

    @Test(arguments: Engine.available)
    func `long random histories go as the table says`(_ engine: Engine) async throws {
        let seed = TestSeed.announced(for: "refresh histories")
        try await RefreshScene.with(engine) { scene in
            var random = SeededRandom(seed: seed)
            let families = try await scene.families(Self.histories, at: 0)
            let report = try await withThrowingTaskGroup(of: InterleavingWalk.Report.self) { group in
                for family in families {
                    let seed = random.next()
                    group.addTask { try await Self.history(seed, scene, family) }
                }
                var report = InterleavingWalk.Report()
                for try await done in group { report.add(done) }
                return report
            }
            print("refresh on \(engine.rawValue): \(report.schedules) histories, \(report.steps) steps")
            #expect(report.violations.isEmpty, "\(report.firstFailure ?? "") of run \(seed)")
        }
    }

    private static func history(
        _ seed: UInt64, _ scene: RefreshScene, _ family: RefreshScene.Family
    ) async throws -> InterleavingWalk.Report {
        var random = SeededRandom(seed: seed)
        let race = try await RefreshRace(scene, family, RefreshSteps(fault: nil), acknowledged: 0)
        for _ in 0..<calls {
            race.clock.step(step(&random))
            let caller =
                [scene.owner, scene.owner, scene.owner, scene.ownerAway, scene.stranger]
                .randomElement(using: &random) ?? scene.owner
            // An old token ends the history, so it is rare.
            let isOld = Int.random(in: 0..<40, using: &random) == 0
            let isBefore = Int.random(in: 0..<4, using: &random) == 0
            let newest = race.witness.acknowledged
            let forged: UInt8? =
                Int.random(in: 0..<40, using: &random) == 0 ? .random(in: 1...9, using: &random) : nil
            let call = await race.start(
                caller, newest - min(newest, isOld ? 2 : isBefore ? 1 : 0), key: .random(in: 1...9, using: &random),
                forged: forged)
            while try await !race.step(call, .done) {}
        }
        try await race.end()
        var report = InterleavingWalk.Report(schedules: 1, steps: race.stepCount, violations: race.witness.violations)
        if !report.violations.isEmpty { report.firstFailure = "seed \(seed): \(report.violations.map(\.rawValue))" }
        return report
    }

    private static func step(_ random: inout SeededRandom) -> Int64 {
        let edges: [Int64] = [
            0, 0, 0, 1, 9999, 10_000, 10_001, 59_999, 60_000, -1, -30_000, -60_001,
            RefreshScene.idle.wholeMilliseconds - 1, 5 * 86_400_000,
        ]
        return edges.randomElement(using: &random) ?? 0
    }
}
