import ArgumentParser
import Mail
import OAuth
import StrictFormats
import TykvaServer

struct MailTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Sends one message through the configured mail server.",
        discussion: """
            Says what became of it. Exit code 0 when the server took the message, 78
            when the settings are to be changed, else 1. It asks no database.

            Example:
              tykva mail test you@example.com --config /etc/tykva.yaml
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "Who gets it.", transform: Arguments.mailAddress)
    var address: MailAddress

    func run() async throws {
        let settings = try common.settings()
        guard let mail = settings.mail else {
            throw CommandFailure("smtp_url is not set, so no mail is sent", .configuration)
        }
        // As root this becomes the owner of the data folder, as whom a server reads the password.
        _ = try Premises.ifThere(settings)
        let account = try mail.account(issuer: settings.issuer)
        let message = try Self.message(from: account.sender, settings.brandName, to: address)
        let mailer = try Mailer(account.server, limits: Self.limits)
        do throws(MailError) {
            try await mailer.send(message)
        } catch {
            throw CommandFailure("\(error)", error.outcome == .misconfigured ? .configuration : .failed)
        }
        try Console.done(
            "the mail server \(account.server.address) took the message for \(address); its id is \(message.id)",
            [
                ("sent", true), ("server", .string("\(account.server.address)")), ("to", .string("\(address)")),
                ("message_id", .string("\(message.id)")),
            ], common)
    }

    private static var limits: Mailer.Limits {
        var limits = Mailer.Limits()
        limits.connections = 1
        return limits
    }

    private static func message(
        from sender: MailAddress, _ name: String, to address: MailAddress
    ) throws -> MailMessage {
        let words = "This message was sent by `tykva mail test`. The way to the mail server works."
        return try MailMessage(
            id: MailMessageID("test.\(EventID.random())", domain: sender.domain), date: SystemTime.wall(),
            from: Mailbox(name: name, address: sender), to: address, subject: "A test of the mail settings",
            text: words + "\n",
            html: "<!DOCTYPE html><html lang=\"en\"><title>A test</title><p>\(words)</p></html>\n", language: "en")
    }
}
