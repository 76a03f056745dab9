import OAuth
import Secrets
import Storage
import TykvaServer

extension Workplace {
    /// What a new password is held against: the same as at the server's pages.
    func passwordRules() async throws -> PasswordRules {
        let deployment = try await database.read { tx throws(StorageError) in try tx.run(.deployment) }
        // Before the first start there is no deployment: then it is who would be served.
        let issuer = try deployment.map { try Issuer($0.issuer) } ?? settings.servedIssuer
        return PasswordRules(
            settings.passwords, issuer: issuer, branding: settings.branding,
            addresses: AddressRules(issuer: issuer, allowsPrivate: settings.allowsPrivateAddresses),
            tell: Console.complain)
    }
}
