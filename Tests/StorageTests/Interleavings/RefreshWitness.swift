import OAuth

/// Watches one family from outside, and says which promise of docs/refresh.md was broken.
///
/// It knows rows and answers only: neither the decision function nor the oracle.
struct RefreshWitness {
    enum Violation: String, Hashable, Sendable {
        case twoSuccessors = "two live successors"
        case acknowledgedLost = "an acknowledged token was lost"
        case replaySurvived = "a replay outside the window did not end the family"
        case retryRefused = "a retry within the window was refused"
        case endedRose = "an ended family went on"
        case strangerHeard = "a stranger changed something or was answered"
        case forgedHeard = "a token of another master secret was answered, or ended nothing"
        case wentElsewhere = "the store differs from the table"
    }

    private(set) var violations: Set<Violation> = []
    /// The highest generation that a client received.
    private(set) var acknowledged: UInt32
    /// The store was set back behind what clients hold.
    private let isRestored: Bool
    private let client: ClientID
    /// The keys that tokens were given out under.
    private var keys: [UInt32: UInt8] = [:]
    private let firstKey: UInt8

    init(_ row: FamilyState, acknowledged: UInt32) {
        self.acknowledged = acknowledged
        isRestored = acknowledged > row.generation
        client = row.client
        keys[row.generation] = row.tokenKey
        firstKey = row.tokenKey
    }

    /// The key that a token was made under; of one that the store has forgotten, the key of the start.
    func key(of token: UInt32) -> UInt8 { keys[token] ?? firstKey }

    mutating func report(_ violation: Violation) { violations.insert(violation) }

    /// One step was taken.
    ///
    /// - Parameters:
    ///   - phase: What the call did, and with which circumstances.
    ///   - isWritten: Whether the step's transaction was committed.
    mutating func saw(
        _ call: RaceCall, _ phase: RaceCall.Phase, from before: FamilyState, to after: FamilyState, isWritten: Bool
    ) {
        if keys[after.generation] == nil { keys[after.generation] = after.tokenKey }
        if before.hasEnded, !after.hasEnded || after.generation != before.generation { report(.endedRose) }
        if before.sessionHasEnded, !after.sessionHasEnded { report(.endedRose) }
        if after != before, call.caller.client != client { report(.strangerHeard) }
        if after.generation != before.generation, after.generation != call.token + 1 { report(.twoSuccessors) }
        let isForged = isForged(call, before)
        if isForged, after.generation != before.generation { report(.forgedHeard) }
        guard case .deciding(let now, let monotonic) = phase, isWritten, call.caller.client == client,
            call.token < before.generation || isForged, !isOver(before, now)
        else { return }
        if isForged {
            if !after.hasEnded { report(.forgedHeard) }
            return
        }
        if call.token + 1 == before.generation, isWithinWindow(before, call.caller, now, monotonic) {
            if after != before { report(.retryRefused) }
        } else if !after.hasEnded {
            report(.replaySurvived)
        }
    }

    /// A token that nobody was given, as far as the row tells.
    private func isForged(_ call: RaceCall, _ row: FamilyState) -> Bool {
        if call.token == row.generation { return call.tokenKey != row.tokenKey }
        guard call.token + 1 == row.generation, let previous = row.previousKey else { return false }
        return ![previous, row.tokenKey].contains(call.tokenKey)
    }

    /// A caller has its answer, or lost it on the way.
    mutating func heard(_ call: RaceCall, _ answer: RaceCall.Answer, isLost: Bool, row: FamilyState) {
        guard case .granted(let generation, let key) = answer else { return }
        if call.caller.client != client { report(.strangerHeard) }
        if generation != call.token + 1 { report(.twoSuccessors) }
        if keys.updateValue(key, forKey: generation).map({ $0 != key }) ?? false { report(.twoSuccessors) }
        if !isLost { acknowledged = max(acknowledged, generation) }
        checkAcknowledged(row)
    }

    /// Whoever holds the last token that was received holds the current one, or the one before.
    mutating func checkAcknowledged(_ row: FamilyState) {
        guard !isRestored, !row.hasEnded else { return }
        if acknowledged > row.generation || acknowledged + 1 < row.generation { report(.acknowledgedLost) }
    }

    func isWithinWindow(_ row: FamilyState, _ caller: RefreshCaller, _ now: Milliseconds, _ monotonic: Int64?) -> Bool {
        let isHome = caller.holder == row.rotatedBy
        let window: Int64 = isHome ? 60_000 : 10_000
        let age = now.value - row.rotatedAt.value
        if age >= -2000 { return age <= window }
        return monotonic.map { $0 <= window } ?? false
    }

    func isOver(_ row: FamilyState, _ now: Milliseconds) -> Bool {
        row.hasEnded || row.sessionHasEnded || row.userIsDisabled || row.expiresAt <= now || row.idleExpiresAt <= now
    }
}
