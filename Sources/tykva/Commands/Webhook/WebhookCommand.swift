import ArgumentParser

struct WebhookCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhook", abstract: "Where your own services hear of events, by signed requests.",
        discussion: """
            Example:
              tykva webhook list
            """,
        subcommands: [
            WebhookAddCommand.self, WebhookListCommand.self, WebhookShowCommand.self, WebhookSetCommand.self,
            WebhookRemoveCommand.self, WebhookSecretCommand.self, WebhookTestCommand.self,
        ])
}
