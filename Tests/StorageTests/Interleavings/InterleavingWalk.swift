import OAuth
import Storage
import TestSupport

/// Every order of a few callers' steps on a real store, each with every single disturbance.
struct InterleavingWalk: Sendable {
    /// Who presents which token of a family that stands at `generation`.
    struct Scenario: Sendable {
        let generation: UInt32
        let acknowledged: UInt32
        let callers: [Caller]

        struct Caller: Sendable {
            let token: UInt32
            let place: Place
        }

        enum Place: Sendable { case home, away, stranger }
    }

    /// The one thing that goes wrong at one step.
    enum Disturbance: Hashable, Sendable {
        case none
        case answerLost(step: Int)
        case lostBeforeCommit(step: Int)
        case lostAfterCommit(step: Int)
        case clock(step: Int, milliseconds: Int64)

        /// Past each window, and back by more than is held. A step back that is held moves nothing when it is alone; it
        /// is in the random schedules, among others.
        static let clockSteps: [Int64] = [15_000, 65_000, -90_000]

        static func all(steps: Int) -> [Disturbance] {
            [.none]
                + (0..<steps).flatMap { step in
                    [.answerLost(step: step), .lostBeforeCommit(step: step), .lostAfterCommit(step: step)]
                        + clockSteps.map { .clock(step: step, milliseconds: $0) }
                }
        }
    }

    struct Report: Sendable {
        var schedules = 0
        var steps = 0
        var violations: Set<RefreshWitness.Violation> = []
        /// The first schedule that broke a promise.
        var firstFailure: String?

        mutating func add(_ other: Report) {
            schedules += other.schedules
            steps += other.steps
            violations.formUnion(other.violations)
            firstFailure = firstFailure ?? other.firstFailure
        }
    }

    static let unitsAtOnce = 32
    let scene: RefreshScene
    let steps: RefreshSteps

    /// Runs all scenarios under all disturbances; many families at once, so that commits are shared.
    ///
    /// - Parameter stopsAtViolation: Whether one broken promise is enough.
    func run(_ scenarios: [Scenario], stopsAtViolation: Bool = false) async throws -> Report {
        let units = scenarios.flatMap { scenario in
            Disturbance.all(steps: 2 * scenario.callers.count).map { (scenario, $0) }
        }
        return try await withThrowingTaskGroup(of: Report.self) { group in
            var report = Report()
            for (index, unit) in units.enumerated() {
                if index >= Self.unitsAtOnce, let done = try await group.next() { report.add(done) }
                if stopsAtViolation, !report.violations.subtracting([.wentElsewhere]).isEmpty { break }
                group.addTask { try await walk(unit.0, unit.1) }
            }
            for try await done in group { report.add(done) }
            return report
        }
    }

    /// Every order under one disturbance, depth first: the last choice that has another option is taken anew.
    private func walk(_ scenario: Scenario, _ disturbance: Disturbance) async throws -> Report {
        var report = Report()
        var families: [RefreshScene.Family] = []
        var choices: [Int] = []
        while true {
            if families.isEmpty { families = try await scene.families(16, at: scenario.generation) }
            let race = try await RefreshRace(
                scene, families.removeLast(), steps, acknowledged: scenario.acknowledged)
            let options = try await run(scenario, disturbance, choices, race)
            report.schedules += 1
            report.steps += race.stepCount
            if !race.witness.violations.isEmpty, report.firstFailure == nil {
                report.firstFailure =
                    "\(scenario) \(disturbance), order \(choices): \(race.witness.violations.map(\.rawValue))"
            }
            report.violations.formUnion(race.witness.violations)
            choices += Array(repeating: 0, count: max(0, options.count - choices.count))
            guard let turn = options.indices.last(where: { choices[$0] + 1 < options[$0] }) else { return report }
            choices = Array(choices[..<turn]) + [choices[turn] + 1]
        }
    }

    /// - Returns: How many callers there were to choose from at each step.
    private func run(
        _ scenario: Scenario, _ disturbance: Disturbance, _ choices: [Int], _ race: RefreshRace
    ) async throws -> [Int] {
        var options: [Int] = []
        var unfinished = Array(scenario.callers.indices)
        var calls: [Int: RaceCall] = [:]
        while !unfinished.isEmpty {
            let step = options.count
            let place = step < choices.count ? choices[step] : 0
            options.append(unfinished.count)
            let who = unfinished[place]
            if case .clock(step, let milliseconds) = disturbance { race.clock.step(milliseconds) }
            let call: RaceCall
            if let started = calls[who] {
                call = started
            } else {
                let caller = scenario.callers[who]
                call = await race.start(scene.caller(caller.place), caller.token, key: UInt8(who + 2))
                calls[who] = call
            }
            let isOver = try await race.step(
                call, fate(disturbance, step), answerIsLost: disturbance == .answerLost(step: step))
            if isOver { unfinished.remove(at: place) }
        }
        try await race.end()
        return options
    }

    private func fate(_ disturbance: Disturbance, _ step: Int) -> SteppedConnection.Fate {
        switch disturbance {
        case .lostBeforeCommit(step): .lostBeforeCommit
        case .lostAfterCommit(step): .lostAfterCommit
        default: .done
        }
    }
}

extension RefreshScene {
    func caller(_ place: InterleavingWalk.Scenario.Place) -> RefreshCaller {
        switch place {
        case .home: owner
        case .away: ownerAway
        case .stranger: stranger
        }
    }
}

extension InterleavingWalk.Scenario {
    private static func callers(_ tokens: [UInt32], _ places: [Place]) -> [Caller] {
        zip(tokens, places).map { Caller(token: $0, place: $1) }
    }

    /// Two at home and one elsewhere, with the current token or the one before.
    static let threeCallers: [Self] = [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 1, 0], [1, 1, 1]].map {
        Self(generation: 1, acknowledged: 1, callers: callers($0, [.home, .home, .away]))
    }

    /// One at home and one elsewhere, with tokens up to two behind.
    static let twoCallers: [Self] = [UInt32](0...2).flatMap { first in
        [UInt32](0...2).map { Self(generation: 2, acknowledged: 2, callers: callers([first, $0], [.home, .away])) }
    }

    /// A stranger between the owner's calls.
    static let withStranger: [Self] = [[1, 1], [1, 0], [0, 1]].map {
        Self(generation: 1, acknowledged: 1, callers: callers($0, [.home, .stranger]))
    }

    /// The store has gone back: tokens up to two ahead.
    static let restored: [Self] = [UInt32](1...3).flatMap { first in
        [UInt32](1...3).map { Self(generation: 1, acknowledged: 3, callers: callers([first, $0], [.home, .away])) }
    }
}
