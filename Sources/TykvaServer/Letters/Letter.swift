import OAuth
import Storage

/// A mail to a person before it has an address: what it says, as plain text and as HTML.
package struct Letter: Hashable, Sendable {
    let language: PageLanguage
    package let subject: String
    package let text: String
    package let html: String

    /// Its tag (RFC 5646).
    package var languageTag: String { language.rawValue }
}

/// What a letter is written from: read when it is sent, so that nothing of it is kept in the outbox.
struct LetterFacts: Hashable, Sendable {
    let kind: PersonMessageKind
    let event: Event
    /// How the person is addressed.
    let personName: String
    /// Where it happened, as people know it; nil for our own pages.
    let applicationName: String?
    /// Set for a theft.
    let theft: TheftDetail?
    /// The address that a link proves.
    let newAddress: EmailAddress?
    let language: PageLanguage
}

/// A link of a letter: where it leads, by what it is good for.
struct LetterLinks: Hashable, Sendable {
    private let addresses: [LinkPurpose: String]
    /// The sign-in page, which is no secret.
    let signIn: String

    init(_ addresses: [LinkPurpose: String], signIn: String) {
        self.addresses = addresses
        self.signIn = signIn
    }

    subscript(purpose: LinkPurpose) -> String? { addresses[purpose] }

    /// Which links a kind of letter carries.
    static func purposes(_ kind: PersonMessageKind) -> [LinkPurpose] {
        switch kind {
        case .theft, .newDevice, .sessionContinuesElsewhere: [.allIsWell, .notMe]
        case .passwordChanged, .passwordReset, .emailChanged, .lockout: [.notMe]
        case .resetRequested: [.resetPassword]
        case .confirmEmail: [.confirmEmail]
        case .invitation: [.invitation]
        case .registration: [.register]
        case .alreadyRegistered: []
        }
    }
}
