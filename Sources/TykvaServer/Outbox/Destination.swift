import Mail
import OAuth
import Storage

/// Where messages go: each has places of its own, and is alone with its own trouble.
enum Destination: Hashable, Sendable {
    case client(ClientID)
    case webhook(WebhookID)
    case mailServer

    /// Nil when a message names none: it can be given up at once.
    init?(_ message: DueMessage) {
        switch message.kind {
        case .mail: self = .mailServer
        case .webhook:
            guard let webhook = message.webhook else { return nil }
            self = .webhook(webhook)
        case .backchannelLogout:
            guard let client = message.client else { return nil }
            self = .client(client)
        }
    }

    var kind: MessageKind {
        switch self {
        case .client: .backchannelLogout
        case .webhook: .webhook
        case .mailServer: .mail
        }
    }

    /// How many messages to it are under way at once.
    var places: Int {
        switch self {
        case .client, .webhook: 16
        // As many as the mailer has connections and waiting places.
        case .mailServer: 64
        }
    }
}

extension MessageKind {
    /// How many messages of the kind are under way at once. Each webhook has all of its places, whatever the others do;
    /// clients share.
    var places: Int {
        switch self {
        case .backchannelLogout, .mail: 64
        case .webhook: 16 * Limits.webhooks
        }
    }
}

extension Destination {
    /// Whether an error says that the receiver is in trouble, and not only this message.
    static func isDown(_ error: any Error) -> Bool {
        switch error {
        // It answers; it only does not want this one, or nothing was asked.
        case is RefusedDelivery, is LetterRefusal, is WebhookRefusal, is WebhookGone, is CancellationError,
            is StorageError:
            false
        case let error as MailError:
            switch error.cause {
            case .busy, .stopped, .cancelled, .deferred: false
            default: error.outcome != .permanent
            }
        default: true
        }
    }
}
