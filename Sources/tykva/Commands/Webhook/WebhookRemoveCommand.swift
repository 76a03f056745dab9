import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct WebhookRemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Removes a webhook and what waits for it.",
        discussion: """
            Example:
              tykva webhook remove w_4b0f5a1c6d2e4f708192a3b4c5d6e7f8
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The webhook, as `tykva webhook list` shows it.", transform: Arguments.webhookID)
    var id: WebhookID

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            try await WebhookAdministration(workplace.database).remove(id, at: workplace.now)
            try Console.done("removed webhook \(id)", [("webhook", .string(id.text)), ("done", "removed")], common)
        }
    }
}
