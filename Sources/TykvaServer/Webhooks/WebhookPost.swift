package import OAuth
package import Secrets
package import Storage

/// Posts an event to a webhook's receiver (Standard Webhooks, version 1).
package struct WebhookPost: Sendable {
    /// Those of the moment.
    private let secrets: @Sendable () -> MasterSecrets
    private let open: OutgoingRequests
    private let own: OutgoingRequests

    /// - Parameter issuer: One on loopback itself reaches loopback URLs; nil when not known yet.
    package init(_ secrets: @escaping @Sendable () -> MasterSecrets, issuer: Issuer?) {
        self.secrets = secrets
        open = OutgoingRequests(AddressRules(issuer: issuer, allowsPrivate: false), keepsConnections: true)
        own = OutgoingRequests(AddressRules(issuer: issuer, allowsPrivate: true), keepsConnections: true)
    }

    /// - Parameter now: Of the attempt: receivers refuse an old one.
    /// - Throws: `WebhookGone`; else a reason for the operator's eyes, when it did not answer with 2xx.
    package func send(_ event: Event, to webhook: Webhook, at now: Milliseconds) async throws {
        let body = WebhookBody.json(event)
        let id = event.id.text
        let signatures = try signers(webhook, at: now).map { $0.signature(of: id, at: now.seconds, body: body) }
        let requests = webhook.allowsPrivate ? own : open
        let status = try await requests.post(
            OutgoingURL(webhook.url.text, shows: .origin), body: body,
            headers: [
                ("content-type", "application/json"), ("webhook-id", id), ("webhook-timestamp", "\(now.seconds)"),
                ("webhook-signature", signatures.joined(separator: " ")), ("user-agent", "tykva"),
            ], within: .init(seconds: Limits.webhookSeconds, bytes: 0))
        switch status {
        case 200...299: return
        case 410: throw WebhookGone()
        case 300...499 where status != 408 && status != 429: throw RefusedDelivery(status: status)
        default: throw BusyReceiver(status: status)
        }
    }

    /// The secret, and for a while the one before.
    private func signers(_ webhook: Webhook, at now: Milliseconds) throws -> [WebhookSecret] {
        var sealed = [webhook.sealedSecret]
        if let old = webhook.oldSecret, now < old.until { sealed.append(old.sealed) }
        let secrets = secrets()
        return try sealed.map { bytes in
            try WebhookSecret(opening: SealedBox(bytes: bytes), of: webhook.id.text, with: secrets)
        }
    }
}

/// The receiver is there and cannot take anything at the moment.
struct BusyReceiver: Error, CustomStringConvertible {
    let status: UInt
    var description: String { "it answered \(status)" }
}

/// The receiver says that it is there no more, and wants nothing again (410).
package struct WebhookGone: Error, CustomStringConvertible {
    package var description: String { "it answered 410: it is gone" }
}
