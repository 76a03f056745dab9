import ArgumentParser

struct SessionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "Who is signed in, where, and which sign-ins were stolen.",
        discussion: """
            Example:
              tykva session list --user anna
            """,
        subcommands: [SessionListCommand.self, SessionEndCommand.self, SessionStatsCommand.self])
}
