import ArgumentParser
import Mail
import OAuth
import Storage
import TykvaServer

/// Reads identifiers from the command line, with a sentence about what they must be.
enum Arguments {
    /// Makes a refusal inside `validate` one of the command line's own.
    static func check(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch {
            throw ValidationError("\(error)")
        }
    }

    static func userName(_ text: String) throws -> UserName { try UserName(text) }

    static func email(_ text: String) throws -> EmailAddress { try EmailAddress(text) }

    static func mailAddress(_ text: String) throws -> MailAddress { try MailAddress(text) }

    static func language(_ text: String) throws -> PageLanguage {
        guard let value = PageLanguage(rawValue: text) else {
            throw InvalidValue(
                "language", "it must be one of \(PageLanguage.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    static func role(_ text: String) throws -> RoleName {
        guard let role = RoleName(text) else {
            throw InvalidValue("role", "it has 1 to 64 bytes without spaces, commas and control characters")
        }
        return role
    }

    static func clientID(_ text: String) throws -> ClientID {
        guard let id = ClientID(text) else {
            throw InvalidValue(
                "client id",
                "it has 1 to \(ClientID.maximumBytes) of A-Z a-z 0-9 - . _ ~, and not the form of a user id")
        }
        return id
    }

    static func sessionID(_ text: String) throws -> SessionID {
        guard let id = SessionID(text) else {
            throw InvalidValue("session", "it has the form that `tykva session list` shows, s_ and 32 digits")
        }
        return id
    }

    static func messageID(_ text: String) throws -> MessageID {
        guard let id = MessageID(text) else {
            throw InvalidValue("message", "it has the form that `tykva outbox list` shows, m_ and 32 digits")
        }
        return id
    }

    static func webhookID(_ text: String) throws -> WebhookID {
        guard let id = WebhookID(text) else {
            throw InvalidValue("webhook", "it has the form that `tykva webhook list` shows, w_ and 32 digits")
        }
        return id
    }

    static func webhookURL(_ text: String) throws -> WebhookURL { try WebhookURL(text) }

    static func messageKind(_ text: String) throws -> MessageKind {
        guard let value = MessageKind(rawValue: text) else {
            throw InvalidValue(
                "kind", "it must be one of \(MessageKind.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    static func messageState(_ text: String) throws -> MessageState {
        guard let value = MessageState(rawValue: text) else {
            throw InvalidValue(
                "state", "it must be one of \(MessageState.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    static func attributeName(_ text: String) throws -> AttributeName {
        guard let name = AttributeName(text) else {
            throw InvalidValue("attribute", "its name has 1 to 64 of A-Z a-z 0-9 _ - . : /")
        }
        return name
    }

    static func attributeClass(_ text: String) throws -> AttributeClass {
        guard let value = AttributeClass(rawValue: text) else {
            throw InvalidValue(
                "class", "it must be one of \(AttributeClass.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    static func attributeType(_ text: String) throws -> AttributeType {
        guard let value = AttributeType(rawValue: text) else {
            throw InvalidValue(
                "type", "it must be one of \(AttributeType.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    static func grant(_ text: String) throws -> GrantType {
        guard let value = GrantType(rawValue: text) else {
            throw InvalidValue(
                "grant", "it must be one of \(GrantType.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    static func importFormat(_ text: String) throws -> ImportFormat {
        guard let value = ImportFormat(rawValue: text) else {
            throw InvalidValue(
                "format", "it must be one of \(ImportFormat.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    static func eventType(_ text: String) throws -> EventType {
        guard let value = EventType(rawValue: text) else {
            throw InvalidValue(
                "type", "it must be one of \(EventType.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }
}
