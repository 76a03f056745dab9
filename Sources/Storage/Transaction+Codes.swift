package import OAuth
package import Secrets

/// What became of an authorization code that was presented with everything else right.
package enum CodeRedemption: Hashable, Sendable {
    /// It was used now, and began this family.
    case begun(LiveFamily)
    /// It had been used before: what that began has ended (RFC 6749 §4.1.2).
    case used
    /// It is expired or unknown, or its session, user or client lives no more.
    case over
}

extension Transaction {
    /// Issues a code in a session. Lock order: session, code.
    ///
    /// - Returns: False when the session has ended or is signed out; nothing is written then.
    /// - Throws: `constraint` (foreign key) when the client is gone.
    package func issue(_ code: NewAuthorizationCode) throws(StorageError) -> Bool {
        guard try run(.takeForCode(code.session, of: code.user)) else { return false }
        try run(.insert(code))
        return true
    }

    /// Uses a code and begins the family that it buys; of any number of calls one begins, and all others end what it
    /// began. Lock order: session, code, family.
    ///
    /// - Parameters:
    ///   - family: Of the client, user and session of the code, which the caller has read, and compared with client,
    ///     redirect URI and PKCE verifier: a wrong request must not burn a code.
    ///   - event: Recorded when a family begins; a second use records its own, from the same request.
    package func redeem(
        _ hash: TokenHash, _ family: NewFamily, at now: Milliseconds, _ event: Event
    ) throws(StorageError) -> CodeRedemption {
        if try run(.takeForNewFamily(family.session)), try run(.use(hash, for: family, at: now)) {
            try run(.insert(family))
            try run(.record(event))
            guard let begun = try run(.family(family.id)) else {
                throw .conflict(reason: "a family vanished within its transaction")
            }
            return .begun(begun)
        }
        guard let code = try run(.authorizationCode(hash)), let first = code.family,
            code.issued.client == family.client
        else { return .over }
        if try run(.endFamily(first, .codeReplayed, at: now)) {
            try run(
                .record(
                    Event(
                        at: now, type: .codeReplayed, user: code.issued.user, client: code.issued.client,
                        session: code.issued.session, family: first, holder: event.holder,
                        requestID: event.requestID)))
        }
        return .used
    }
}
