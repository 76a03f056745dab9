package import OAuth
package import Secrets
package import Storage

/// What operators do with webhooks; every change records its event in its own transaction.
///
/// Refusals are `InvalidValue` with one sentence, and nothing is written then; trouble of the store is `StorageError`.
package struct WebhookAdministration: Sendable {
    /// How long the secret before signs beside a new one.
    package static let oldSecretLife = Duration.hours(24)
    private let database: any Database

    package init(_ database: any Database) { self.database = database }

    /// A webhook with what belongs to it.
    package struct Listing: Sendable {
        package let webhook: Webhook
        /// What it hears of; everything when empty.
        package let types: [EventType]
        /// How many messages wait for it.
        package let waiting: Int64
    }

    /// - Returns: The webhook and its secret, told this once.
    package func add(
        _ url: WebhookURL, types: [EventType], allowsPrivate: Bool, secrets: MasterSecrets, at now: Milliseconds
    ) async throws -> (listing: Listing, secret: WebhookSecret) {
        let (id, secret) = (WebhookID.random(), WebhookSecret.random())
        let webhook = Webhook(
            id: id, url: url, allowsPrivate: allowsPrivate,
            sealedSecret: try secret.sealed(for: id.text, with: secrets).bytes, createdAt: now)
        let types = Set(types).sorted { $0.rawValue < $1.rawValue }
        let isRoom = try await database.administer { tx throws(StorageError) in
            guard try tx.run(.webhooks).count < Limits.webhooks else { return false }
            try tx.run(.insert(webhook))
            for type in types { try tx.run(.insert(type, for: id)) }
            try tx.run(.record(event(.webhookAdded, id, at: now)))
            return true
        }
        guard isRoom else {
            throw InvalidValue("webhook", "there are \(Limits.webhooks) already, and no room for more")
        }
        return (Listing(webhook: webhook, types: types, waiting: 0), secret)
    }

    /// All of them, oldest first.
    package func list() async throws -> [Listing] {
        try await database.read { tx throws(StorageError) in
            try tx.run(.webhooks).map { webhook throws(StorageError) in try Self.listing(webhook, tx) }
        }
    }

    package func find(_ id: WebhookID) async throws -> Listing {
        let found = try await database.read { tx throws(StorageError) -> Listing? in
            guard let webhook = try tx.run(.webhook(id)) else { return nil }
            return try Self.listing(webhook, tx)
        }
        guard let found else { throw InvalidValue.noWebhook(id) }
        return found
    }

    /// - Parameters:
    ///   - types: What it hears of from now; everything when empty, as before when nil.
    ///   - isEnabled: Whether it hears of anything; as before when nil.
    package func change(
        _ id: WebhookID, types: [EventType]?, isEnabled: Bool?, at now: Milliseconds
    ) async throws {
        let isThere = try await database.administer { tx throws(StorageError) in
            guard try tx.run(.webhook(id)) != nil else { return false }
            if let types {
                try tx.run(.removeEventTypes(of: id))
                for type in Set(types) { try tx.run(.insert(type, for: id)) }
                try tx.run(.record(event(.webhookChanged, id, at: now)))
            }
            switch isEnabled {
            case true? where try tx.run(.enable(id)): try tx.run(.record(event(.webhookEnabled, id, at: now)))
            case false? where try tx.run(.disable(id, isGone: false, at: now)):
                try tx.run(.record(event(.webhookDisabled, id, at: now, by: "operator")))
            default: break
            }
            return true
        }
        guard isThere else { throw InvalidValue.noWebhook(id) }
    }

    /// Removes a webhook, and then its messages.
    package func remove(_ id: WebhookID, at now: Milliseconds) async throws {
        let isThere = try await database.administer { tx throws(StorageError) in
            guard try tx.run(.remove(id)) else { return false }
            try tx.run(.record(event(.webhookRemoved, id, at: now)))
            return true
        }
        guard isThere else { throw InvalidValue.noWebhook(id) }
        while try await database.writeAgain({ tx throws(StorageError) in try tx.run(.removeMessages(to: id)) }) > 0 {}
    }

    /// Gives a webhook a new secret; the one before signs too for a while.
    package func newSecret(_ id: WebhookID, secrets: MasterSecrets, at now: Milliseconds) async throws -> WebhookSecret
    {
        let secret = WebhookSecret.random()
        let sealed = try secret.sealed(for: id.text, with: secrets).bytes
        let isThere = try await database.administer { tx throws(StorageError) in
            guard try tx.run(.setSecret(sealed, of: id, oldUntil: now + Self.oldSecretLife)) else { return false }
            try tx.run(.record(event(.webhookSecretChanged, id, at: now)))
            return true
        }
        guard isThere else { throw InvalidValue.noWebhook(id) }
        return secret
    }

    /// Sends an event of its own to a webhook, now and from here, also when it is disabled.
    ///
    /// - Throws: What went wrong, in one sentence.
    package func test(_ id: WebhookID, by post: WebhookPost, at now: Milliseconds) async throws -> EventID {
        let webhook = try await find(id).webhook
        let event = event(.webhookTest, id, at: now)
        try await database.once(.record(event, to: .none))
        do {
            try await post.send(event, to: webhook, at: now)
        } catch {
            try await database.once(.failed(id, "\(error)", at: now))
            throw error
        }
        try await database.once(.succeeded(id, at: now))
        return event.id
    }

    private static func listing(_ webhook: Webhook, _ tx: any Transaction) throws(StorageError) -> Listing {
        Listing(
            webhook: webhook, types: try tx.run(.eventTypes(of: webhook.id)),
            waiting: try tx.run(.waitingMessages(to: webhook.id)))
    }
}

private func event(_ type: EventType, _ webhook: WebhookID, at now: Milliseconds, by: String? = nil) -> Event {
    let by = by.map { #","by":"\#($0)""# } ?? ""
    return Event(at: now, type: type, detail: #"{"webhook":"\#(webhook)"\#(by)}"#)
}

extension InvalidValue {
    fileprivate static func noWebhook(_ id: WebhookID) -> InvalidValue {
        InvalidValue("webhook \(id)", "there is none of this id")
    }
}
