package import OAuth

/// Changes of the signing keys. Each leaves one key that signs and one successor that is published; all run in
/// `Database.administer`, one at a time in the whole deployment.
extension Transaction {
    /// Carries out a change that is due, unless somebody else has done so meanwhile.
    ///
    /// - Parameter new: The keys that the change publishes, as many as `KeyChange.newKeys` tells.
    /// - Returns: False when it is not due any more; nothing is written then.
    package func carryOut(_ change: KeyChange, new: [SigningKeyRow], _ times: KeyTimes, at now: Milliseconds)
        throws(StorageError) -> Bool
    {
        guard KeyPlan(try run(.signingKeys).map(\.planned), times, at: now).due == change else { return false }
        switch change {
        case .begin, .publish:
            for key in new { try publish(key, at: now) }
        case .promote(let successor, let old, _):
            try promote(successor, over: old, at: now)
            for key in new { try publish(key, at: now) }
        case .redate(let key):
            guard try run(.redate(key, at: now)) else { return false }
            try record(.keyRedated, key, at: now)
        case .erase(let key):
            guard try run(.erase(key, at: now)) else { return false }
            try record(.keyErased, key, at: now)
        }
        return true
    }

    /// The successor signs from now on; the other, when there is one, retires.
    package func promote(_ successor: KeyID, over old: KeyID?, at now: Milliseconds) throws(StorageError) {
        if let old {
            guard try run(.retire(old, at: now)) else { throw .conflict(reason: "the signing key was changed") }
            try record(.keyRetired, old, at: now)
        }
        guard try run(.activate(successor, at: now)) else { throw .conflict(reason: "the signing key was changed") }
        try record(.keyActivated, successor, at: now)
    }

    /// Puts another successor in the place of the one that is there.
    package func replaceSuccessor(_ old: KeyID?, by new: SigningKeyRow, at now: Milliseconds) throws(StorageError) {
        if let old {
            guard try run(.withdraw(old, at: now)) else { throw .conflict(reason: "the successor was changed") }
            try record(.keyWithdrawn, old, at: now)
        }
        try publish(new, at: now)
    }

    /// Adds a key to the key set.
    ///
    /// - Throws: `conflict` when its private half is not sealed under the active master secret: another was activated
    ///   meanwhile, and the one before may be forgotten before anybody seals this anew.
    package func publish(_ key: SigningKeyRow, at now: Milliseconds) throws(StorageError) {
        let active = try run(.knownMasterSecrets).activeNumber
        guard active == nil || key.sealedUnder == active else {
            throw .conflict(reason: "another master secret was activated meanwhile")
        }
        try run(.add(key))
        try record(.keyAdded, key.id, key.algorithm, at: now)
        if key.life.activeAt != nil { try record(.keyActivated, key.id, at: now) }
    }

    package func record(
        _ type: EventType, _ key: KeyID, _ algorithm: SigningAlgorithm? = nil, at now: Milliseconds
    ) throws(StorageError) {
        // Neither holds a character that JSON escapes.
        let named = algorithm.map { #","algorithm":"\#($0.rawValue)""# } ?? ""
        try run(.record(Event(at: now, type: type, detail: #"{"kid":"\#(key.text)"\#(named)}"#)))
    }
}
