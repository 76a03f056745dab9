import OAuth
import Storage
import StrictFormats
import TykvaServer

/// An event as it is shown, with the name of its user where there still is one.
struct AuditLine {
    let event: Event
    let userName: String?

    var text: String {
        let type = event.type.rawValue
        var parts = [event.at.preciseText, type + String(repeating: " ", count: max(0, Self.typeWidth - type.count))]
        if let user = event.user { parts.append("user \(userName ?? user.text)") }
        if let client = event.client { parts.append("client \(client)") }
        if let session = event.session { parts.append("session \(session)") }
        if let theft = TheftReport(event) {
            parts.append(theft.sentence)
            return parts.joined(separator: "  ")
        }
        if !event.holder.address.text.isEmpty || !event.holder.agent.text.isEmpty {
            parts.append("from \(event.holder.text)")
        }
        if event.detail != "{}" { parts.append(event.detail) }
        return parts.joined(separator: "  ")
    }

    var json: JSONValue {
        let detail = try? JSONValue(parsing: event.detail, limits: .attribute)
        var members: [(String, JSONValue)] = [
            ("id", .string(event.id.text)), ("at", event.at.json), ("type", .string(event.type.rawValue)),
            ("user_id", (event.user?.text).json), ("user", userName.json), ("client", (event.client?.text).json),
            ("session", (event.session?.text).json), ("address", .string(event.holder.address.text)),
            ("agent", .string(event.holder.agent.text)), ("request_id", .string(event.requestID)),
            ("detail", detail ?? .null),
        ]
        if let theft = TheftReport(event) { members.append(("theft", theft.json)) }
        return .object(JSONObject(members))
    }

    private static let typeWidth = EventType.allCases.map(\.rawValue.count).max() ?? 0
}
