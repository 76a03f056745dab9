import ArgumentParser

struct SecretCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "secret", abstract: "The master secret, from which other keys are derived.",
        discussion: """
            Example:
              (umask 077; tykva secret new > /etc/tykva/master-secret)
            """,
        subcommands: [SecretNewCommand.self])
}
