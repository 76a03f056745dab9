import OAuth
import Storage
import StrictFormats

/// What a webhook is told of an event (docs/webhooks.md): who, what, when, from where. Events hold no secret.
enum WebhookBody {
    static func json(_ event: Event) -> [UInt8] {
        let detail = try? JSONValue(parsing: event.detail, limits: .attribute)
        let data: [(String, JSONValue)] = [
            ("event_id", .string(event.id.text)), ("user_id", text(event.user?.text)),
            ("client_id", text(event.client?.text)), ("session_id", text(event.session?.text)),
            ("address", .string(event.holder.address.text)), ("agent", .string(event.holder.agent.text)),
            ("request_id", .string(event.requestID)), ("detail", detail ?? .null),
        ]
        let body = JSONObject([
            ("type", .string(event.type.rawValue)), ("timestamp", .string(Timestamp.text(event.at.value))),
            ("data", .object(JSONObject(data))),
        ])
        return Array(JSONValue.object(body).encodedString.utf8)
    }

    private static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
}
