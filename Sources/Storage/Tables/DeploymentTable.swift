package import OAuth

/// Which deployment a database belongs to.
package struct Deployment: Hashable, Sendable {
    /// As stored: the text of an `Issuer`.
    package let issuer: String
    package let createdAt: Milliseconds
    /// When the data was made with `--dev`; nil for a real deployment.
    package let devAt: Milliseconds?
    package let restoreEpoch: Int64

    init(_ row: Row) throws(StorageError) {
        issuer = try row.text("issuer")
        createdAt = try row.instant("created_at")
        devAt = try row.optionalInstant("dev_at")
        restoreEpoch = try row.integer("restore_epoch")
    }
}

extension Statement where Answer == Deployment? {
    /// The one row; nil before the first start.
    package static var deployment: Self {
        Self("SELECT issuer, created_at, dev_at, restore_epoch FROM deployment WHERE id = 1") {
            rows throws(StorageError) in try rows.first.map { row throws(StorageError) in try Deployment(row) }
        }
    }

    /// Makes the row at the first start; nil when another process was first.
    package static func makeDeployment(issuer: Issuer, isDev: Bool, at now: Milliseconds) -> Self {
        Self(
            """
            INSERT INTO deployment (id, issuer, created_at, dev_at, restore_epoch)
            VALUES (1, \(issuer.text), \(now), \(isDev ? now : nil), 1)
            ON CONFLICT (id) DO NOTHING
            RETURNING issuer, created_at, dev_at, restore_epoch
            """
        ) { rows throws(StorageError) in try rows.first.map { row throws(StorageError) in try Deployment(row) } }
    }
}

extension Transaction {
    /// Refuses to begin anything for an issuer that is no longer the deployment's: no token of it would open any more.
    package func mustBelong(to issuer: Issuer) throws(StorageError) {
        guard try run(.deployment)?.issuer == issuer.text else {
            throw .unavailable(reason: "the deployment has another issuer now")
        }
    }
}

extension Statement where Answer == Bool {
    /// Whether an operator has put something in already: a user or a client.
    package static var hasPeople: Self {
        Self(
            """
            SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM account) OR EXISTS (SELECT 1 FROM client)
            """
        ) { rows in !rows.isEmpty }
    }
}

extension Statement where Answer == Void {
    package static func changeIssuer(to issuer: Issuer) -> Self {
        Self("UPDATE deployment SET issuer = \(issuer.text) WHERE id = 1")
    }
}
