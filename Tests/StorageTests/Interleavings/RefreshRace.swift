import OAuth
import Storage
import TestSupport

/// Calls for one family of a real store, whose every step a test orders; each step is compared with the oracle.
final class RefreshRace {
    private let scene: RefreshScene
    private let family: RefreshScene.Family
    private let steps: RefreshSteps
    private let epoch: Int64
    let clock = SceneClock(RefreshScene.start)
    private(set) var row: FamilyState
    private(set) var oracle: RefreshOracle
    private(set) var witness: RefreshWitness
    private(set) var stepCount = 0
    /// Tokens whose holders were never answered.
    private var unanswered: [RaceCall] = []

    /// - Parameter acknowledged: The highest generation that clients hold at the start.
    init(
        _ scene: RefreshScene, _ family: RefreshScene.Family, _ steps: RefreshSteps, acknowledged: UInt32,
        epoch: Int64 = 1
    ) async throws {
        self.scene = scene
        self.family = family
        self.steps = steps
        self.epoch = epoch
        guard let row = try await scene.row(family.key) else { throw StorageError.corrupt(reason: "no family") }
        self.row = row
        witness = RefreshWitness(row, acknowledged: acknowledged)
        oracle = RefreshOracle(
            client: row.client, by: row.rotatedBy, at: row.rotatedAt.value, idleExpiresAt: row.idleExpiresAt.value,
            expiresAt: row.expiresAt.value)
        oracle.family.generation = Int64(row.generation)
    }

    /// A call that is held before its blind UPDATE.
    ///
    /// - Parameters:
    ///   - key: What its node makes new tokens under.
    ///   - forged: Another key than the token was made under; nil for an honest token.
    func start(_ caller: RefreshCaller, _ token: UInt32, key: UInt8, forged: UInt8? = nil) async -> RaceCall {
        let tokenKey = forged ?? witness.key(of: token)
        let call = RaceCall(
            token: token, madeUnder: tokenKey, caller: caller, key: key, on: scene.database)
        Task { [family, steps, clock, epoch] in await call.run(family.key, steps, clock, epoch: epoch) }
        _ = await call.connection.next()
        return call
    }

    /// Lets a call take its next step.
    ///
    /// - Parameter answerIsLost: The client never hears of it, if this step ends the call.
    /// - Returns: Whether the call is over.
    func step(_ call: RaceCall, _ fate: SteppedConnection.Fate, answerIsLost: Bool = false) async throws -> Bool {
        guard let phase = call.phase else { return true }
        stepCount += 1
        let before = row
        call.connection.release(fate)
        let isOver = await call.connection.next() == .finished
        guard let after = try await scene.row(family.key) else { throw StorageError.corrupt(reason: "no family") }
        row = after
        let isWritten = fate != .lostBeforeCommit
        let expected = isWritten ? expect(call, phase) : nil
        witness.saw(call, phase, from: before, to: after, isWritten: isWritten)
        if let answer = call.answer, isOver {
            if answer == .trouble || answerIsLost { unanswered.append(call) }
            witness.heard(call, answer, isLost: answerIsLost, row: after)
            if fate == .done, let expected, !isAsExpected(answer, expected, call) { witness.report(.wentElsewhere) }
        }
        witness.checkAcknowledged(after)
        if !isSame(oracle.family, after) { witness.report(.wentElsewhere) }
        return isOver
    }

    /// Asks once more with the last token that a client received, and with those that were never answered.
    func end() async throws {
        guard !row.hasEnded else { return try await expectSilence() }
        if witness.acknowledged <= row.generation { try await goOn(witness.acknowledged, row.rotatedBy) }
        for call in unanswered where call.caller.client == row.client { try await goOn(call.token, call.caller.holder) }
    }

    /// Whoever holds the current token, or the one before within the window, is answered.
    private func goOn(_ token: UInt32, _ holder: Holder) async throws {
        let caller = RefreshCaller(client: row.client, holder: holder)
        let isCurrent = token == row.generation
        let isRetry =
            token + 1 == row.generation
            && witness.isWithinWindow(row, caller, clock.now, clock.sinceRotation(after: token))
        guard isCurrent || isRetry, !witness.isOver(row, clock.now) else { return }
        let call = await start(caller, token, key: 9)
        while try await !step(call, .done) {}
        guard case .granted = call.answer else { return witness.report(.acknowledgedLost) }
    }

    /// After the end, no token of the family is answered, whatever it is.
    private func expectSilence() async throws {
        for token in [row.generation, row.generation - min(1, row.generation)] {
            let call = await start(RefreshCaller(client: row.client, holder: row.rotatedBy), token, key: 9)
            while try await !step(call, .done) {}
            if case .granted = call.answer { witness.report(.endedRose) }
        }
    }

    /// What the table says of this step; its own family goes along.
    private func expect(_ call: RaceCall, _ phase: RaceCall.Phase) -> RefreshOracle.Row? {
        let token = Int64(call.token)
        switch phase {
        case .rotating(let now):
            let moment = moment(now, call.key, nil)
            guard oracle.row(of: token, madeUnder: call.tokenKey, by: call.caller, moment) == .rotation else {
                return nil
            }
            return oracle.present(token, madeUnder: call.tokenKey, by: call.caller, moment)
        case .deciding(let now, let monotonic):
            return oracle.present(
                token, madeUnder: call.tokenKey, by: call.caller, moment(now, call.key, monotonic))
        }
    }

    private func moment(_ now: Milliseconds, _ key: UInt8, _ monotonic: Int64?) -> RefreshOracle.Moment {
        .init(
            now: now.value, epoch: epoch, activeKey: key, monotonic: monotonic,
            idle: RefreshScene.idle.wholeMilliseconds)
    }

    private func isAsExpected(_ answer: RaceCall.Answer, _ expected: RefreshOracle.Row, _ call: RaceCall) -> Bool {
        switch (expected, answer) {
        case (.stranger, .refused(.stranger)), (.over, .refused(.over)), (.theft, .refused(.theft)): true
        case (.rotation, .granted(let generation, let key)), (.fastForward, .granted(let generation, let key)):
            generation == call.token + 1 && key == call.key
        case (.retry, .granted(let generation, let key)): generation == call.token + 1 && key == row.tokenKey
        default: false
        }
    }

    private func isSame(_ expected: RefreshOracle.Family, _ row: FamilyState) -> Bool {
        expected.generation == Int64(row.generation) && expected.key == row.tokenKey
            && expected.keyBefore == row.previousKey && expected.rotatedAt == row.rotatedAt.value
            && expected.rotatedBy == row.rotatedBy && expected.idleExpiresAt == row.idleExpiresAt.value
            && expected.isEnded == row.hasEnded && expected.sessionIsEnded == row.sessionHasEnded
            && expected.fastForwardedIn == row.fastForwardEpoch
    }
}
