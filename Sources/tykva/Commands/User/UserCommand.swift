import ArgumentParser

struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "People who sign in.",
        discussion: """
            Example:
              tykva user add boris --email boris@example.com --role admin
            """,
        subcommands: [
            UserAddCommand.self, UserListCommand.self, UserShowCommand.self, UserSetCommand.self,
            UserDisableCommand.self, UserEnableCommand.self, UserRemoveCommand.self, UserPasswordCommand.self,
            UserRoleCommand.self, UserUnlockCommand.self, UserInviteCommand.self, UserImportCommand.self,
        ])
}
