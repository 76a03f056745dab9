package import OAuth
import StrictFormats

/// The payload of a mail to somebody who wants an account: everything else stands in the registration.
package struct RegistrationMessage: Hashable, Sendable {
    package let registration: EventID

    package init(registration: EventID) { self.registration = registration }

    /// Reads the payload of a message; nil when it is none of this kind.
    package init?(payload: String) {
        guard let object = try? JSONValue(parsing: payload, limits: .token).objectValue,
            object["kind"]?.stringValue == PersonMessageKind.registration.rawValue,
            let registration = object["registration"]?.stringValue.flatMap(EventID.init)
        else { return nil }
        self.registration = registration
    }

    package var payload: String {
        JSONValue.object(
            JSONObject([
                ("kind", .string(PersonMessageKind.registration.rawValue)),
                ("registration", .string(registration.text)),
            ])
        ).encodedString
    }
}
