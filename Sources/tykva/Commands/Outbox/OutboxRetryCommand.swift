import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct OutboxRetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Makes messages due now, whether they wait or were given up.",
        discussion: """
            A running server tries within seconds. With --all it asks first.

            Example, one message, and all mails that were given up:
              tykva outbox retry m_4b0f5a1c6d2e4f708192a3b4c5d6e7f8
              tykva outbox retry --all --kind mail --state given_up --yes
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var choice: MessageChoice

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            let outbox = OutboxAdministration(workplace.database)
            if let id = choice.id {
                try await outbox.retry(id, at: workplace.now)
                return try Console.done(
                    "made due message \(id)", [("message", .string(id.text)), ("done", "made due")], common)
            }
            let filter = choice.selection.filter
            let isWanted = try choice.confirm("Try again", try await outbox.count(filter))
            let count = isWanted ? try await outbox.retryAll(filter, at: workplace.now) : 0
            try Console.done(
                "made due \(count) messages", [("messages", .integer(Int64(count))), ("done", "made due")], common)
        }
    }
}
