package import OAuth
package import Secrets
import Storage

extension PasswordRules {
    /// The rules of a deployment.
    ///
    /// - Parameters:
    ///   - issuer: Nil when it is not known yet.
    ///   - addresses: Where leaked passwords may be asked for.
    ///   - patience: How long anything but the answer about them is waited for.
    ///   - tell: Tells the operator what cannot be checked, now or later.
    package init(
        _ settings: ServerConfiguration.Passwords, issuer: Issuer?, branding: Branding, addresses: AddressRules,
        patience: OutgoingPatience = OutgoingPatience(), tell: @escaping @Sendable (String) -> Void
    ) {
        if let remark = settings.common.remark { tell(remark) }
        self.init(
            minimum: settings.minimum, common: settings.common,
            serviceNames: [issuer?.host, branding.name].compactMap(\.self),
            leaked: settings.leaked.map {
                LeakedPasswordRanges(
                    $0, OutgoingRequests(addresses, patience: patience), seconds: settings.leakedSeconds, tell: tell)
            })
    }

    /// Takes a user's new password, or throws the `PasswordError` that says what is wrong with it.
    ///
    /// - Throws: `StorageError` too.
    func accept(_ text: String, of user: UserID, in database: any Database) async throws -> Password {
        let facts = try await database.read { tx throws(StorageError) in try tx.facts(of: user) }
        // Who is gone has no names, and will have no password either.
        return try await accept(
            text,
            for: PasswordOwner(
                userName: facts?.name ?? "", email: facts?.email, displayName: facts?.displayName))
    }
}
