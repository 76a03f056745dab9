package import OAuth
package import Secrets
package import Storage

/// Holds the master secrets of a node against those that its deployment knows, so that no two nodes differ.
package struct MasterSecretCheck: Sendable {
    private let secrets: MasterSecrets

    package init(_ secrets: MasterSecrets) {
        self.secrets = secrets
    }

    /// Compares every number that is registered, and changes nothing.
    ///
    /// - Throws: `MasterSecretRefusal`; `StorageError`.
    package func compare(with database: any Database) async throws {
        try compare(with: try await database.read { tx throws(StorageError) in try tx.run(.masterSecrets) })
    }

    /// Compares; a deployment that knows no master secret yet gets all that are here, and the lowest is its active one.
    ///
    /// Of those that come later none is registered by a start: whoever lacks one that is registered is not ready, so it
    /// is the operator who says when (`tykva secret add`).
    ///
    /// - Returns: The secrets with the one active that the deployment uses.
    /// - Throws: `MasterSecretRefusal`; `StorageError`.
    package func register(in database: any Database, at now: Milliseconds) async throws -> MasterSecrets {
        var known = try await database.read { tx throws(StorageError) in try tx.run(.knownMasterSecrets) }
        if known.isEmpty {
            known = try await database.administer { [secrets] tx throws(StorageError) in
                // Another node may have been faster, perhaps with another secret.
                let there = try tx.run(.knownMasterSecrets)
                guard there.isEmpty else { return there }
                for secret in secrets.registered {
                    try tx.run(.register(secret, isActive: secret.number == secrets.numbers.first, at: now))
                }
                return try tx.run(.knownMasterSecrets)
            }
        }
        return try confirmed(by: known)
    }

    /// Compares, and registers nothing.
    ///
    /// - Returns: The secrets with the one active that the deployment uses.
    /// - Throws: `MasterSecretRefusal`; `StorageError`; when the deployment has none yet.
    package func confirmed(by database: any Database) async throws -> MasterSecrets {
        try confirmed(by: try await database.read { tx throws(StorageError) in try tx.run(.knownMasterSecrets) })
    }

    private func confirmed(by known: [KnownMasterSecret]) throws -> MasterSecrets {
        try compare(with: known.map(\.secret))
        guard let active = known.activeNumber else {
            throw StorageError.corrupt(reason: "table master_secret is empty")
        }
        return try secrets.activating(active)
    }

    private func compare(with registered: [RegisteredMasterSecret]) throws(MasterSecretRefusal) {
        for known in registered {
            if let value = secrets.checkValue(known.number) {
                guard !ConstantTime.equal(value, known.checkValue) else { continue }
                let there = registered.first { ConstantTime.equal(value, $0.checkValue) }
                throw there.map { .renumbered(known.number, there: $0.number) } ?? .different(known.number)
            }
            let here = secrets.numbers.first { number in
                secrets.checkValue(number).map { ConstantTime.equal($0, known.checkValue) } ?? false
            }
            throw here.map { .renumbered($0, there: known.number) } ?? .missing(known.number)
        }
    }
}

extension MasterSecrets {
    /// Every number with what its secret is known by.
    package var registered: [RegisteredMasterSecret] {
        numbers.compactMap { number in
            checkValue(number).map { RegisteredMasterSecret(number: number, checkValue: $0) }
        }
    }

    /// Nil when the number is not here.
    package func registered(_ number: UInt8) -> RegisteredMasterSecret? {
        checkValue(number).map { RegisteredMasterSecret(number: number, checkValue: $0) }
    }
}
