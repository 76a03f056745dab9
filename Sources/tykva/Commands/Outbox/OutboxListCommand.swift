import ArgumentParser
import OAuth
import Storage
import StrictFormats
import TykvaServer

struct OutboxListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists messages, newest first, with what became of them.",
        discussion: """
            Delivered messages are listed for a day, those that were given up for 30 days.

            Example:
              tykva outbox list --state given_up
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "Only those that are waiting, delivered or given_up.", transform: Arguments.messageState)
    var state: MessageState?

    func run() async throws {
        try await Workplace.open(common, .looking) { workplace in
            let outbox = OutboxAdministration(workplace.database)
            var list = AnswerList(common, empty: "no messages")
            var last: OutboxListing?
            repeat {
                let page = try await outbox.page(state, after: last)
                var table = TextTable(
                    "ID", "KIND", "APPLICATION", "CREATED", "STATE", "ATTEMPTS", "NEXT ATTEMPT", "LAST ERROR")
                for message in page {
                    table.add(
                        message.id.text, message.kind, message.client?.text ?? "", message.createdAt.text,
                        message.state.rawValue, "\(message.attempts)", message.nextAttemptAt?.text ?? "",
                        message.lastError ?? "")
                }
                try list.print(page.map(\.json), table)
                last = page.last
            } while last != nil
            try list.end()
        }
    }
}

extension OutboxListing {
    fileprivate var json: JSONValue {
        .object(
            JSONObject([
                ("id", .string(id.text)), ("kind", .string(kind)), ("state", .string(state.rawValue)),
                ("client", (client?.text).json), ("session", (session?.text).json), ("event", .string(event.text)),
                ("created_at", createdAt.json), ("attempts", .integer(attempts)),
                ("next_attempt_at", nextAttemptAt.json), ("last_error", lastError.json),
                ("delivered_at", deliveredAt.json), ("given_up_at", givenUpAt.json),
            ]))
    }
}
