/// What becomes of a refresh token that is presented: rows 2 to 8 of the state machine in docs/refresh.md.
///
/// Row 1 is `RefreshToken.init`: whatever is no token of ours never gets here.
package enum RefreshDecision: Hashable, Sendable {
    /// Row 2.
    case unknown
    /// Row 3: never a revocation, because a stranger cannot end a session.
    case stranger
    /// Row 4.
    case over(Over)
    /// Row 5: advance by compare-and-set to the next generation.
    case rotate
    /// Row 6: the same bytes of the current token again.
    case retry
    /// Row 7.
    case theft(TheftClass)
    /// Row 8: the store has gone back in time; advance by compare-and-set beyond the presented token.
    case fastForward

    package enum Over: String, Hashable, Sendable {
        case familyEnded = "family ended"
        case expired = "family expired"
        case idle = "family idle for too long"
        case sessionEnded = "session ended"
        case userDisabled = "user disabled"
        case exhausted = "family has used every generation"
        case otherSecret = "token of a master secret that was not active when it would have been made"
        /// Not final: who restored the store may have to add that secret, or activate it.
        case unusedSecret = "token of a master secret that was never active, as far as the store knows"
    }
}

/// How far behind a replayed token is: what a theft ends depends on it.
package enum TheftClass: String, Hashable, Sendable, CaseIterable {
    /// One behind, after the window: a lost answer can look so.
    case late
    /// Two or more behind, ahead twice in one restore epoch, or one that nobody was given.
    case stale
}

/// What surrounds the decision: the time, the settings, and what this process remembers.
package struct RefreshCircumstances: Hashable, Sendable {
    package var now: Milliseconds
    package var window: RetryWindow
    /// Raised by a restore: a family may be fast-forwarded once in each epoch.
    package var epoch: Int64
    /// Of the presented token's master secret; row 8 alone looks at it.
    package var standing: SecretStanding
    /// Milliseconds by the monotonic clock since this process rotated the family to its current generation;
    /// nil when another process did, or nobody remembers.
    package var monotonicSinceRotation: Int64?

    package init(
        now: Milliseconds, window: RetryWindow, epoch: Int64, standing: SecretStanding,
        monotonicSinceRotation: Int64? = nil
    ) {
        self.now = now
        self.window = window
        self.epoch = epoch
        self.standing = standing
        self.monotonicSinceRotation = monotonicSinceRotation
    }
}

/// Clocks of one deployment may differ by so much: a rotation up to 2 s ahead counts as one just now.
private let toleratedMillisecondsAhead: Int64 = 2000

/// Decides about token `n` of a family, by the table's order; the caller applies it by compare-and-set.
///
/// A pure function: no clock, no storage. RFC 9700 §4.14.2 asks for the detection of replay; the rest is ours.
/// - Parameters:
///   - n: The presented token's generation.
///   - key: The number of the key that its MAC was made with.
///   - family: What the store knows; nil when it knows nothing.
package func decideRefresh(
    of n: UInt32, madeUnder key: UInt8, family: FamilyState?, caller: RefreshCaller, circumstances: RefreshCircumstances
) -> RefreshDecision {
    guard let family else { return .unknown }
    guard family.client == caller.client else { return .stranger }
    if let bound = family.dpopThumbprint, bound != caller.dpopThumbprint { return .stranger }
    if let over = over(family, presented: n, circumstances) { return .over(over) }
    guard mayHaveGiven(n, madeUnder: key, family) else { return .theft(.stale) }
    if n == family.generation { return .rotate }
    if n > family.generation {
        guard mayHaveForgotten(madeUnder: key, family, circumstances.standing) else { return .over(.otherSecret) }
        return family.fastForwardEpoch == circumstances.epoch ? .theft(.stale) : .fastForward
    }
    guard n == family.generation - 1 else { return .theft(.stale) }
    return isRetry(of: family, by: caller, circumstances) ? .retry : .theft(.late)
}

/// Row 4. The row of a family that went back in time is older than the token, so its idle expiry is not judged; unless
/// the token is of a master secret that was replaced: whoever knows it could bring back what nobody uses.
private func over(
    _ family: FamilyState, presented n: UInt32, _ circumstances: RefreshCircumstances
) -> RefreshDecision.Over? {
    let now = circumstances.now
    if family.hasEnded { return .familyEnded }
    if family.expiresAt <= now { return .expired }
    let isAhead = n > family.generation
    if isAhead, circumstances.standing.isUnused { return .unusedSecret }
    if !isAhead || circumstances.standing != .active, family.idleExpiresAt <= now { return .idle }
    if family.sessionHasEnded { return .sessionEnded }
    if family.userIsDisabled { return .userDisabled }
    if n >= .max { return .exhausted }
    return nil
}

/// Whether the family can have been given token `n` of this key, of those that the store knows of.
///
/// A token has one key, that which was active when it was made. Whoever knows a master secret of before can make a
/// token of a family that they once held one of, and its MAC is right; but the family is under another by now.
private func mayHaveGiven(_ n: UInt32, madeUnder key: UInt8, _ family: FamilyState) -> Bool {
    if key == family.tokenKey || n > family.generation { return true }
    if n == family.generation { return false }
    return n < family.generation - 1 || family.previousKey == nil || family.previousKey == key
}

/// Whether the store can have forgotten a token of this key that is ahead of it: one made after its last rotation.
///
/// Refused as row 4 and no theft: a restored store may have forgotten, too, that an old key was activated again.
private func mayHaveForgotten(madeUnder key: UInt8, _ family: FamilyState, _ standing: SecretStanding) -> Bool {
    switch standing {
    case .active: true
    case .replaced(let instant): key == family.tokenKey || instant > family.rotatedAt
    case .waiting, .unknown: false
    }
}

/// Row 6: whether a token one behind is an honest client's second try.
private func isRetry(
    of family: FamilyState, by caller: RefreshCaller, _ circumstances: RefreshCircumstances
) -> Bool {
    var elapsed = circumstances.now.since(family.rotatedAt)
    if elapsed < -toleratedMillisecondsAhead {
        guard let monotonic = circumstances.monotonicSinceRotation else { return false }
        elapsed = monotonic
    }
    return max(elapsed, 0) <= circumstances.window.milliseconds(for: caller, rotatedBy: family.rotatedBy)
}
