import ArgumentParser
import OAuth
import Secrets
import StrictFormats
import TykvaServer

struct ClientSecretCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret",
        abstract: "Makes a new secret for a confidential client; the old one is refused from then on.",
        discussion: """
            The secret is printed once; only its hash is kept. A client that had keys
            (--jwks, --jwks-uri) has the secret instead from then on.

            Example:
              tykva client secret worker
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The client's id.", transform: Arguments.clientID)
    var id: ClientID

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            let secret = try await ClientAdministration(workplace.database).newSecret(id, at: workplace.now)
            try Console.printSecret(of: id) {
                try Console.done(
                    "the new secret of client \(id), shown this once: \(secret.revealedText())",
                    [("id", .string(id.text)), ("secret", .string(secret.revealedText()))], common)
            }
        }
    }
}
