import ArgumentParser
import OAuth
import TykvaServer

struct WebhookShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows a webhook; its secret stays out.",
        discussion: """
            Example:
              tykva webhook show w_4b0f5a1c6d2e4f708192a3b4c5d6e7f8
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The webhook, as `tykva webhook list` shows it.", transform: Arguments.webhookID)
    var id: WebhookID

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let listing = try await WebhookAdministration(workplace.database).find(id)
            if common.isJSON { try Console.print(listing.json()) } else { try Console.print(listing.details) }
        }
    }
}
