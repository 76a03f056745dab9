import ArgumentParser

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "The keys that sign access tokens.",
        discussion: """
            Example:
              tykva key list
            """,
        subcommands: [KeyListCommand.self])
}
