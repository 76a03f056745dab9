import OAuth
import TestSupport

/// Walks every state that four callers, lost answers, crashes, clock steps and a restore can lead to, and checks each.
///
/// Every caller knows every token that was ever received: the worst thief, and the tab that never heard of the others.
struct ModelWalk {
    /// What must never be seen.
    enum Violation: String, Hashable {
        case twoSuccessors = "two live successors"
        case acknowledgedLost = "an acknowledged token was lost"
        case replaySurvived = "a replay outside the window did not end the family"
        case retryRefused = "a retry within the window was refused"
        case endedRose = "an ended family went on"
        case strangerHeard = "a stranger got further than a refusal"
        case storageGrew = "storage grew"
        case wentBack = "a fast-forward without a restore, or a second one"
    }

    /// Seconds the clock jumps by: within and past both windows, past the idle expiry, back by less and more than 60 s.
    static let clockSteps: [Int16] = [5, 15, 65, 160, -30, -90]
    /// A step back up to here is held by the deployment's clock; a larger one is followed.
    static let heldSeconds: Int16 = 60

    let machine: ModelMachine
    private(set) var states: Set<ModelState> = []
    private(set) var transitions = 0
    private(set) var violations: Set<Violation> = []
    private var waiting: [ModelState] = []

    init(fault: PlantedFault?) throws {
        machine = try ModelMachine(fault: fault)
    }

    /// - Parameter stopsAtViolation: Whether one violation is enough.
    mutating func walk(_ budget: ModelState.Budget, stopsAtViolation: Bool) {
        reach(
            ModelState(
                row: .init(idleExpiresAt: ModelMachine.idle, expiresAt: ModelMachine.absolute), left: budget))
        while let state = waiting.popLast() {
            for caller in 0..<ModelState.Calls.count { step(state, caller) }
            stepClock(state)
            stepOperator(state)
            check(state)
            if stopsAtViolation, !violations.isEmpty { return }
        }
    }

    private mutating func reach(_ next: ModelState) {
        transitions += 1
        var next = next
        next.calls = next.calls.ordered
        if states.insert(next).inserted { waiting.append(next) }
    }

    private mutating func step(_ state: ModelState, _ caller: Int) {
        switch state.calls[caller] {
        case .idle: start(state, caller)
        case .rotating(let token): rotate(state, caller, token)
        case .deciding(let token): decide(state, caller, token)
        case .answered(let token):
            var next = state
            next.calls[caller] = .idle
            reach(next)
            next.acknowledged = max(next.acknowledged, token)
            reach(next)
        }
    }

    private mutating func start(_ state: ModelState, _ caller: Int) {
        guard state.left.requests > 0 else { return }
        for token in 0...state.acknowledged {
            var next = state
            next.left.requests -= 1
            next.calls[caller] = .rotating(token)
            reach(next)
        }
    }

    /// The blind UPDATE; or the connection is dropped before or after its COMMIT, with all the process remembers.
    private mutating func rotate(_ state: ModelState, _ caller: Int, _ token: UInt8) {
        guard machine.wins(token, state) else {
            var next = state
            next.calls[caller] = .deciding(token)
            reach(next)
            crashBefore(state, caller)
            return
        }
        let written = advanced(state, caller, token)
        reach(written)
        crashAfter(written, caller)
        if machine.fault == .answerBeforeCommit, state.left.crashes > 0 {
            var next = state
            next.left.crashes -= 1
            next.monotonic = -1
            next.calls[caller] = .answered(token + 1)
            reach(next)
        } else {
            crashBefore(state, caller)
        }
    }

    private mutating func decide(_ state: ModelState, _ caller: Int, _ token: UInt8) {
        var next = state
        next.calls[caller] = .idle
        let decision = machine.decide(token, isAway: caller >= 2, state)
        switch decision {
        case .unknown, .stranger, .over: break
        case .rotate: next = advanced(state, caller, token)
        case .fastForward:
            if !state.isRestored || state.row.fastForwardEpoch == state.epoch { violations.insert(.wentBack) }
            next = advanced(state, caller, token)
            next.row.fastForwardEpoch = state.epoch
        case .retry: next.calls[caller] = .answered(state.row.generation)
        case .theft(let theft):
            next.row.hasEnded = true
            if theft == .stale { next.row.sessionHasEnded = true }
            next.thefts += 1
        }
        checkReplay(state, next, token, isAway: caller >= 2, decision)
        reach(next)
        crashBefore(state, caller)
        crashAfter(next, caller)
    }

    /// The state after a write that takes the family beyond `token`, and the answer under way.
    private mutating func advanced(_ state: ModelState, _ caller: Int, _ token: UInt8) -> ModelState {
        var next = state
        next.row = machine.advanced(state.row, by: token, isAway: caller >= 2, now: state.now)
        next.monotonic = 0
        next.calls[caller] = .answered(next.row.generation)
        if state.row.hasEnded || state.row.sessionHasEnded || state.now >= state.row.expiresAt {
            violations.insert(.endedRose)
        }
        if next.row.generation != token + 1 { violations.insert(.twoSuccessors) }
        if !state.isRestored, next.row.generation != state.peak + 1 { violations.insert(.twoSuccessors) }
        next.peak = max(state.peak, next.row.generation)
        return next
    }

    private mutating func crashBefore(_ state: ModelState, _ caller: Int) {
        guard state.left.crashes > 0 else { return }
        var next = state
        next.left.crashes -= 1
        next.calls[caller] = .idle
        next.monotonic = -1
        reach(next)
    }

    private mutating func crashAfter(_ written: ModelState, _ caller: Int) {
        guard written.left.crashes > 0 else { return }
        var next = written
        next.left.crashes -= 1
        next.calls[caller] = .idle
        next.monotonic = -1
        reach(next)
    }

    private mutating func stepClock(_ state: ModelState) {
        guard state.left.clockSteps > 0 else { return }
        for step in Self.clockSteps {
            var next = state
            next.left.clockSteps -= 1
            let wall = state.now - state.held + step
            if wall >= state.now || state.now - wall > Self.heldSeconds {
                next.now = wall
                next.held = 0
            } else {
                next.held = state.now - wall
            }
            if state.monotonic >= 0, step > 0 { next.monotonic += step }
            reach(next)
        }
    }

    /// Somebody ends the session; or the store is backed up, and later set back to that.
    private mutating func stepOperator(_ state: ModelState) {
        if state.left.ends > 0, !state.row.hasEnded {
            var next = state
            next.left.ends -= 1
            next.row.hasEnded = true
            next.row.sessionHasEnded = true
            reach(next)
        }
        guard state.left.restores > 0 else { return }
        var next = state
        if let backup = state.backup {
            next.left.restores -= 1
            next.row = backup
            next.backup = nil
            next.epoch += 1
            next.thefts = 0
            next.monotonic = -1
        } else {
            next.backup = state.row
        }
        reach(next)
    }
}

extension ModelWalk {
    /// What holds in every state.
    private mutating func check(_ state: ModelState) {
        let row = state.row
        if state.thefts > 1 { violations.insert(.storageGrew) }
        for token in [row.generation, row.generation - min(row.generation, 1)] {
            if machine.decideForStranger(token, state) != .stranger { violations.insert(.strangerHeard) }
        }
        let isOver =
            row.hasEnded || row.sessionHasEnded || state.now >= row.expiresAt
            || (state.acknowledged <= row.generation && state.now >= row.idleExpiresAt)
        let decision = machine.decide(state.acknowledged, isAway: row.rotatedAway, state)
        guard !isOver else {
            if case .over = decision { return }
            violations.insert(.endedRose)
            return
        }
        guard !state.isRestored else {
            let isAhead = state.acknowledged > row.generation
            if isAhead, row.fastForwardEpoch != state.epoch, decision != .fastForward {
                violations.insert(.acknowledgedLost)
            }
            return
        }
        // Whoever holds the last token that was received goes on: it is the current one, or the one before.
        switch row.generation {
        case state.acknowledged: if decision != .rotate { violations.insert(.acknowledgedLost) }
        case state.acknowledged + 1:
            if isWithinWindow(state, isAway: row.rotatedAway), decision != .retry {
                violations.insert(.acknowledgedLost)
            }
        default: violations.insert(.acknowledgedLost)
        }
    }

    /// What holds for a token that was presented and is not the current one.
    private mutating func checkReplay(
        _ before: ModelState, _ after: ModelState, _ token: UInt8, isAway: Bool, _ decision: RefreshDecision
    ) {
        let row = before.row
        let isOver =
            row.hasEnded || row.sessionHasEnded || before.now >= row.expiresAt || before.now >= row.idleExpiresAt
        if row.hasEnded, !after.row.hasEnded { violations.insert(.endedRose) }
        guard !isOver, token < row.generation else { return }
        let isRetry = token + 1 == row.generation && isWithinWindow(before, isAway: isAway)
        if isRetry {
            if decision != .retry || after.row != before.row { violations.insert(.retryRefused) }
        } else if !after.row.hasEnded || decision == .retry {
            violations.insert(.replaySurvived)
        }
    }

    private func isWithinWindow(_ state: ModelState, isAway: Bool) -> Bool {
        let age = state.now - state.row.rotatedAt
        let window: Int16 = isAway == state.row.rotatedAway ? 60 : 10
        if age >= -2 { return age <= window }
        return state.monotonic >= 0 && state.monotonic <= window
    }
}
