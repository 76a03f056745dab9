import ArgumentParser

struct AttributeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attribute", abstract: "What may be known of users, and where it may go.",
        discussion: """
            Example:
              tykva attribute add level --class public --type number
            """,
        subcommands: [AttributeAddCommand.self, AttributeListCommand.self, AttributeRemoveCommand.self])
}
