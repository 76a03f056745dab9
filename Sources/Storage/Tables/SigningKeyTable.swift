package import OAuth

/// A signing key's row: its life, its public half, and its private half sealed.
package struct SigningKeyRow: Hashable, Sendable {
    package let id: KeyID
    package let algorithm: SigningAlgorithm
    package let publicJWK: String
    package let sealedPrivate: [UInt8]
    package let life: KeyLife

    package init(id: KeyID, algorithm: SigningAlgorithm, publicJWK: String, sealedPrivate: [UInt8], life: KeyLife) {
        self.id = id
        self.algorithm = algorithm
        self.publicJWK = publicJWK
        self.sealedPrivate = sealedPrivate
        self.life = life
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
            retiringAt: try row.optionalInstant("retiring_at"), goneAt: try row.optionalInstant("gone_at"))
    }
}

extension Statement where Answer == [SigningKeyRow] {
    package static var signingKeys: Self {
        Self(
            """
            SELECT id, algorithm, public_jwk, sealed_private, published_at, active_at, retiring_at, gone_at
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
