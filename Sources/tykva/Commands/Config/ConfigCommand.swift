import ArgumentParser

struct ConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "The configuration, as it is put together.",
        discussion: """
            Flags win over the environment (TYKVA_…), it over the file, and it over the
            defaults.

            Example:
              tykva config check --config /etc/tykva.yaml
            """,
        subcommands: [ConfigCheckCommand.self, ConfigShowCommand.self])
}
