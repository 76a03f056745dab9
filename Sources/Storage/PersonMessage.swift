package import OAuth
import StrictFormats

/// What a person is written about. The message is made when it is sent, from its event and the account.
package enum PersonMessageKind: String, Hashable, Sendable, CaseIterable {
    case theft
    case newDevice = "new_device"
    case passwordChanged = "password_changed"
    case passwordReset = "password_reset"
    /// To the old address.
    case emailChanged = "email_changed"
    case lockout
    /// Network and agent both changed between two refreshes.
    case sessionContinuesElsewhere = "session_continues_elsewhere"
    /// With a link to choose a new password, because somebody asked for one.
    case resetRequested = "reset_requested"
    /// With a link that proves an address: of a new account, or instead of the old one.
    case confirmEmail = "confirm_email"
    /// With a link to choose the first password, which proves the address too.
    case invitation
    /// Somebody wanted an account with an address that is an account's.
    case alreadyRegistered = "already_registered"
    /// With a link that makes an account; there is none yet, so it is no `PersonMessage`.
    case registration

    /// Whether it stands on the person's own pages too, until it is read.
    package var isNotice: Bool {
        switch self {
        case .theft, .newDevice, .passwordChanged, .passwordReset, .emailChanged, .lockout,
            .sessionContinuesElsewhere:
            true
        case .resetRequested, .confirmEmail, .invitation, .alreadyRegistered, .registration: false
        }
    }
}

extension PersonMessageKind {
    /// What a person is shown at their next sign-in, before they go on: others were at work.
    package static let alarms: [PersonMessageKind] = [.theft, .lockout]
}

/// The payload of a mail in the outbox: nothing that stands in the event already, and nothing secret.
package struct PersonMessage: Hashable, Sendable {
    package let kind: PersonMessageKind
    package let user: UserID
    /// Where it goes; nil for the address that the account has when it is sent.
    package let address: EmailAddress?

    package init(kind: PersonMessageKind, user: UserID, address: EmailAddress? = nil) {
        self.kind = kind
        self.user = user
        self.address = address
    }

    /// Reads the payload of a message; nil when it is none of this kind.
    package init?(payload: String) {
        guard let object = try? JSONValue(parsing: payload, limits: .token).objectValue,
            let kind = object["kind"]?.stringValue.flatMap(PersonMessageKind.init),
            let user = object["sub"]?.stringValue.flatMap(UserID.init)
        else { return nil }
        let address = object["to"]?.stringValue
        self.init(kind: kind, user: user, address: address.flatMap { try? EmailAddress($0) })
        guard (address == nil) == (self.address == nil) else { return nil }
    }

    package var payload: String {
        var members: [(String, JSONValue)] = [("kind", .string(kind.rawValue)), ("sub", .string(user.text))]
        if let address { members.append(("to", .string(address.text))) }
        return JSONValue.object(JSONObject(members)).encodedString
    }
}
