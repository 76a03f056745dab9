import Mail
package import OAuth
import ServiceLifecycle
package import Storage

/// Where letters are handed over: a mail server, or a page of a demo.
package struct LetterPost: Sendable {
    package let deliver: @Sendable (Letter, EmailAddress, DueMessage) async throws -> Void

    package init(deliver: @escaping @Sendable (Letter, EmailAddress, DueMessage) async throws -> Void) {
        self.deliver = deliver
    }

    /// A mail server. Its Message-ID is the event's, so that a repetition can be told.
    init(_ mailer: Mailer, from account: MailAccount, brandName: String) {
        let sender = Mailbox(name: brandName, address: account.sender)
        self.init { letter, address, message in
            let recipient: MailAddress
            do throws(InvalidValue) {
                recipient = try MailAddress(address.text)
            } catch {
                throw LetterRefusal(reason: "the person's address: \(error)")
            }
            try await mailer.send(
                MailMessage(
                    id: MailMessageID(message.event.text, domain: account.sender.domain), date: message.createdAt,
                    from: sender, to: recipient, subject: letter.subject, text: letter.text, html: letter.html,
                    language: letter.languageTag))
        }
    }
}

/// A letter that no later attempt will bring over.
struct LetterRefusal: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
}

/// Ends the threads of the mailer when the server stops.
struct MailerStop: Service {
    let mailer: Mailer

    func run() async throws {
        try? await gracefulShutdown()
        mailer.stop()
    }
}
