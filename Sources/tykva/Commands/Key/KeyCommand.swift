import ArgumentParser

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "The keys that sign tokens.",
        discussion: """
            They rotate by themselves; docs/keys.md tells how, and what to do in
            an emergency.

            Example:
              tykva key list
            """,
        subcommands: [
            KeyListCommand.self, KeyRotateCommand.self, KeyRevokeCommand.self, KeyImportCommand.self,
            KeyExportCommand.self,
        ])
}
