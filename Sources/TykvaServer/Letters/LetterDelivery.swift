import OAuth
import Secrets
import Storage

/// Makes a letter of a message in the outbox, and hands it to the mail server.
///
/// Its links are made here, so that nothing that opens an account is ever kept: the store has their hashes.
struct LetterDelivery: Sendable {
    let database: any Database
    let issuer: Issuer
    let writer: LetterWriter
    let post: LetterPost

    /// - Throws: One sentence for the operator.
    func send(_ message: DueMessage, at now: Milliseconds) async throws {
        if let asked = RegistrationMessage(payload: message.payload) { return try await send(asked, message, at: now) }
        guard let said = PersonMessage(payload: message.payload) else {
            throw InvalidValue("message", "its payload is malformed")
        }
        let values = LetterLinks.purposes(said.kind).map { ($0, OneTimeValue.random(.link)) }
        let links = values.map { purpose, value in
            NewLink(
                hash: value.hash, purpose: purpose, user: said.user, event: message.event,
                email: Self.carriesAddress(said.kind, purpose) ? said.address : nil, createdAt: now)
        }
        // With the account's row in hand: a change of password or address comes before, and the letter is not written,
        // or after, and takes the links along.
        let facts = try await database.write { tx throws(StorageError) -> Facts? in
            guard try tx.run(.lock(said.user)), let facts = try Self.facts(said, message, at: now, tx) else {
                return nil
            }
            if !links.isEmpty { try tx.run(.insert(links)) }
            return facts
        }
        guard let facts else { return }
        try await post.deliver(try letter(facts.letter, values), facts.address, message)
    }

    /// To somebody who wants an account, while that is not over: a later mail's link replaces an earlier one's.
    private func send(_ asked: RegistrationMessage, _ message: DueMessage, at now: Milliseconds) async throws {
        let value = OneTimeValue.random(.link)
        let open = try await database.write { tx throws(StorageError) -> OpenRegistration? in
            guard try tx.run(.setLink(value.hash, ofRegistration: asked.registration, at: now)) else { return nil }
            return try tx.run(.registration(asked.registration, at: now))
        }
        guard let open else { return }
        let facts = LetterFacts(
            kind: .registration, event: Event(id: open.id, at: message.createdAt, type: .registrationRequested),
            // Not by the name that was given: strangers would write to others with it.
            personName: open.email.text, applicationName: nil, theft: nil, newAddress: open.email,
            language: PageLanguage(rawValue: open.language) ?? .en)
        try await post.deliver(try letter(facts, [(.register, value)]), open.email, message)
    }

    private func letter(_ facts: LetterFacts, _ values: [(LinkPurpose, OneTimeValue)]) throws -> Letter {
        let addresses = values.map { ($0, "\(issuer.text)\($0.page)?\(LinkPurpose.parameter)=\($1.revealedText())") }
        let links = LetterLinks(Dictionary(uniqueKeysWithValues: addresses), signIn: "\(issuer.text)/sign-in")
        guard let letter = writer.letter(facts, links) else {
            throw InvalidValue("letter", "it could not be written")
        }
        return letter
    }

    /// A link that confirms an address, or takes it back, holds it.
    private static func carriesAddress(_ kind: PersonMessageKind, _ purpose: LinkPurpose) -> Bool {
        purpose == .confirmEmail || purpose == .invitation || (kind == .emailChanged && purpose == .notMe)
    }

    private struct Facts {
        let letter: LetterFacts
        let address: EmailAddress
    }

    /// Nil when there is nothing to tell any more: the account is gone, or what was asked for is over, or the event.
    private static func facts(
        _ said: PersonMessage, _ message: DueMessage, at now: Milliseconds, _ tx: any Transaction
    ) throws(StorageError) -> Facts? {
        let asked = message.createdAt
        guard let account = try tx.run(.account(said.user)), let event = try tx.run(.event(message.event)),
            let address = said.address
        else { return nil }
        // What somebody asked for is of no use later, or after the password or the address has changed.
        if !said.kind.isNotice {
            let lifetimes = LetterLinks.purposes(said.kind).map(\.lifetime)
            guard now < asked + (lifetimes.max() ?? LinkPurpose.resetPassword.lifetime),
                try !tx.run(.hasChangedCredentials(said.user, since: asked))
            else { return nil }
        }
        let client = try event.client.flatMap { id throws(StorageError) in try tx.client(id) }
        let isUnproved = said.kind == .confirmEmail
        let letter = LetterFacts(
            // Nobody writes to somebody else through us: a name may be any text.
            kind: said.kind, event: event,
            personName: isUnproved ? address.text : account.displayName ?? account.name,
            applicationName: client.map { $0.displayName ?? $0.id.text }, theft: TheftDetail(json: event.detail),
            newAddress: isUnproved ? address : nil,
            language: account.language.flatMap(PageLanguage.init(rawValue:)) ?? .en)
        return Facts(letter: letter, address: address)
    }
}

extension LinkPurpose {
    /// The parameter that holds the link's value.
    static let parameter = "link"
}
