import ArgumentParser

struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "The way to the mail server.",
        discussion: """
            Example:
              tykva mail test you@example.com --config /etc/tykva.yaml
            """,
        subcommands: [MailTestCommand.self])
}
