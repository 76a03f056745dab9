import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct OutboxDropCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop", abstract: "Removes a message: nobody will be told.",
        discussion: """
            The application is not told, and goes on until its own session is over.

            Example:
              tykva outbox drop m_4b0f5a1c6d2e4f708192a3b4c5d6e7f8
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The message, as `tykva outbox list` shows it.", transform: Arguments.messageID)
    var id: MessageID

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            try await OutboxAdministration(workplace.database).drop(id, at: workplace.now)
            try Console.done(
                "dropped message \(id)", [("message", .string(id.text)), ("done", "dropped")], common)
        }
    }
}
