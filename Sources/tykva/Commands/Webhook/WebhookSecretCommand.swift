import ArgumentParser
import OAuth
import Secrets
import StrictFormats
import TykvaServer

struct WebhookSecretCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "Makes a new secret for a webhook; the old one signs too for 24 hours.",
        discussion: """
            The secret is printed once. Give it to the receiver within 24 hours: until then
            each message carries both signatures.

            Example:
              tykva webhook secret w_4b0f5a1c6d2e4f708192a3b4c5d6e7f8
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The webhook, as `tykva webhook list` shows it.", transform: Arguments.webhookID)
    var id: WebhookID

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            let secret = try await WebhookAdministration(workplace.database).newSecret(
                id, secrets: try await workplace.masterSecrets(), at: workplace.now
            ).revealedText()
            try Console.printSecret(anotherBy: "tykva webhook secret \(id)") {
                try Console.done(
                    "the new secret of webhook \(id), shown this once: \(secret)",
                    [("id", .string(id.text)), ("secret", .string(secret))], common)
            }
        }
    }
}
