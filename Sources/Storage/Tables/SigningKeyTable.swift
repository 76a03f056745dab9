package import OAuth

/// A signing key's row: its life, its public half, and its private half sealed.
package struct SigningKeyRow: Hashable, Sendable {
    package let id: KeyID
    package let algorithm: SigningAlgorithm
    package let publicJWK: String
    /// Empty when it was deleted.
    package let sealedPrivate: [UInt8]
    package let life: KeyLife
    /// When an operator asked that the next rotation comes before its time.
    package let rotationAskedAt: Milliseconds?

    package init(
        id: KeyID, algorithm: SigningAlgorithm, publicJWK: String, sealedPrivate: [UInt8], life: KeyLife,
        rotationAskedAt: Milliseconds? = nil
    ) {
        self.id = id
        self.algorithm = algorithm
        self.publicJWK = publicJWK
        self.sealedPrivate = sealedPrivate
        self.life = life
        self.rotationAskedAt = rotationAskedAt
    }

    init(_ row: Row) throws(StorageError) {
        guard let algorithm = SigningAlgorithm(rawValue: try row.text("algorithm")) else {
            throw .corrupt(reason: "column algorithm holds an unknown signature algorithm")
        }
        id = try row.identifier("id")
        self.algorithm = algorithm
        publicJWK = try row.text("public_jwk")
        sealedPrivate = try row.bytes("sealed_private")
        life = KeyLife(
            publishedAt: try row.instant("published_at"), activeAt: try row.optionalInstant("active_at"),
            retiringAt: try row.optionalInstant("retiring_at"), goneAt: try row.optionalInstant("gone_at"),
            revokedAt: try row.optionalInstant("revoked_at"))
        rotationAskedAt = try row.optionalInstant("rotation_asked_at")
    }

    /// The number of the master secret that its private half is sealed under: the second byte of a sealed box.
    var sealedUnder: UInt8? { sealedPrivate.dropFirst().first }

    /// What a plan looks at.
    package var planned: PlannedKey {
        PlannedKey(
            id: id, algorithm: algorithm, life: life, rotationAskedAt: rotationAskedAt, isErased: sealedPrivate.isEmpty)
    }
}

extension Statement where Answer == [SigningKeyRow] {
    /// Every key, in the order in which they were published.
    package static var signingKeys: Self {
        Self(
            """
            SELECT id, algorithm, public_jwk, sealed_private, published_at, active_at, retiring_at, gone_at,
                   rotation_asked_at, revoked_at
            FROM signing_key ORDER BY published_at, id
            """
        ) { rows throws(StorageError) in try rows.map { row throws(StorageError) in try SigningKeyRow(row) } }
    }
}

extension Statement where Answer == Void {
    package static func add(_ key: SigningKeyRow) -> Self {
        Self(
            """
            INSERT INTO signing_key (
                id, algorithm, public_jwk, sealed_private, published_at, active_at, retiring_at, gone_at)
            VALUES (\(key.id), \(key.algorithm.rawValue), \(key.publicJWK), \(key.sealedPrivate),
                    \(key.life.publishedAt), \(key.life.activeAt), \(key.life.retiringAt), \(key.life.goneAt))
            """)
    }
}

/// Each is true for exactly one of any number of callers.
extension Statement where Answer == Bool {
    /// A key that signs signs no more, and leaves the key set later.
    package static func retire(_ key: KeyID, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE signing_key
            SET retiring_at = \(now), gone_at = \(now + KeyTimes.retirement), rotation_asked_at = NULL
            WHERE id = \(key) AND active_at IS NOT NULL AND retiring_at IS NULL AND gone_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// A published key signs.
    package static func activate(_ key: KeyID, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE signing_key SET active_at = \(now)
            WHERE id = \(key) AND active_at IS NULL AND gone_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// A published key leaves the key set without ever having signed.
    package static func withdraw(_ key: KeyID, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE signing_key SET gone_at = \(now)
            WHERE id = \(key) AND active_at IS NULL AND gone_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// A key of any state is out of the key set at once, and its private half is deleted.
    package static func revoke(_ key: KeyID, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE signing_key
            SET revoked_at = \(now), gone_at = \(now), rotation_asked_at = NULL, sealed_private = \([UInt8]())
            WHERE id = \(key) AND revoked_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// The successor takes over as soon as it has been public for long enough.
    package static func askRotation(of key: KeyID, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE signing_key
            SET rotation_asked_at = CASE WHEN rotation_asked_at < \(now) THEN rotation_asked_at ELSE \(now) END
            WHERE id = \(key) AND active_at IS NOT NULL AND retiring_at IS NULL AND gone_at IS NULL
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// What lies ahead counts from now.
    package static func redate(_ key: KeyID, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE signing_key
            SET published_at = CASE WHEN published_at > \(now) THEN \(now) ELSE published_at END,
                active_at = CASE WHEN active_at > \(now) THEN \(now) ELSE active_at END,
                gone_at = CASE WHEN retiring_at > \(now) THEN \(now + KeyTimes.retirement) ELSE gone_at END,
                retiring_at = CASE WHEN retiring_at > \(now) THEN \(now) ELSE retiring_at END,
                rotation_asked_at = CASE WHEN rotation_asked_at > \(now) THEN \(now) ELSE rotation_asked_at END
            WHERE id = \(key) AND revoked_at IS NULL
                AND (published_at > \(now) OR active_at > \(now) OR retiring_at > \(now)
                    OR rotation_asked_at > \(now))
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }

    /// Deletes the private half of a key that has left the key set.
    package static func erase(_ key: KeyID, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE signing_key SET sealed_private = \([UInt8]())
            WHERE id = \(key) AND (gone_at <= \(now) OR (gone_at IS NOT NULL AND retiring_at IS NULL))
                AND sealed_private <> \([UInt8]())
            RETURNING id
            """
        ) { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == Int {
    /// Forgets keys that left the key set before an instant, at most 500.
    ///
    /// - Returns: How many.
    package static func removeKeys(goneBefore: Milliseconds) -> Self {
        Self(
            """
            DELETE FROM signing_key
            WHERE id IN (SELECT id FROM signing_key WHERE gone_at < \(goneBefore) ORDER BY gone_at, id LIMIT 500)
            RETURNING id
            """
        ) { rows in rows.count }
    }
}
