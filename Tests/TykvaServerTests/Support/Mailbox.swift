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
    private let database = Mutex<(any Database)?>(nil)

    var post: LetterPost {
        LetterPost { [self] letter, address, message in
            arrivals.withLock { $0.append(Arrival(letter: letter, address: address, message: message)) }
        }
    }

    var all: [Arrival] { arrivals.withLock { $0 } }

    /// Says where messages wait, for what a test waits for.
    func belongs(to server: TestServer) { database.withLock { $0 = server.database } }

    /// The newest letter of a kind, when it has come and is noted as delivered: until then it is tried again when the
    /// clock advances.
    func letter(_ kind: PersonMessageKind, count: Int = 1) async throws -> Arrival {
        try await letter(count: count) { PersonMessage(payload: $0.payload)?.kind == kind }
    }

    func letter(count: Int, where isMeant: (DueMessage) -> Bool) async throws -> Arrival {
        let database = try #require(database.withLock { $0 }, "the mailbox belongs to no server")
        while true {
            let found = all.filter { isMeant($0.message) }
            if found.count >= count, let last = found.last {
                try await eventually {
                    try await !database.once(.messages(.waiting, limit: 99)).contains { $0.id == last.message.id }
                }
                return last
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Waits until a delivery was tried.
    func firstAttempt() async throws {
        let database = try #require(database.withLock { $0 }, "the mailbox belongs to no server")
        try await eventually {
            try await database.once(.messages(.waiting, limit: 99)).contains { $0.lastError != nil }
        }
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
            mailbox.belongs(to: server)
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
