import ArgumentParser

struct SecretCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "The master secrets, from which other keys are derived.",
        discussion: """
            A change has three steps: add, activate, and later remove.

            Example:
              tykva secret list
            """,
        subcommands: [
            SecretNewCommand.self, SecretAddCommand.self, SecretActivateCommand.self, SecretListCommand.self,
            SecretCheckCommand.self, SecretRemoveCommand.self,
        ])
}
