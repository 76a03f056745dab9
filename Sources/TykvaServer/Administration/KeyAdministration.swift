package import OAuth
package import Secrets
package import Storage

/// What operators do with the signing keys, while servers run or not; every change records its events in its own
/// transaction.
package struct KeyAdministration: Sendable {
    /// How often a change is tried that another one came in between of.
    private static let rounds = 4

    private let database: any Database
    private let secrets: MasterSecrets
    private let times: KeyTimes

    package init(_ database: any Database, secrets: MasterSecrets, times: KeyTimes) {
        self.database = database
        self.secrets = secrets
        self.times = times
    }

    /// A rotation that was carried out, or waits until verifiers know the key.
    package struct Rotation: Hashable, Sendable {
        package let old: KeyID
        package let new: KeyID
        package let algorithm: SigningAlgorithm
        /// When the new key signs.
        package let at: Milliseconds
        package let isDone: Bool
        /// Until when a verifier that keeps to `max-age` may not know the new key; nil when all do.
        package let unknownUntil: Milliseconds?
    }

    /// The successor takes over.
    ///
    /// - Parameters:
    ///   - algorithm: What it must sign with: another successor is published when it does not. Nil: whatever it does.
    ///   - isImmediate: At once; otherwise when it has been public for as long as the settings say.
    /// - Throws: `InvalidValue` when the successor is damaged, and stays the successor.
    package func rotate(
        to algorithm: SigningAlgorithm?, isImmediate: Bool, at now: Milliseconds
    ) async throws -> Rotation {
        var meant: (active: KeyID, successor: KeyID)?
        return try await change(at: now) { active, successor, opens in
            // Somebody was faster: this would rotate once more, or to a key that nobody knows yet.
            if let meant, meant != (active.id, successor.id) {
                throw InvalidValue(
                    "signing key",
                    "somebody else has changed the keys meanwhile: \(active.id) signs, and \(successor.id) is next; "
                        + "look whether that is what you want, and give the command again if not")
            }
            meant = (active.id, successor.id)
            let wanted = algorithm ?? successor.algorithm
            let replacement = wanted == successor.algorithm ? nil : try make(wanted, at: now)
            guard replacement != nil || opens else {
                throw InvalidValue(
                    "signing key \(successor.id)",
                    "the successor is damaged; `tykva key revoke \(successor.id)` puts another one in its place")
            }
            let new = replacement?.id ?? successor.id
            let publishedAt = replacement == nil ? successor.life.publishedAt : now
            let ready = max(now, publishedAt + times.publication)
            let isDone = isImmediate || ready <= now
            let next = isDone ? try make(wanted, at: now + .milliseconds(1)) : nil
            let rotation = Rotation(
                old: active.id, new: new, algorithm: wanted, at: isDone ? now : ready, isDone: isDone,
                unknownUntil: isDone ? Self.unknownUntil(publishedAt, at: now) : nil)
            return (
                rotation,
                { tx throws(StorageError) in
                    if let replacement { try tx.replaceSuccessor(successor.id, by: replacement, at: now) }
                    if let next {
                        try tx.promote(new, over: active.id, at: now)
                        try tx.publish(next, at: now)
                    } else if try tx.run(.askRotation(of: active.id, at: now)) {
                        try tx.record(.keyRotationAsked, active.id, at: now)
                    }
                }
            )
        }
    }

    /// What a revocation has led to.
    package struct Revocation: Hashable, Sendable {
        package let key: KeyID
        package let was: KeyState
        /// When it began to sign; nil when it never did.
        package let signedSince: Milliseconds?
        /// The key that signs now.
        package let active: KeyID
        /// What it signs with, where that is another algorithm than before.
        package let newAlgorithm: SigningAlgorithm?
        /// The successor that was published in the place of the one that is gone or signs now; nil when it stays.
        package let successor: KeyID?
        /// Until when a verifier that keeps to `max-age` may believe the revoked key, and may not know the new one.
        package let believedUntil: Milliseconds
        package let unknownUntil: Milliseconds?
    }

    /// Takes a key out of the key set at once, whatever it is; the successor takes over where it was the one that
    /// signs, or a new key where the successor is damaged.
    ///
    /// - Throws: `InvalidValue` when there is none of this id, or it was revoked before.
    package func revoke(_ id: KeyID, at now: Milliseconds) async throws -> Revocation {
        let rows = try await database.once(.signingKeys)
        guard let key = rows.first(where: { $0.id == id }) else {
            throw InvalidValue("signing key \(id)", "there is none of this id")
        }
        guard key.life.revokedAt == nil else { throw InvalidValue("signing key \(id)", "it is revoked already") }
        let was = key.life.state(at: now)
        return try await change(at: now) { active, successor, opens in
            let isActive = active.id == id
            let isInUse = isActive || successor.id == id
            let next = isInUse ? try make(successor.algorithm, at: now + .milliseconds(1)) : nil
            let replacement = isActive && !opens ? try make(successor.algorithm, at: now) : nil
            let promoted = isActive ? replacement?.id ?? successor.id : nil
            let publishedAt = replacement?.life.publishedAt ?? successor.life.publishedAt
            let revocation = Revocation(
                key: id, was: was, signedSince: key.life.activeAt, active: promoted ?? active.id,
                newAlgorithm: isActive && successor.algorithm != active.algorithm ? successor.algorithm : nil,
                successor: next?.id, believedUntil: now + KeyTimes.disbelief,
                unknownUntil: isActive ? Self.unknownUntil(publishedAt, at: now) : nil)
            return (
                revocation,
                { tx throws(StorageError) in
                    guard try tx.run(.revoke(id, at: now)) else { throw .conflict(reason: "the key was changed") }
                    try tx.record(.keyRevoked, id, at: now)
                    if let replacement { try tx.replaceSuccessor(successor.id, by: replacement, at: now) }
                    if let promoted { try tx.promote(promoted, over: nil, at: now) }
                    if let next { try tx.publish(next, at: now) }
                }
            )
        }
    }

    /// An outside key that is the successor.
    package struct Adoption: Hashable, Sendable {
        package let key: KeyID
        /// The successor before it, which never signed.
        package let replaced: KeyID
        /// What signs until then.
        package let activeAlgorithm: SigningAlgorithm
        /// When it signs, if nobody changes it before.
        package let at: Milliseconds?
    }

    /// Publishes an outside key as the successor, in the place of the one that is there.
    ///
    /// - Throws: `InvalidValue` when it was there before, or is too weak for verifiers.
    package func adopt(_ key: OutsideKey, at now: Milliseconds) async throws -> Adoption {
        let row = try SigningKey.row(key.material, life: KeyLife(publishedAt: now), secrets: secrets)
        try await check(row)
        guard try await !database.once(.signingKeys).contains(where: { $0.id == row.id }) else {
            throw InvalidValue("key", "it is here already, or was, as \(row.id); a key is not used twice")
        }
        return try await change(at: now) { active, successor, _ in
            let adoption = Adoption(
                key: row.id, replaced: successor.id, activeAlgorithm: active.algorithm,
                at: KeyPlan([active, row.planned], times, at: now).rotationAt)
            return (adoption, { tx throws(StorageError) in try tx.replaceSuccessor(successor.id, by: row, at: now) })
        }
    }

    /// What it signs, verifiers must be able to check with what they get.
    private func check(_ row: SigningKeyRow) async throws {
        let probe = try await SigningKey(row, secrets: secrets).sign(.accessToken, Array("{}".utf8))
        guard let token = try? PublicKey(row).isSigner(of: probe), token else {
            throw InvalidValue("key", "verifiers would not take what it signs: it is weak, broken or of an odd form")
        }
    }

    /// When every verifier that keeps to `max-age` knows a key; nil when that is past.
    private static func unknownUntil(_ publishedAt: Milliseconds, at now: Milliseconds) -> Milliseconds? {
        let known = publishedAt + KeyTimes.leastPublication
        return known > now ? known : nil
    }

    private func opens(_ id: KeyID, in rows: [SigningKeyRow]) async -> Bool {
        guard let row = rows.first(where: { $0.id == id }) else { return false }
        return (try? await check(row)) != nil
    }

    private func make(_ algorithm: SigningAlgorithm, at now: Milliseconds) throws -> SigningKeyRow {
        try SigningKey.make(algorithm, life: KeyLife(publishedAt: now), secrets: secrets)
    }

    /// Makes what is missing, looks at the keys, prepares a change outside of any transaction (an RSA key takes a
    /// while), and writes it when they are still what they were.
    ///
    /// - Parameter prepare: Is told whether the successor could sign, and verifiers check it: both halves are whole.
    private func change<Outcome: Sendable>(
        at now: Milliseconds,
        _ prepare: (_ active: PlannedKey, _ successor: PlannedKey, _ opens: Bool) throws -> (
            Outcome, @Sendable (any Transaction) throws(StorageError) -> Void
        )
    ) async throws -> Outcome {
        for _ in 0..<Self.rounds {
            let rows = try await database.once(.signingKeys)
            let plan = KeyPlan(rows.map(\.planned), times, at: now)
            guard let active = plan.active, let successor = plan.successor else {
                guard let missing = plan.due else { break }
                _ = try await KeyRotation.carryOut(missing, database, secrets, times, at: now)
                continue
            }
            let (outcome, write) = try prepare(active, successor, await opens(successor.id, in: rows))
            let isWritten = try await database.administer { [times] tx throws(StorageError) in
                let plan = KeyPlan(try tx.run(.signingKeys).map(\.planned), times, at: now)
                guard plan.active?.id == active.id, plan.successor?.id == successor.id else { return false }
                try write(tx)
                return true
            }
            if isWritten { return outcome }
        }
        throw InvalidValue("signing keys", "somebody else changes them; look at `tykva key list` and try again")
    }
}
