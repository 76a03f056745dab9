import OAuth
import Storage
import TestSupport

/// Four callers, each with a few requests, in an order, with tokens and with mishaps that a seed decides.
struct RandomSchedule: Sendable {
    static let callers = 4
    static let requests = 6...12
    let seed: UInt64
    let scene: RefreshScene
    let steps: RefreshSteps

    func run(_ family: RefreshScene.Family) async throws -> InterleavingWalk.Report {
        var random = SeededRandom(seed: seed)
        let race = try await RefreshRace(scene, family, steps, acknowledged: 0)
        var left = Int.random(in: Self.requests, using: &random)
        var calls: [RaceCall] = []
        while left > 0 || !calls.isEmpty {
            if Int.random(in: 0..<8, using: &random) == 0 {
                race.clock.step(
                    [1000, 5000, 15_000, 65_000, -1000, -30_000, -90_000].randomElement(using: &random) ?? 0)
            }
            if left > 0, calls.count < Self.callers, calls.isEmpty || Bool.random(using: &random) {
                left -= 1
                calls.append(await start(race, key: UInt8(left % 4 + 1), &random))
                continue
            }
            let index = Int.random(in: 0..<calls.count, using: &random)
            let isLost = Int.random(in: 0..<8, using: &random) == 0
            if try await race.step(calls[index], fate(&random), answerIsLost: isLost) { calls.remove(at: index) }
        }
        try await race.end()
        var report = InterleavingWalk.Report(schedules: 1, steps: race.stepCount, violations: race.witness.violations)
        if !report.violations.isEmpty { report.firstFailure = "seed \(seed): \(report.violations.map(\.rawValue))" }
        return report
    }

    /// Mostly with the newest token somebody received, sometimes with an older one; rarely by a stranger.
    private func start(_ race: RefreshRace, key: UInt8, _ random: inout SeededRandom) async -> RaceCall {
        let newest = race.witness.acknowledged
        let behind: UInt32 = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2].randomElement(using: &random) ?? 0
        let caller: RefreshCaller =
            switch Int.random(in: 0..<12, using: &random) {
            case 0: scene.stranger
            case 1...3: scene.ownerAway
            default: scene.owner
            }
        let forged: UInt8? =
            Int.random(in: 0..<20, using: &random) == 0 ? .random(in: 1...4, using: &random) : nil
        return await race.start(caller, newest - min(newest, behind), key: key, forged: forged)
    }

    private func fate(_ random: inout SeededRandom) -> SteppedConnection.Fate {
        switch Int.random(in: 0..<12, using: &random) {
        case 0: .lostBeforeCommit
        case 1: .lostAfterCommit
        default: .done
        }
    }
}
