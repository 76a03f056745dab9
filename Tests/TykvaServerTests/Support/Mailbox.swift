import Foundation
import OAuth
import Storage
import Synchronization
import TestSupport
import Testing

@testable import TykvaServer

/// Takes letters instead of a mail server.
final class Mailbox: Sendable {
    struct Arrival: Sendable {
        let letter: Letter
        let address: EmailAddress
        let message: DueMessage

        /// The address of the link that is good for a purpose, as the text has it.
        func link(_ purpose: LinkPurpose) throws -> String {
            let line = letter.text.split(separator: "\n").first { $0.hasPrefix(TestServer.issuer + purpose.page) }
            return String(try #require(line, "the letter has no link to \(purpose.page)"))
        }
    }

    private let arrivals = Mutex<[Arrival]>([])

    var post: LetterPost {
        LetterPost { [self] letter, address, message in
            arrivals.withLock { $0.append(Arrival(letter: letter, address: address, message: message)) }
        }
    }

    var all: [Arrival] { arrivals.withLock { $0 } }

    /// The newest letter of a kind, when it comes within ten seconds.
    func letter(_ kind: PersonMessageKind, count: Int = 1) async throws -> Arrival {
        for _ in 0..<200 {
            let found = all.filter { PersonMessage(payload: $0.message.payload)?.kind == kind }
            if found.count >= count, let last = found.last { return last }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("no letter of kind \(kind) came; there are \(all.map(\.letter.subject))")
        throw CancellationError()
    }

    /// Two looks of the delivery.
    func quiet() async throws { try await Task.sleep(for: .milliseconds(1200)) }
}

extension TestServer {
    func user(_ name: String) async throws -> UserID {
        let name = try UserName(name)
        return try #require(try await database.once(.signIn(name: name))).id
    }

    /// With a user `anna` who has an address, both relying parties, and a mailbox for everybody.
    static func runWithMail(
        on engine: Engine = .sqlite, email: String? = "anna@example.com",
        configure: (inout ServerConfiguration) throws -> Void = { _ in },
        _ body: @Sendable (TestServer, Mailbox) async throws -> Void
    ) async throws {
        let mailbox = Mailbox()
        try await run(
            on: engine,
            configure: { configuration in
                configuration.post = mailbox.post
                try configure(&configuration)
            }, clients: RelyingParty.clients()
        ) { server in
            try await server.addUser("anna")
            if let email {
                _ = try await UserAdministration(server.database).change(
                    UserName("anna"), UserChange(email: .set(EmailAddress(email)), emailIsVerified: true),
                    at: server.clock.now)
            }
            try await body(server, mailbox)
        }
    }
}
