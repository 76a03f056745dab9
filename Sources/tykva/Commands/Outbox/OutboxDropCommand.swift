import ArgumentParser
import OAuth
import StrictFormats
import TykvaServer

struct OutboxDropCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drop", abstract: "Removes messages: nobody will be told.",
        discussion: """
            An application that is not told goes on until its own session is over. With
            --all it asks first.

            Example, one message, and all that wait for webhooks:
              tykva outbox drop m_4b0f5a1c6d2e4f708192a3b4c5d6e7f8
              tykva outbox drop --all --kind webhook --state waiting --yes
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var choice: MessageChoice

    func run() async throws {
        try await Workplace.open(common, .changing) { workplace in
            let outbox = OutboxAdministration(workplace.database)
            if let id = choice.id {
                try await outbox.drop(id, at: workplace.now)
                return try Console.done(
                    "dropped message \(id)", [("message", .string(id.text)), ("done", "dropped")], common)
            }
            let filter = choice.selection.filter
            let isWanted = try choice.confirm("Drop", try await outbox.count(filter))
            let count = isWanted ? try await outbox.dropAll(filter, at: workplace.now) : 0
            try Console.done(
                "dropped \(count) messages", [("messages", .integer(Int64(count))), ("done", "dropped")], common)
        }
    }
}
