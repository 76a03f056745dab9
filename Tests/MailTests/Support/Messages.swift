import Foundation
import OAuth

@testable import Mail

extension MailMessage {
    /// A message to Anna.
    static func test(
        _ number: Int = 1, name: String = "Tykva", subject: String = "Hello", text: String = "Hello\n",
        html: String = "<p>Hello</p>\n", language: String = "en"
    ) throws -> MailMessage {
        try MailMessage(
            id: MailMessageID("e_\(number)", domain: "auth.example"), date: Milliseconds(1_795_506_000_000),
            from: Mailbox(name: name, address: MailAddress("noreply@auth.example")),
            to: MailAddress("anna@example.com"),
            subject: subject, text: text, html: html, language: language)
    }

    var lines: [String] { String(decoding: bytes, as: UTF8.self).components(separatedBy: "\r\n") }

    /// The header's lines, before the empty one.
    var header: [String] { Array(lines.prefix { !$0.isEmpty }) }
}

extension ScriptedServer {
    static let password = "geheim & 4711"

    func smtp(authority: String? = nil, user: String? = nil) throws -> SMTPServer {
        try SMTPServer(
            SMTPAddress("smtp://127.0.0.1:\(port)"),
            credentials: user.map { try .init(user: $0, password: SMTPPassword(Self.password)) },
            authorityPath: authority, clientName: "auth.example")
    }

    /// Sends a message, and returns why that failed.
    func send(
        _ message: MailMessage? = nil, authority: String? = nil, user: String? = nil,
        within limit: Duration = .seconds(600)
    ) async throws -> MailError? {
        var limits = Mailer.Limits()
        limits.connections = 1
        // Who has waited for long on a busy machine is sent all the same.
        limits.whole = .zero
        limits.connect = limit
        limits.lowSpeedSeconds = 600
        let mailer = try Mailer(smtp(authority: authority, user: user), limits: limits)
        let message = try message ?? .test()
        do throws(MailError) {
            try await mailer.send(message, before: .now + limit)
            return nil
        } catch {
            return error
        }
    }
}
