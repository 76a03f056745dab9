package import OAuth
package import Storage
import Synchronization

/// Whether the deployment still has the issuer that this process was started with.
///
/// Another node may have changed it (`--change-issuer`). From then on every token that this process would take or make
/// belongs to an issuer that is no more.
package final class IssuerStanding: Sendable {
    private let issuer: Issuer
    private let successor = Mutex<String?>(nil)

    package init(_ issuer: Issuer) { self.issuer = issuer }

    package var isCurrent: Bool { successor.withLock { $0 == nil } }

    /// Once lost it stays lost: nobody knows which tokens were made meanwhile.
    package func compare(with deployment: Deployment) {
        guard deployment.issuer != issuer.text else { return }
        successor.withLock { $0 = deployment.issuer }
    }

    /// - Throws: `temporarily_unavailable`: another node answers.
    package func check() throws(OAuthError) {
        guard !isCurrent else { return }
        throw .temporarilyUnavailable(
            reason: "the deployment has another issuer now", retryAfter: Limits.storageRetrySeconds)
    }

    /// - Throws: One sentence for the operator.
    package func mustBeCurrent() throws(InvalidValue) {
        guard let successor = successor.withLock({ $0 }) else { return }
        throw InvalidValue(
            "issuer",
            "the deployment's was changed to \(successor) while this server ran for \(issuer): start it with that one")
    }
}
