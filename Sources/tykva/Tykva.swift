import ArgumentParser

/// The program: one executable for the server and for everything that operators do.
struct Tykva: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "tykva",
        abstract: "An authentication service: short-lived JWTs, and refresh tokens that tell when they are stolen.",
        discussion: """
            Example, a first look in a folder of its own:
              tykva serve --dev --data ./first-look

            Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 78 wrong configuration.
            """,
        version: version,
        subcommands: [
            ServeCommand.self, UserCommand.self, AttributeCommand.self, ClientCommand.self, SessionCommand.self,
            KeyCommand.self, SecretCommand.self, AuditCommand.self, OutboxCommand.self, MailCommand.self,
            WebhookCommand.self,
            VerifyCommand.self, InspectCommand.self,
            MigrateCommand.self, MoveCommand.self, ConfigCommand.self, HealthCommand.self,
        ])

    static func run(_ arguments: [String]) async -> ExitStatus {
        do {
            try CommandPath(arguments).check()
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return .done
        } catch {
            return Report(error).tell()
        }
    }
}
