package import OAuth
package import Secrets
package import Storage
import StrictFormats

/// A database that belongs to this issuer, opens with these master secrets, and holds signing keys.
///
/// Having one is proof that a start may go on: nothing is written when anything is wrong.
package struct OpenedDeployment: Sendable {
    package let database: any Database
    /// The active one is the deployment's.
    package let secrets: MasterSecrets
    package let deployment: Deployment

    /// What the start is allowed to do.
    package struct Terms: Sendable {
        package var issuer: Issuer
        package var isDev: Bool
        package var mayChangeIssuer: Bool

        package init(issuer: Issuer, isDev: Bool, mayChangeIssuer: Bool = false) {
            self.issuer = issuer
            self.isDev = isDev
            self.mayChangeIssuer = mayChangeIssuer
        }
    }

    /// - Parameter database: Migrated already.
    /// - Throws: `MasterSecretRefusal`; `InvalidValue` with one sentence when issuer or kind of data do not fit;
    ///   `StorageError`.
    package init(
        _ database: any Database, secrets: MasterSecrets, terms: Terms, keyTimes times: KeyTimes = .standard,
        at now: Milliseconds
    ) async throws {
        self.database = database
        try await database.refuseUnfinishedMove()
        let secrets = try await MasterSecretCheck(secrets).register(in: database, at: now)
        self.secrets = secrets
        deployment = try await Self.openDeployment(database, terms, at: now)
        try await Self.completeKeys(database, secrets, times, at: now)
    }

    private static func openDeployment(
        _ database: any Database, _ terms: Terms, at now: Milliseconds
    ) async throws -> Deployment {
        let found = try await database.read { tx throws(StorageError) in try tx.run(.deployment) }
        guard let found else {
            return try check(try await makeDeployment(database, terms, at: now), terms)
        }
        guard found.issuer != terms.issuer.text else { return try check(found, terms) }
        _ = try checkKind(found, terms)
        guard terms.mayChangeIssuer || found.devAt != nil else {
            throw InvalidValue(
                "issuer",
                "this database belongs to \(found.issuer); every client and verifier knows that name, and changing it "
                    + "to \(terms.issuer) signs everybody out (--change-issuer does it)")
        }
        let names = JSONObject([("from", .string(found.issuer)), ("to", .string(terms.issuer.text))])
        let event = Event(at: now, type: .issuerChanged, detail: JSONValue.object(names).encodedString)
        let changed = try await database.administer { tx throws(StorageError) -> Deployment? in
            try tx.run(.changeIssuer(to: terms.issuer))
            try tx.run(.record(event))
            return try tx.run(.deployment)
        }
        guard let changed else { throw StorageError.corrupt(reason: "table deployment has no row") }
        try await endEverything(database, at: now)
        return changed
    }

    /// The row of the first start: this one's, or another process's that was faster.
    private static func makeDeployment(
        _ database: any Database, _ terms: Terms, at now: Milliseconds
    ) async throws -> Deployment {
        let made = try await database.administer { tx throws(StorageError) -> Deployment? in
            if let there = try tx.run(.deployment) { return there }
            if terms.isDev, try tx.run(.hasPeople) { return nil }
            return try tx.run(.makeDeployment(issuer: terms.issuer, isDev: terms.isDev, at: now))
        }
        guard let made else {
            throw InvalidValue(
                "data", "it has users or clients of an operator's; --dev adds a demo user and would open it")
        }
        return made
    }

    /// The refresh keys depend on the issuer, so every session is over: it is noted as such, in small steps.
    ///
    /// When it is broken off, what is left looks alive and is not: no token of it opens any more.
    private static func endEverything(_ database: any Database, at now: Milliseconds) async throws(StorageError) {
        var session = ""
        while true {
            let ended = try await database.once(.endSessions(after: session, .issuerChanged, at: now))
            guard let last = ended.map(\.text).max() else { break }
            session = last
        }
        var family: [UInt8] = []
        while true {
            let ended = try await database.once(.endFamilies(after: family, .issuerChanged, at: now))
            guard let last = ended.map(\.bytes).max(by: { $0.lexicographicallyPrecedes($1) }) else { break }
            family = last
        }
    }

    private static func check(_ deployment: Deployment, _ terms: Terms) throws -> Deployment {
        guard deployment.issuer == terms.issuer.text else {
            throw InvalidValue("issuer", "another process has just made this database for \(deployment.issuer)")
        }
        return try checkKind(deployment, terms)
    }

    private static func checkKind(_ deployment: Deployment, _ terms: Terms) throws -> Deployment {
        switch (deployment.devAt != nil, terms.isDev) {
        case (true, false):
            throw InvalidValue(
                "data", "it was made with --dev, with a demo user whose password is public; begin with another folder")
        case (false, true):
            throw InvalidValue(
                "data", "it is not a --dev folder; --dev adds a demo user and would open it to strangers")
        default: return deployment
        }
    }

    /// One key that signs and one successor that is published, at the first start and for a deployment that had none.
    private static func completeKeys(
        _ database: any Database, _ secrets: MasterSecrets, _ times: KeyTimes, at now: Milliseconds
    ) async throws {
        let keys = try await database.once(.signingKeys)
        switch KeyPlan(keys.map(\.planned), times, at: now).due {
        case .begin: _ = try await KeyRotation.carryOut(.begin, database, secrets, times, at: now)
        case .publish(let algorithm):
            _ = try await KeyRotation.carryOut(.publish(algorithm), database, secrets, times, at: now)
        default: break
        }
    }
}
