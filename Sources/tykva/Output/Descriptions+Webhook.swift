import OAuth
import Storage
import StrictFormats
import TykvaServer

extension Webhook {
    var state: String {
        if goneAt != nil { return "gone" }
        return disabledAt == nil ? "enabled" : "disabled"
    }
}

extension WebhookAdministration.Listing {
    var typesText: String { types.isEmpty ? "all" : types.map(\.rawValue).joined(separator: " ") }

    func json(secret: String? = nil) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("id", .string(webhook.id.text)), ("url", .string(webhook.url.text)),
            ("events", types.map(\.rawValue).json), ("allow_private", .bool(webhook.allowsPrivate)),
            ("state", .string(webhook.state)), ("created_at", webhook.createdAt.json),
            ("disabled_at", webhook.disabledAt.json), ("last_success_at", webhook.succeededAt.json),
            ("last_failure_at", webhook.failedAt.json), ("last_error", webhook.lastError.json),
            ("old_secret_until", (webhook.oldSecret?.until).json), ("waiting", .integer(waiting)),
            ("given_up", .integer(webhook.givenUp)),
        ]
        if let secret { members.append(("secret", .string(secret))) }
        return .object(JSONObject(members))
    }

    var details: String {
        var details = Details()
        details.add("webhook", webhook.id.text)
        details.add("URL", webhook.url.text)
        details.add("events", typesText)
        details.add("private addresses", webhook.allowsPrivate ? "allowed" : "refused")
        details.add("state", webhook.state + (webhook.disabledAt.map { " since \($0.text)" } ?? ""))
        details.add("old secret signs until", webhook.oldSecret?.until.text)
        details.add("last success", webhook.succeededAt?.text)
        details.add("last failure", webhook.failedAt?.text)
        details.add("last error", webhook.lastError)
        details.add("waiting", "\(waiting)")
        details.add("given up since the last success", "\(webhook.givenUp)")
        details.add("created", webhook.createdAt.text)
        return details.text
    }
}
