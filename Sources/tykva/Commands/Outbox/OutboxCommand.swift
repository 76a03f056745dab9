import ArgumentParser

struct OutboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outbox", abstract: "Messages to applications: who was told of a sign-out, and who was not.",
        discussion: """
            Example:
              tykva outbox list --state waiting
            """,
        subcommands: [OutboxListCommand.self, OutboxRetryCommand.self, OutboxDropCommand.self])
}
