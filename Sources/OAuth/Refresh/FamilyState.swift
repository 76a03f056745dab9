/// What the store knows of a token family when a token of it is judged: its row, and whether those it hangs on live.
package struct FamilyState: Hashable, Sendable {
    package var client: ClientID
    package var dpopThumbprint: String?
    /// Which token is the current one.
    package var generation: UInt32
    /// The key number under which the current token was made.
    package var tokenKey: UInt8
    /// That of the token before it; nil where none was before it. Versions before schema 10 left it as it was.
    package var previousKey: UInt8?
    package var rotatedAt: Milliseconds
    /// Who made the call that rotated last.
    package var rotatedBy: Holder
    package var idleExpiresAt: Milliseconds
    package var expiresAt: Milliseconds
    package var hasEnded: Bool
    package var sessionHasEnded: Bool
    package var userIsDisabled: Bool
    /// The restore epoch of the family's last fast-forward; nil when there was none.
    package var fastForwardEpoch: Int64?

    package init(
        client: ClientID, dpopThumbprint: String? = nil, generation: UInt32, tokenKey: UInt8, previousKey: UInt8? = nil,
        rotatedAt: Milliseconds, rotatedBy: Holder, idleExpiresAt: Milliseconds, expiresAt: Milliseconds,
        hasEnded: Bool = false, sessionHasEnded: Bool = false, userIsDisabled: Bool = false,
        fastForwardEpoch: Int64? = nil
    ) {
        self.client = client
        self.dpopThumbprint = dpopThumbprint
        self.generation = generation
        self.tokenKey = tokenKey
        self.previousKey = previousKey
        self.rotatedAt = rotatedAt
        self.rotatedBy = rotatedBy
        self.idleExpiresAt = idleExpiresAt
        self.expiresAt = expiresAt
        self.hasEnded = hasEnded
        self.sessionHasEnded = sessionHasEnded
        self.userIsDisabled = userIsDisabled
        self.fastForwardEpoch = fastForwardEpoch
    }
}
