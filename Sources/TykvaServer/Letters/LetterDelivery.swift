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
        guard let said = PersonMessage(payload: message.payload) else {
            throw InvalidValue("message", "its payload is malformed")
        }
        guard let facts = try await facts(said, message.event) else { return }
        let values = LetterLinks.purposes(said.kind).map { ($0, OneTimeValue.random(.link)) }
        let links = values.map { purpose, value in
            NewLink(
                hash: value.hash, purpose: purpose, user: said.user, event: message.event,
                email: purpose == .confirmEmail ? said.address : nil, createdAt: now)
        }
        if !links.isEmpty { try await database.once(.insert(links)) }
        let addresses = values.map { ($0, "\(issuer.text)\($0.page)?\(LinkPurpose.parameter)=\($1.revealedText())") }
        guard let letter = writer.letter(facts.letter, LetterLinks(Dictionary(uniqueKeysWithValues: addresses))) else {
            throw InvalidValue("letter", "it could not be written")
        }
        try await post.deliver(letter, facts.address, message)
    }

    /// Nil when there is nothing to tell any more: the account is gone, or has no address, or the event is too old.
    private func facts(
        _ said: PersonMessage, _ id: EventID
    ) async throws(StorageError) -> (letter: LetterFacts, address: EmailAddress)? {
        try await database.read { tx throws(StorageError) in
            guard let account = try tx.run(.account(said.user)), let event = try tx.run(.event(id)),
                let address = said.address ?? account.email.flatMap({ try? EmailAddress($0) })
            else { return nil }
            let client = try event.client.flatMap { id throws(StorageError) in try tx.client(id) }
            let letter = LetterFacts(
                kind: said.kind, event: event, personName: account.displayName ?? account.name,
                applicationName: client.map { $0.displayName ?? $0.id.text }, theft: TheftDetail(json: event.detail),
                newAddress: said.kind == .confirmEmail ? address : nil,
                language: account.language.flatMap(PageLanguage.init(rawValue:)) ?? .en)
            return (letter, address)
        }
    }
}

extension LinkPurpose {
    /// The parameter that holds the link's value.
    static let parameter = "link"
}
