import ArgumentParser

struct ClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "Applications that ask for tokens.",
        discussion: """
            Example:
              tykva client add shop --public --first-party \\
                --grant password --grant refresh_token
            """,
        subcommands: [
            ClientAddCommand.self, ClientListCommand.self, ClientShowCommand.self, ClientSetCommand.self,
            ClientRemoveCommand.self, ClientSecretCommand.self,
        ])
}
