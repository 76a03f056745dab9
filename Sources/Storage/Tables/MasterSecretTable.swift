package import OAuth

/// A number and what its master secret is known by.
package struct RegisteredMasterSecret: Hashable, Sendable {
    package let number: UInt8
    package let checkValue: [UInt8]

    package init(number: UInt8, checkValue: [UInt8]) {
        self.number = number
        self.checkValue = checkValue
    }

    init(_ row: Row) throws(StorageError) {
        self.init(number: try row.narrow("number"), checkValue: try row.bytes("check_value"))
    }
}

/// A master secret that the deployment knows, with its life so far.
package struct KnownMasterSecret: Hashable, Sendable {
    package let secret: RegisteredMasterSecret
    package let registeredAt: Milliseconds
    /// When it became the active one last; nil when it never was.
    package let activatedAt: Milliseconds?
    /// When another took its place; nil for the active one.
    package let retiredAt: Milliseconds?

    package var number: UInt8 { secret.number }

    init(_ row: Row) throws(StorageError) {
        secret = try RegisteredMasterSecret(row)
        registeredAt = try row.instant("registered_at")
        activatedAt = try row.optionalInstant("activated_at")
        retiredAt = try row.optionalInstant("retired_at")
    }
}

extension [KnownMasterSecret] {
    /// The number that makes what is new: the last one that was activated, or else the lowest.
    package var activeNumber: UInt8? {
        let activated = filter { $0.activatedAt != nil && $0.retiredAt == nil }
        let latest = activated.max { ($0.activatedAt ?? $0.registeredAt) < ($1.activatedAt ?? $1.registeredAt) }
        return (latest ?? self.min { $0.number < $1.number })?.number
    }

    package subscript(number number: UInt8) -> KnownMasterSecret? { first { $0.number == number } }

    package func standing(of number: UInt8) -> SecretStanding {
        guard let active = activeNumber, let secret = self[number: number] else { return .unknown }
        if number == active { return .active }
        return secret.retiredAt.map { .replaced(at: $0) } ?? .waiting
    }
}

extension Statement where Answer == [RegisteredMasterSecret] {
    /// Of a database of any version.
    package static var masterSecrets: Self {
        Self("SELECT number, check_value FROM master_secret ORDER BY number") { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in try RegisteredMasterSecret(row) }
        }
    }
}

extension Statement where Answer == [KnownMasterSecret] {
    package static var knownMasterSecrets: Self {
        Self(
            """
            SELECT number, check_value, registered_at, activated_at, retired_at FROM master_secret ORDER BY number
            """
        ) { rows throws(StorageError) in
            try rows.map { row throws(StorageError) in try KnownMasterSecret(row) }
        }
    }
}

extension Statement where Answer == Void {
    /// Does nothing when there is a secret of that number already, the same or another: whoever registers reads again.
    ///
    /// - Parameter isActive: Whether it is the one of a new deployment.
    package static func register(
        _ secret: RegisteredMasterSecret, isActive: Bool = false, at now: Milliseconds
    ) -> Self {
        Self(
            """
            INSERT INTO master_secret (number, check_value, registered_at, activated_at)
            VALUES (\(Int64(secret.number)), \(secret.checkValue), \(now), \(isActive ? now : nil))
            ON CONFLICT (number) DO NOTHING
            """)
    }

    package static func activateSecret(_ number: UInt8, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE master_secret SET activated_at = \(now), retired_at = NULL WHERE number = \(Int64(number))
            """)
    }

    /// The active one is no longer the one that makes what is new.
    package static func retireSecret(_ number: UInt8, at now: Milliseconds) -> Self {
        Self(
            """
            UPDATE master_secret SET activated_at = COALESCE(activated_at, registered_at), retired_at = \(now)
            WHERE number = \(Int64(number))
            """)
    }

    package static func removeSecret(_ number: UInt8) -> Self {
        Self("DELETE FROM master_secret WHERE number = \(Int64(number))")
    }
}
