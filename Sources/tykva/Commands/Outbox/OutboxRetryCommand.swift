import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct OutboxRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Makes a message due now, whether it waits or was given up.",
        discussion: """
            A running server tries within seconds.

            Example:
              tykva outbox retry m_4b0f5a1c6d2e4f708192a3b4c5d6e7f8
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "The message, as `tykva outbox list` shows it.", transform: Arguments.messageID)
    var id: MessageID

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            try await OutboxAdministration(workplace.database).retry(id, at: workplace.now)
            try Console.done(
                "made due message \(id)", [("message", .string(id.text)), ("done", "made due")], common)
        }
    }
}
