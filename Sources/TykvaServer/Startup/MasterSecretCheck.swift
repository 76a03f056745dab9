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

    /// Compares, and registers nothing.
    ///
    /// - Returns: The secrets with the one active that the deployment uses.
    /// - Throws: `MasterSecretRefusal`; `StorageError`; when the deployment has none yet.
    package func confirmed(by database: any Database) async throws -> MasterSecrets {
        let registered = try await database.read { tx throws(StorageError) in try tx.run(.masterSecrets) }
        try compare(with: registered)
        guard let lowest = registered.first else { throw StorageError.corrupt(reason: "table master_secret is empty") }
        return try secrets.activating(lowest.number)
    }

    /// Compares, and registers the numbers that are new: the first node that has one decides what it is.
    ///
    /// - Returns: The secrets with the one active that the deployment uses: the lowest number that is registered. A
    ///   higher one is known everywhere before it is used, so it does not become active by being there.
    /// - Throws: `MasterSecretRefusal`; `StorageError`.
    package func register(in database: any Database, at now: Milliseconds) async throws -> MasterSecrets {
        var registered = try await database.read { tx throws(StorageError) in try tx.run(.masterSecrets) }
        try compare(with: registered)
        let new = unknown(to: registered)
        if !new.isEmpty {
            registered = try await database.administer { tx throws(StorageError) in
                for secret in new { try tx.run(.register(secret, at: now)) }
                return try tx.run(.masterSecrets)
            }
            // Another node may have been faster, with another secret.
            try compare(with: registered)
        }
        guard let lowest = registered.first else { throw StorageError.corrupt(reason: "table master_secret is empty") }
        return try secrets.activating(lowest.number)
    }

    /// What is to be registered: nothing below the lowest number that is, which would become the active one.
    private func unknown(to registered: [RegisteredMasterSecret]) -> [RegisteredMasterSecret] {
        let lowest = registered.first?.number ?? 0
        let known = Set(registered.map(\.number))
        return secrets.numbers.filter { $0 > lowest && !known.contains($0) }.compactMap { number in
            secrets.checkValue(number).map { RegisteredMasterSecret(number: number, checkValue: $0) }
        }
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
